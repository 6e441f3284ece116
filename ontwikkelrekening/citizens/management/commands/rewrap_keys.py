from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ontwikkelrekening.citizens.identity import rewrap_all
from ontwikkelrekening.citizens.keys import UnreadableIdentity


class Command(BaseCommand):
    help = "Wrap every person's key under the newest master key; then the old one can go."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            moved = sum(rewrap_all())
        except UnreadableIdentity as error:
            raise CommandError(f"{error} IDENTITY_OLD_MASTER_KEYS names the one before.") from None
        self.stdout.write(f"{moved} keys moved to the newest master key.")
