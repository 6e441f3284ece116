import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ledger.keys import sealing_key
from ledger.management.arguments import seconds
from ledger.publishing import PUBLISHED, NotPublished
from ledger.sealing import AnotherKey, public_key_of
from ledger.tending import tend


class Command(BaseCommand):
    help = "Roll up the hot accounts, seal what is settled, publish the new seals."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every", type=seconds, help="keep going, with this many seconds between"
        )

        parser.add_argument(
            "--with-another-key",
            action="store_true",
            help="go on after seals of another key: from then on every reader needs both",
        )

    def handle(
        self,
        *args: Any,
        every: float | None = None,
        with_another_key: bool = False,
        **options: Any,
    ) -> None:
        while True:
            self._seal(with_another_key)
            with_another_key = False
            if every is None:
                break
            time.sleep(every)

    def _seal(self, with_another_key: bool) -> None:
        started = time.monotonic()
        try:
            seals = tend(at=timezone.now(), with_another_key=with_another_key)
        except (AnotherKey, NotPublished) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"{sum(made.count for made in seals)} transfers in {len(seals)} seals, "
            f"{time.monotonic() - started:.1f} s; public key {public_key_of(sealing_key())}, "
            f"seals in {settings.LEDGER_SEALS_DIR}/{PUBLISHED}"
        )
