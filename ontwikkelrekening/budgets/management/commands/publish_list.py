from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ontwikkelrekening.budgets.management.rounds import add_round, find_round
from ontwikkelrekening.budgets.proving import NotDrawn, write_facts, write_list


class Command(BaseCommand):
    help = "Write the files anyone can redraw a round from: manage.py publish_list voorjaar --out DIRECTORY"

    def add_arguments(self, parser: CommandParser) -> None:
        add_round(parser)
        parser.add_argument("--out", type=Path, default=Path())

    def handle(self, *args: Any, **options: Any) -> None:
        round_ = find_round(options["round"])
        try:
            with (options["out"] / "round.json").open("w") as file:
                write_facts(round_, file)
        except NotDrawn:
            raise CommandError(f"{round_} has not been drawn yet.") from None
        with (options["out"] / "list.csv").open("w", newline="") as file:
            write_list(round_, file)
        self.stdout.write(f"Written to {options['out']}: round.json and list.csv.")
