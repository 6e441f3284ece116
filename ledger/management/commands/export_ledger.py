import time
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ledger.exports.evidence import write_evidence
from ledger.exports.journals import write_beancount, write_hledger
from ledger.exports.movements import Period, one_snapshot
from ledger.exports.tables import write_csv, write_parquet
from ledger.exports.xaf import owner, write_xaf
from ledger.management.arguments import day
from ledger.management.writing import goes_straight, whole

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
        parser.add_argument(
            "--from", dest="start", type=day, help="first date; 1 January of this year"
        )
        parser.add_argument("--through", type=day, help="last date; 31 December of this year")

    def handle(self, *args: Any, **options: Any) -> None:
        started, today = time.monotonic(), timezone.localdate()
        period = Period(
            options["start"] or date(today.year, 1, 1),
            options["through"] or date(today.year, 12, 31),
        )
        if options["format"] == "evidence" and (options["start"] or options["through"]):
            raise CommandError("evidence: it is of all of the books, of no period", returncode=2)
        if period.through < period.start:
            raise CommandError(
                f"--through {period.through} lies before --from {period.start}", returncode=2
            )
        if options["format"] == "xaf" and period.start.year != period.through.year:
            raise CommandError("xaf: an audit file is of one year", returncode=2)
        file: Path = options["file"]
        try:
            with one_snapshot(), whole(options.pop("file")) as unfinished:
                self._write(unfinished, period, made_on=today, **options)
        except ImportError as error:
            raise CommandError(f"{options['format']}: {error.name} is not installed") from None
        seconds = time.monotonic() - started
        if goes_straight(file):  # which may be the very stream that this would be written to
            self.stderr.write(f"{file}: written in {seconds:.1f} s.", self.style.SUCCESS)
        else:
            self.stdout.write(f"{file}: {file.stat().st_size:,} bytes in {seconds:.1f} s.")

    def _write(self, file: Path, period: Period, *, made_on: date, **options: Any) -> None:
        if options["format"] == "evidence":
            write_evidence(file)
        elif options["format"] == "xaf":
            write_xaf(file, period, administration=owner(), made_on=made_on)
        else:
            OF_A_PERIOD[options["format"]](file, period)
