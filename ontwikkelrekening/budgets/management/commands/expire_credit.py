import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from ledger.management.arguments import day
from ledger.money import to_money
from ontwikkelrekening.budgets.nightly import end_day


class Command(BaseCommand):
    help = "End unused codes, enrolments past their term and expired credit: manage.py expire_credit [--on 2027-01-01]"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", type=day, help="a day; today by default")

    def handle(self, *args: Any, **options: Any) -> None:
        started, at = time.monotonic(), timezone.now()
        done = end_day(on=options["on"] or timezone.localdate(at), at=at)
        self.stdout.write(
            f"{done.lapsed} codes lapsed, {done.finished} enrolments finished, {done.tranches} "
            f"tranches expired ({to_money(done.cents).amount} euros), "
            f"in {time.monotonic() - started:.1f} s."
        )
