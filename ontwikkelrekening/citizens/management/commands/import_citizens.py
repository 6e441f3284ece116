import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from ontwikkelrekening.citizens.importing import Imported, RefusedFile, import_citizens


class Command(BaseCommand):
    help = "Import citizens from a CSV or JSON file (.gz as well): the whole file or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        start = time.monotonic()
        try:
            imported = self._import(options["file"])
        except RefusedFile as refused:
            for fault in refused.faults:
                self.stderr.write(str(fault))
            faults = f"{len(refused.faults)} faults"
            if refused.has_more:
                faults = f"more than the first {faults} named here"
            raise CommandError(f"{options['file'].name}: {faults}, nothing was imported.") from None
        self.stdout.write(
            f"{imported.rows} rows: {imported.new} new citizens, {imported.facts} new facts"
            f" ({time.monotonic() - start:.1f} s)."
        )

    def _import(self, file: Path) -> Imported:
        with (
            tqdm(desc="checked", unit=" rows", disable=None) as checked,
            tqdm(desc="registered", unit=" rows", disable=None) as registered,
        ):
            bars = {"checked": checked, "registered": registered}

            def told(step: str, rows: int) -> None:
                bars[step].update(rows)
                if step == "registered":
                    registered.total = checked.n

            return import_citizens(file, at=timezone.now(), told=told)
