from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ontwikkelrekening.citizens.extracts import SOURCES, import_extract


class Command(BaseCommand):
    help = (
        "Import a register's facts about known citizens; reports what became of every row, and ends"
        " with 1 when one was refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--source", choices=[str(source.value) for source in SOURCES], default="register"
        )
        parser.add_argument("--every-row", action="store_true", help="not only refused rows")

    def handle(self, *args: Any, **options: Any) -> None:
        counts: Counter[str] = Counter()
        for line in import_extract(options["file"], source=options["source"], at=timezone.now()):
            counts[line.became] += 1
            if options["every_row"] or line.became == "refused":
                self.stdout.write(str(line))
        summary = f"{counts['added']} added, {counts['known']} known already, {counts['refused']} refused."
        if counts["refused"]:
            raise CommandError(summary)
        self.stdout.write(summary)
