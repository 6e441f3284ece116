from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from providers.api.schema import EXAMPLE_SERVER, openapi

FILE = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"


class Command(BaseCommand):
    help = "Write docs/openapi.yaml; with --check, fail when it is not what the code says."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        text = yaml.safe_dump(
            openapi(EXAMPLE_SERVER), sort_keys=False, allow_unicode=True, width=100
        )
        if not options["check"]:
            FILE.write_text(text)
            self.stdout.write(f"Wrote {FILE.name}.")
        elif not FILE.exists() or FILE.read_text() != text:
            raise CommandError("docs/openapi.yaml is out of date: run 'manage.py openapi'.")
