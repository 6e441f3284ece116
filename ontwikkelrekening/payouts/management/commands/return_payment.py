from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ontwikkelrekening.payouts.management.payments import add_who, clear_errors
from ontwikkelrekening.payouts.models import Payout
from ontwikkelrekening.payouts.officers import payment_officer
from ontwikkelrekening.payouts.paying import return_payout


class Command(BaseCommand):
    help = "Record that the bank sent a payment back: manage.py return_payment REFERENCE --reason 'account closed' --by ineke"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reference", help="the payment's reference on the bank statement")
        parser.add_argument("--reason", required=True)
        add_who(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        payout = Payout.objects.filter(reference=options["reference"]).first()
        if payout is None:
            raise CommandError(f"There is no payment {options['reference']}.")
        with clear_errors():
            officer = payment_officer(options["by"])
            payout = return_payout(
                payout, reason=options["reason"], by=officer.get_username(), at=timezone.now()
            )
        self.stdout.write(f"{payout} came back; what of it was not recovered is due again.")
