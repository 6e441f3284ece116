from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from ontwikkelrekening.management.officers import officer
from ontwikkelrekening.payouts import writing_off
from ontwikkelrekening.payouts.management.debts import find_provider, money
from ontwikkelrekening.payouts.management.recoveries import clear_errors


class Command(BaseCommand):
    help = (
        "Propose to write off what a provider will not pay back: manage.py propose_write_off 12345678 150,00 "
        "--reason 'bankrupt; the trustee pays nobody' --by ineke"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("provider", help="its number in the trade register (KvK)")
        parser.add_argument("amount", help="euros, such as 150.00")
        parser.add_argument(
            "--reason", required=True, help="what was tried, and why it is not paid"
        )
        parser.add_argument("--by", required=True, help="the payment officer who proposes it")

    def handle(self, *args: Any, **options: Any) -> None:
        by = officer(options["by"], right="payouts.add_writeoff")
        provider, amount = find_provider(options["provider"]), money(options["amount"])
        with clear_errors():
            writing_off.propose(
                provider, amount, reason=options["reason"], by=by, at=timezone.now()
            )
        self.stdout.write(
            f"The write-off of {provider} is proposed; someone else has to agree to it."
        )
