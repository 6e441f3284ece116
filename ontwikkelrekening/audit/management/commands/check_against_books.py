import sys
import time
from typing import Any

from django.core.management.base import BaseCommand

from ledger.verifier import printable
from ontwikkelrekening.audit.against_books import CHECKS, check_against_books


class Command(BaseCommand):
    help = "Compare claims, payments and grants with the books; exit 1 when something differs."

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        findings = check_against_books()
        for finding in findings:
            self.stdout.write(printable(f"{finding.check}: {finding.detail}"))
        seconds = time.monotonic() - started
        self.stdout.write(f"{len(CHECKS)} checks, {len(findings)} findings, {seconds:.1f} s.")
        if findings:
            sys.exit(1)
