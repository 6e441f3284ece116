from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ledger.management.arguments import folder, year
from ledger.management.writing import whole
from ontwikkelrekening.budgets.management.schemes import find_scheme
from ontwikkelrekening.budgets.open_data import counted_until, files, is_counted, published_reach
from ontwikkelrekening.eligibility.policies import NoPolicy


class Command(BaseCommand):
    help = "Write whom a scheme reached as open data: manage.py open_data landelijk 2026 --out DIRECTORY"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("scheme")
        parser.add_argument("year", type=year)
        parser.add_argument("--out", type=folder, default=Path())

    def handle(self, *args: Any, **options: Any) -> None:
        scheme = find_scheme(options["scheme"])
        on, out = timezone.localdate(), options["out"]
        if not is_counted(options["year"], on=on):
            raise CommandError(
                f"No month of {options['year']} is over: there is nothing to count yet."
            )
        try:
            rows = published_reach(scheme, options["year"], on=on)
        except NoPolicy as error:
            raise CommandError(str(error)) from error
        until = counted_until(options["year"], on=on)
        written = files(rows, scheme=scheme, year=options["year"], until=until)
        with ExitStack() as all_or_none:
            for name, (_kind, text) in written.items():
                unfinished = all_or_none.enter_context(whole(out / name))
                unfinished.write_text(text, encoding="utf-8", newline="")
        self.stdout.write(f"Written to {out}, counted through {until}.")
        for row in rows:
            if row.behind:
                used = "too few to show" if row.used is None else f"{row.used_share} per cent"
                self.stdout.write(
                    f"{row.group} is behind: {used} of use, {row.population_share} per cent of the population."
                )
