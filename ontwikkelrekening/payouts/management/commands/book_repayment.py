from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ledger.euros import cents_written, euros
from ledger.management.arguments import day, reference
from ledger.money import TRANSFER_MAX, to_money
from ontwikkelrekening.management.officers import officer
from ontwikkelrekening.payouts.management.recoveries import clear_errors
from ontwikkelrekening.payouts.repaying import book_repayment
from providers.models import Provider
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
        provider = Provider.objects.filter(kvk_number=options["provider"]).first()
        if provider is None:
            raise CommandError(f"There is no provider {options['provider']}.")
        cents = cents_written(options["amount"])
        if cents is None or cents >= TRANSFER_MAX:
            raise CommandError(f"{options['amount']} is not an amount in euros, such as 150.00.")
        with clear_errors():
            book_repayment(
                provider,
                to_money(cents),
                received_on=options["received_on"],
                reference=options["reference"],
                by=by,
                at=timezone.now(),
            )
        self.stdout.write(f"{provider} owes {euros(owed_by(provider))} euros now.")
