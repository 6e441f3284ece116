from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ontwikkelrekening.budgets.open_data import write_open_data
from ontwikkelrekening.budgets.reach import reach
from ontwikkelrekening.eligibility.models import Scheme
from ontwikkelrekening.eligibility.policies import NoPolicy


class Command(BaseCommand):
    help = "Write whom a scheme reached as open data: manage.py open_data landelijk 2026 --out DIRECTORY"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("scheme")
        parser.add_argument("year", type=int)
        parser.add_argument("--out", type=Path, default=Path())

    def handle(self, *args: Any, **options: Any) -> None:
        scheme = Scheme.objects.filter(code=options["scheme"]).first()
        if scheme is None:
            raise CommandError(f"There is no scheme {options['scheme']}.")
        try:
            rows = reach(scheme, year=options["year"])
        except NoPolicy as error:
            raise CommandError(str(error)) from error
        files = write_open_data(
            rows, scheme=scheme.code, year=options["year"], directory=options["out"]
        )
        self.stdout.write(f"Written: {', '.join(map(str, files))}.")
        for row in rows:
            if row.behind:
                self.stdout.write(
                    f"{row.group} is behind: {row.used_share if row.used else 'under 10 people,'}"
                    f" per cent of use, {row.population_share} per cent of the population."
                )
