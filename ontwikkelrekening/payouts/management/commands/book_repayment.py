from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from ledger.euros import euros
from ledger.management.arguments import day, reference
from ontwikkelrekening.management.officers import officer
from ontwikkelrekening.payouts.management.debts import find_provider, money
from ontwikkelrekening.payouts.management.recoveries import clear_errors
from ontwikkelrekening.payouts.repaying import book_repayment
from providers.owing import owed_by


class Command(BaseCommand):
    help = (
        "Book what came in from a provider that owed it: manage.py book_repayment 12345678 150,00 "
        "--received-on 2026-12-01 --reference 'terugbetaling' --by ineke"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("provider", help="its number in the trade register (KvK)")
        parser.add_argument("amount", help="euros, such as 150.00")
        parser.add_argument("--received-on", type=day, required=True)
        parser.add_argument(
            "--reference", type=reference, required=True, help="what the bank statement says of it"
        )
        parser.add_argument("--by", required=True, help="the payment officer who books it")

    def handle(self, *args: Any, **options: Any) -> None:
        by = officer(options["by"], right="payouts.add_repayment")
        provider, amount = find_provider(options["provider"]), money(options["amount"])
        with clear_errors():
            book_repayment(
                provider,
                amount,
                received_on=options["received_on"],
                reference=options["reference"],
                by=by,
                at=timezone.now(),
            )
        self.stdout.write(f"{provider} owes {euros(owed_by(provider))} euros now.")
