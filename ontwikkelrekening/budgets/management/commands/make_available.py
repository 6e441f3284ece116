import re
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from djmoney.money import Money

from ledger.balances import balance
from ledger.management.arguments import reference
from ledger.money import TRANSFER_MAX, to_cents, to_money
from ledger.posting import UnableToPost
from ontwikkelrekening.budgets.funding import (
    MadeAvailableBefore,
    UnableToFund,
    make_available,
    open_fund,
)
from ontwikkelrekening.budgets.ids import named
from ontwikkelrekening.budgets.management.schemes import find_scheme

AMOUNT = re.compile(r"\d+(\.\d\d?)?", re.ASCII)


class Command(BaseCommand):
    help = "Make money available for a scheme: manage.py make_available landelijk 5000000.00"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("scheme", help="the code of the scheme, such as landelijk")
        parser.add_argument("amount", help="euros, such as 5000000.00")
        parser.add_argument("--source", choices=["treasury", "bank"], default="treasury")
        parser.add_argument(
            "--reference",
            type=reference,
            help="with the same reference the money is made available once",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        scheme = find_scheme(options["scheme"])
        reference = options["reference"]
        id_ = named("fund", scheme.code, reference) if reference else uuid4()
        try:
            with transaction.atomic():
                fund = open_fund(scheme, source=options["source"], at=at)
                make_available(
                    fund, cents=_cents(options["amount"]), id=id_, on=timezone.localdate(at), at=at
                )
        except MadeAvailableBefore as error:
            raise CommandError(f"Reference {reference}: {error}") from None
        except (UnableToFund, UnableToPost) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{scheme} has {to_money(balance(fund.account_id)).amount} euros left.")


def _cents(text: str) -> int:
    if not AMOUNT.fullmatch(text):  # 1.000 would be one euro, or a thousand
        raise CommandError(f"{text} is not an amount in euros, such as 5000000.00.")
    cents = to_cents(Money(Decimal(text), "EUR"))
    if cents > TRANSFER_MAX:
        raise CommandError(f"{text} is more than one transfer can be, which is 10000000000.00.")
    return cents
