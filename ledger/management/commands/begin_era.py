from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection


class Command(BaseCommand):
    help = (
        "After restoring a dump on another server: let its transactions count on from the books'."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT ledger_begin_era()")
            (offset,) = cursor.fetchone()
        self.stdout.write(f"Transactions of this server count from {offset}.")
