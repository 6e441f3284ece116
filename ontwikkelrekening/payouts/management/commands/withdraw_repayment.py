from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ledger.euros import euros
from ledger.management.arguments import day, reference
from ontwikkelrekening.management.officers import officer
from ontwikkelrekening.payouts.management.recoveries import clear_errors
from ontwikkelrekening.payouts.models import Repayment
from ontwikkelrekening.payouts.withdrawing import withdraw
from providers.owing import owed_by


class Command(BaseCommand):
    help = (
        "Take back a repayment that was booked wrongly: manage.py withdraw_repayment 12345678 "
        "--received-on 2026-12-01 --reference 'terugbetaling' --reason 'of another provider' --by ineke"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "provider", help="the number in the trade register (KvK) that it was booked for"
        )
        parser.add_argument("--received-on", type=day, required=True, help="as it was booked")
        parser.add_argument("--reference", type=reference, required=True, help="as it was booked")
        parser.add_argument("--reason", required=True, help="what was booked wrongly")
        parser.add_argument("--by", required=True, help="the payment officer who takes it back")

    def handle(self, *args: Any, **options: Any) -> None:
        by = officer(options["by"], right="payouts.change_repayment")
        found = Repayment.objects.filter(
            provider__kvk_number=options["provider"],
            received_on=options["received_on"],
            reference=options["reference"],
        )
        standing = found.filter(withdrawn_at=None).first() or found.first()
        if standing is None:
            raise CommandError(
                f"Nothing of {options['provider']} is booked with this reference on {options['received_on']}."
            )
        with clear_errors():
            repayment = withdraw(standing, reason=options["reason"], by=by, at=timezone.now())
        provider = repayment.provider
        self.stdout.write(f"{provider} owes {euros(owed_by(provider))} euros now.")
