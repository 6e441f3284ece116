from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from ontwikkelrekening.budgets.management.rounds import add_round, clear_errors, find_round
from ontwikkelrekening.budgets.rounds import publish
from ontwikkelrekening.management.officers import officer


class Command(BaseCommand):
    help = "Publish a prepared round for good: manage.py publish_round voorjaar --by paul"

    def add_arguments(self, parser: CommandParser) -> None:
        add_round(parser)
        parser.add_argument("--by", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        with clear_errors():
            by = officer(options["by"], right="budgets.change_round")
            round_ = publish(find_round(options["round"]), by=by, at=timezone.now())
        self.stdout.write(f"{round_} is published. SHA-256 of its seed: {round_.seed_hash}.")
