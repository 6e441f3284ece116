import json
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ledger.checking import check_ledger
from ledger.keys import sealing_key
from ledger.sealing import public_key_of
from ledger.verifying import verify_ledger


class Command(BaseCommand):
    help = (
        "Recompute every seal and every total from the transfers; exit 1 when something is wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--key", help="the public key as it was published (hex)")
        parser.add_argument("--published", type=Path, help="the seals as they were published")

    def handle(
        self,
        *args: Any,
        key: str | None = None,
        published: Path | None = None,
        **options: Any,
    ) -> None:
        started, count, seals = time.monotonic(), 0, 0
        public_key = bytes.fromhex(key or public_key_of(sealing_key()))
        known = {}
        if published:
            known = {s["number"]: s["digest"] for s in map(json.loads, published.open())}
        findings = check_ledger()
        for seal, wrong in verify_ledger(public_key, published=known):
            findings += wrong
            known.pop(seal.number, None)
            count, seals = count + seal.count, seals + 1
        for finding in findings:
            self.stdout.write(f"{finding.check}: {finding.detail}")
        for number in known:
            self.stdout.write(f"seal {number} was published and is gone")
        self.stdout.write(
            f"{count} transfers in {seals} seals, {len(findings) + len(known)} findings, "
            f"{time.monotonic() - started:.1f} s."
        )
        if findings or known:
            sys.exit(1)
