from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger.closing import close_period
from ledger.errors import PeriodIsNotOver, UnableToPost
from ledger.management.arguments import day


class Command(BaseCommand):
    help = "Close the books up to and including a date. There is no way back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "through", type=day, help="the last date, YYYY-MM-DD; a day that is over"
        )

    def handle(self, *args: Any, through: date, **options: Any) -> None:
        try:
            accounts = close_period(through=through)
        except PeriodIsNotOver as error:
            raise CommandError(str(error), returncode=2) from None
        except UnableToPost as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Closed through {through}: opening totals of {accounts} accounts.")
