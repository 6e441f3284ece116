import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ledger.errors import PeriodIsClosed
from ledger.management.arguments import day
from ledger.money import to_money
from ontwikkelrekening.budgets.nightly import StillToCome, end_day


class Command(BaseCommand):
    help = (
        "End unused codes, enrolments past their term and expired credit: manage.py expire_credit"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", type=day, help="a day that has come; today by default")

    def handle(self, *args: Any, **options: Any) -> None:
        started, at = time.monotonic(), timezone.now()
        try:
            done = end_day(on=options["on"] or timezone.localdate(at), at=at)
        except (StillToCome, PeriodIsClosed) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"{done.lapsed} codes lapsed, {done.finished} enrolments finished, {done.tranches} "
            f"tranches gave back what was left ({to_money(done.cents).amount} euros), "
            f"in {time.monotonic() - started:.1f} s."
        )
