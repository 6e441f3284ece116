import sys
import time
from typing import Any

from django.core.management.base import BaseCommand

from ledger.checking import CHECKS, check_ledger
from ledger.verifier import printable


class Command(BaseCommand):
    help = "Check the books; exit 1 when something is wrong."

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        findings = check_ledger()
        for finding in findings:
            self.stdout.write(printable(f"{finding.check}: {finding.detail}"))
        seconds = time.monotonic() - started
        self.stdout.write(f"{len(CHECKS)} checks, {len(findings)} findings, {seconds:.1f} s.")
        if findings:
            sys.exit(1)
