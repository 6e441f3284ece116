from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from ontwikkelrekening.eligibility.describing import describe
from ontwikkelrekening.eligibility.example import example_parameters


class Command(BaseCommand):
    help = "Write docs/rules.md from the code and the example policy."

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "rules.md"
        path.write_text(describe(example_parameters(), title="The rules of the example scheme"))
        self.stdout.write(f"{path.name}: {len(path.read_text().splitlines())} lines.")
