from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger.management.arguments import folder
from ledger.management.writing import whole
from ontwikkelrekening.budgets.management.rounds import add_round, find_round
from ontwikkelrekening.budgets.proving import NotDrawn, facts_text, list_lines


class Command(BaseCommand):
    help = "Write the files anyone can redraw a round from: manage.py publish_list voorjaar --out DIRECTORY"

    def add_arguments(self, parser: CommandParser) -> None:
        add_round(parser)
        parser.add_argument("--out", type=folder, default=Path())

    def handle(self, *args: Any, **options: Any) -> None:
        round_ = find_round(options["round"])
        out: Path = options["out"]
        try:
            facts = facts_text(round_)
        except NotDrawn:
            raise CommandError(f"{round_} has not been drawn yet.") from None
        with whole(out / "round.json") as round_json, whole(out / "list.csv") as list_csv:
            round_json.write_text(facts, encoding="utf-8")
            with list_csv.open("w", encoding="utf-8", newline="") as file:
                file.writelines(list_lines(round_))
        self.stdout.write(f"Written to {out}: round.json and list.csv.")
