import time
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from ledger.exports.evidence import write_evidence
from ledger.exports.journals import write_beancount, write_hledger
from ledger.exports.movements import Period, one_snapshot
from ledger.exports.tables import write_csv, write_parquet
from ledger.exports.xaf import Administration, write_xaf

OF_A_PERIOD = {
    "csv": write_csv,
    "parquet": write_parquet,
    "hledger": write_hledger,
    "beancount": write_beancount,
}


class Command(BaseCommand):
    help = "Export the books for an auditor's own tools."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("format", choices=[*OF_A_PERIOD, "xaf", "evidence"])
        parser.add_argument("file", type=Path)
        parser.add_argument("--from", dest="start", type=date.fromisoformat, help="first date")
        parser.add_argument("--through", type=date.fromisoformat, help="last date")
        parser.add_argument("--name", default="Ontwikkelrekening", help="xaf: whose books")
        parser.add_argument("--tax-id", default="NL000000000B00", help="xaf: its tax number")

    def handle(self, *args: Any, **options: Any) -> None:
        started, today = time.monotonic(), timezone.localdate()
        period = Period(
            options["start"] or date(today.year, 1, 1),
            options["through"] or date(today.year, 12, 31),
        )
        file: Path = options["file"]
        with one_snapshot():
            if options["format"] == "evidence":
                write_evidence(file)
            elif options["format"] == "xaf":
                whose = Administration(options["name"], options["tax_id"])
                write_xaf(file, period, administration=whose, made_on=today)
            else:
                OF_A_PERIOD[options["format"]](file, period)
        seconds = time.monotonic() - started
        self.stdout.write(f"{file}: {file.stat().st_size:,} bytes in {seconds:.1f} s.")
