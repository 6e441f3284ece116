import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from tqdm import tqdm

from ledger.money import to_money
from ontwikkelrekening.budgets.allocating import in_slices
from ontwikkelrekening.budgets.drawing import draw
from ontwikkelrekening.budgets.management.rounds import add_round, clear_errors, find_round
from ontwikkelrekening.budgets.models import RoundState
from ontwikkelrekening.budgets.proving import standing


class Command(BaseCommand):
    help = "Draw a closed round, reveal its seed and grant down the list: manage.py draw_round voorjaar"

    def add_arguments(self, parser: CommandParser) -> None:
        add_round(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        started, at = time.monotonic(), timezone.now()
        round_ = find_round(options["round"])
        with clear_errors():
            if round_.state != RoundState.DRAWN:
                round_ = draw(round_, at=at)
            with tqdm(unit="grant", disable=None) as bar:
                for grants in in_slices(round_, at=at):
                    bar.update(grants)
        now = standing(round_)
        self.stdout.write(
            f"{round_}: {now.placed} placed, {now.granted} granted, "
            f"{to_money(now.granted_cents).amount} euros, {to_money(now.left_cents).amount} left, "
            f"in {time.monotonic() - started:.1f} s. Seed: {round_.seed}."
        )
