from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ledger.management.arguments import seconds
from ontwikkelrekening.budgets.drawing import open_applications, start_assessing
from ontwikkelrekening.budgets.management.rounds import (
    add_round,
    clear_errors,
    find_round,
    follow,
)
from ontwikkelrekening.budgets.models import RoundState
from ontwikkelrekening.budgets.rounds import close, set_outside_value
from providers.outbox import drain


class Command(BaseCommand):
    help = "Close a round and assess its applications: manage.py close_round voorjaar [--outside 'KX 123 456'] [--here]"

    def add_arguments(self, parser: CommandParser) -> None:
        add_round(parser)
        parser.add_argument("--outside", help="the outcome of the source named beforehand")
        parser.add_argument("--here", action="store_true", help="do the work in this process")
        parser.add_argument(
            "--wait", type=seconds, default=600, help="seconds to wait for the workers"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        round_ = find_round(options["round"])
        with clear_errors():
            if round_.state != RoundState.CLOSED:
                round_ = close(round_, at=at)
            if options["outside"] is not None:
                round_ = set_outside_value(round_, options["outside"])
        start_assessing(round_, at=at)
        if options["here"]:
            drain()
        wait = 0 if options["here"] else options["wait"]
        left = follow(lambda: open_applications(round_).count(), unit="application", seconds=wait)
        if left:
            raise CommandError(f"{left} applications are still to be assessed.")
        self.stdout.write(f"{round_} is closed and every application is assessed.")
