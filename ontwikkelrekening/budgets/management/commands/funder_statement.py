from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ledger.money import to_money
from ontwikkelrekening.budgets.funders import statement_of
from ontwikkelrekening.budgets.management.schemes import find_fund

COUNTS = ("tranches", "citizens")


class Command(BaseCommand):
    help = "What became of a funder's money: manage.py funder_statement bakkerij"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("scheme")

    def handle(self, *args: Any, **options: Any) -> None:
        fund = find_fund(options["scheme"])
        self.stdout.write(f"{fund.scheme} ({fund.get_kind_display()})")
        for name, value in asdict(statement_of(fund)).items():
            said = value if name in COUNTS else to_money(value).amount
            self.stdout.write(f"{name.replace('_', ' '):>12}  {said:>14}")
