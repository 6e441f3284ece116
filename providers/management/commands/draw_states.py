from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from providers.state_diagrams import drawing

FILE = Path(settings.BASE_DIR) / "docs" / "states.md"


class Command(BaseCommand):
    help = "Draw the states of courses, enrolments and claims into docs/states.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            FILE.write_text(drawing())
            self.stdout.write(f"Wrote {FILE.name}.")
        elif not FILE.exists() or FILE.read_text() != drawing():
            raise CommandError("docs/states.md is out of date: run 'manage.py draw_states'.")
