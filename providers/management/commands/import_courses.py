from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from providers.importing import UnableToImport, import_courses


class Command(BaseCommand):
    help = (
        "Import providers and their courses from a CSV or JSON file (.gz too), whole or not at all."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        began = monotonic()
        if not options["file"].is_file():
            raise CommandError(f"There is no file {options['file']}.")
        try:
            done = import_courses(options["file"], at=timezone.now())
        except UnableToImport as failure:
            for fault in failure.faults:
                self.stderr.write(str(fault))
            raise CommandError(str(failure)) from failure
        self.stdout.write(
            f"{done.providers} providers admitted; courses: {done.added} added, "
            f"{done.changed} changed, {done.unchanged} unchanged; {monotonic() - began:.1f} s."
        )
