"""Commands that run checks and end with 1 when something was found."""

import sys
import time
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from ledger.checking import findings_of
from ledger.verifier import printable


class CheckCommand(BaseCommand):
    """Tells each finding on a line, and how many checks took how long."""

    checks: Mapping[str, str]

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        progress = tqdm(self.checks.items(), unit=" checks", leave=False, disable=None)
        findings = [found for check, query in progress for found in findings_of({check: query})]
        for finding in findings:
            self.stdout.write(printable(f"{finding.check}: {finding.detail}"))
        seconds = time.monotonic() - started
        self.stdout.write(f"{len(self.checks)} checks, {len(findings)} findings, {seconds:.1f} s.")
        if findings:
            sys.exit(1)
