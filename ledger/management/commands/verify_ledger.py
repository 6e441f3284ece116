import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger.checking import Finding, check_ledger
from ledger.keys import sealing_key
from ledger.models import Seal
from ledger.publishing import PUBLISHED
from ledger.sealing import public_key_of
from ledger.verifier import open_text, printable, read_published
from ledger.verifying import verify_ledger

AS_PUBLISHED = "the seals are as they were published"


class Command(BaseCommand):
    help = (
        "Recompute every seal and every total from the transfers; "
        "exit 1 when something is wrong, 2 when it cannot be asked so."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--key",
            action="append",
            help="the public key as it was published (hex); once for each, where it was changed",
        )
        parser.add_argument(
            "--published",
            type=Path,
            help="the seals as they were published; without it the file in LEDGER_SEALS_DIR",
        )

    def handle(
        self,
        *args: Any,
        key: list[str] | None = None,
        published: Path | None = None,
        **options: Any,
    ) -> None:
        started, count, seals = time.monotonic(), 0, 0
        public_keys = [_public_key(each) for each in key or [public_key_of(sealing_key())]]
        known, torn = _published(published)
        compared = len(known)
        findings = [Finding(AS_PUBLISHED, detail) for detail in torn] + check_ledger()
        for seal, wrong in verify_ledger(public_keys, published=known):
            findings += wrong
            known.pop(seal.number, None)
            count, seals = count + seal.count, seals + 1
        findings += [Finding(AS_PUBLISHED, f"seal {number} is gone") for number in known]
        for finding in findings:
            self.stdout.write(printable(f"{finding.check}: {finding.detail}"))
        self.stdout.write(
            f"{count} transfers in {seals} seals, {compared} compared with those published, "
            f"{len(findings)} findings, {time.monotonic() - started:.1f} s."
        )
        if findings:
            raise SystemExit(1)


def _public_key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise CommandError("--key is not a public key: 64 characters of hex", returncode=2)
    return key


def _published(file: Path | None) -> tuple[dict[int, str], list[str]]:
    """What was published and what is wrong with it."""
    if file is None:
        file = Path(settings.LEDGER_SEALS_DIR) / PUBLISHED
        if not file.exists():  # right only as long as nothing was sealed
            return {}, [f"{file} is not there"] if Seal.objects.exists() else []
    try:
        with open_text(file) as lines:
            known, wrong = read_published(lines)
    except OSError as error:
        raise CommandError(f"--published cannot be read: {error}", returncode=2) from None
    if not known and Seal.objects.exists():
        wrong.append("no seal was published in that file")
    return known, wrong
