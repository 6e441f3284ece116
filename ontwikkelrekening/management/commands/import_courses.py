from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ontwikkelrekening.management.officers import officer
from providers.changing_iban import UnableToChangeIban
from providers.importing import UnableToImport, import_courses


class Command(BaseCommand):
    help = (
        "Import providers and their courses from a CSV or JSON file (.gz too), whole or not at all: "
        "manage.py import_courses FILE --by olga. Someone else agrees to the IBANs of who is admitted: agree_to_ibans."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--by", required=True, help="the provider officer who admits and proposes the IBANs"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        began = monotonic()
        by = officer(options["by"], right="providers.add_provider")
        if not options["file"].is_file():
            raise CommandError(f"There is no file {options['file']}.")
        try:
            done = import_courses(options["file"], by=by, at=timezone.now())
        except UnableToImport as failure:
            for fault in failure.faults:
                self.stderr.write(str(fault))
            raise CommandError(str(failure)) from failure
        except UnableToChangeIban as failure:
            raise CommandError(str(failure)) from failure
        self.stdout.write(
            f"{done.providers} providers admitted; courses: {done.added} added, "
            f"{done.changed} changed, {done.unchanged} unchanged; {monotonic() - began:.1f} s."
        )
        if done.providers:
            self.stdout.write(
                f"They are paid once someone else than {by} agrees to their IBANs: agree_to_ibans."
            )
