from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from ontwikkelrekening.budgets.management.rounds import add_round, find_round
from ontwikkelrekening.budgets.refusing import confirm, in_full, reasons, waiting


class Command(BaseCommand):
    help = (
        "List who is refused in a closed round and why, and confirm that as a person: "
        "manage.py confirm_refusals voorjaar [--by rosa]"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_round(parser)
        parser.add_argument("--by", help="who stands behind all of these; without, they are listed")

    def handle(self, *args: Any, **options: Any) -> None:
        refusals = list(in_full(waiting(find_round(options["round"]))))
        for refusal in refusals:
            self.stdout.write(f"{refusal.application.account_code}: {' '.join(reasons(refusal))}")
            if options["by"]:
                confirm(refusal, by=options["by"], at=timezone.now())
        done = f"confirmed by {options['by']}" if options["by"] else "to confirm"
        self.stdout.write(f"{len(refusals)} refusals {done}.")
