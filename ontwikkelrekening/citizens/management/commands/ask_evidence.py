from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ontwikkelrekening.citizens.evidence import ask_sample


class Command(BaseCommand):
    help = "Ask evidence for a sample of own statements, drawn from a published seed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("per_cent", type=int)
        parser.add_argument("--seed", required=True, help="published beforehand")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            asked = ask_sample(
                per_cent=options["per_cent"], seed=options["seed"], on=timezone.localdate()
            )
        except ValueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Evidence is asked for {asked} own statements.")
