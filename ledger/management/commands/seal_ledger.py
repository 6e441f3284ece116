import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ledger.keys import sealing_key
from ledger.management.arguments import seconds
from ledger.publishing import PUBLISHED, NotPublished
from ledger.sealing import public_key_of
from ledger.tending import tend


class Command(BaseCommand):
    help = "Roll up the hot accounts, seal what is settled, publish the new seals."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every", type=seconds, help="keep going, with this many seconds between"
        )

    def handle(self, *args: Any, every: float | None = None, **options: Any) -> None:
        while True:
            self._seal()
            if every is None:
                break
            time.sleep(every)

    def _seal(self) -> None:
        started = time.monotonic()
        try:
            seals = tend(at=timezone.now())
        except NotPublished as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"{sum(made.count for made in seals)} transfers in {len(seals)} seals, "
            f"{time.monotonic() - started:.1f} s; public key {public_key_of(sealing_key())}, "
            f"seals in {settings.LEDGER_SEALS_DIR}/{PUBLISHED}"
        )
