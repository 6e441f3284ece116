from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger.eras import begin_era
from ledger.errors import UnableToPost


class Command(BaseCommand):
    help = (
        "After restoring a dump on another server: let its transactions count on from the books'."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            offset = begin_era()
        except UnableToPost as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Transactions of this server count from {offset}.")
