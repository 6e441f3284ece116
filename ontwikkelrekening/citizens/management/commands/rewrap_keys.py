from typing import Any

from django.core.management.base import BaseCommand

from ontwikkelrekening.citizens.identity import rewrap_all


class Command(BaseCommand):
    help = "Wrap every person's key under the newest master key; then the old one can go."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{sum(rewrap_all())} keys moved to the newest master key.")
