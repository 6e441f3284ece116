from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ontwikkelrekening.budgets.funders import AnotherAgreement, FunderDetails, open_funder
from ontwikkelrekening.budgets.funding import UnableToFund
from ontwikkelrekening.budgets.management.schemes import find_scheme
from ontwikkelrekening.budgets.models import FunderKind, ReturnRule
from providers.models import Category


class Command(BaseCommand):
    help = (
        "Open the fund of a sector fund, municipality or employer: manage.py open_funder bakkerij "
        "'Bakkerij Jansen' --kind employer --categories course module --follows landelijk"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")
        parser.add_argument("name")
        parser.add_argument("--kind", required=True, choices=FunderKind.values)
        parser.add_argument("--categories", nargs="+", required=True, choices=Category.values)
        parser.add_argument("--follows", help="the scheme whose reimbursement terms it follows")
        parser.add_argument("--years-valid", type=int)
        parser.add_argument("--conditions", default="")
        parser.add_argument(
            "--change", action="store_true", help="change the agreement of a fund that is open"
        )
        parser.add_argument("--returns-to", choices=ReturnRule.values, default="funder")

    def handle(self, *args: Any, **options: Any) -> None:
        details = FunderDetails(
            code=options["code"],
            name=options["name"],
            kind=options["kind"],
            categories=options["categories"],
            years_valid=options["years_valid"],
            conditions=options["conditions"],
            return_rule=options["returns_to"],
            follows=find_scheme(options["follows"]) if options["follows"] else None,
        )
        try:
            fund = open_funder(details, at=timezone.now(), change=options["change"])
        except AnotherAgreement as error:
            raise CommandError(f"{error} With --change it becomes as you say.") from error
        except UnableToFund as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{fund.scheme} ({fund.get_kind_display()}) is open.")
