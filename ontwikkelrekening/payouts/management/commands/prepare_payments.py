from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Count, Sum
from django.utils import timezone

from ledger.management.arguments import day
from ontwikkelrekening.payouts.management.payments import add_who, clear_errors
from ontwikkelrekening.payouts.officers import payment_officer
from ontwikkelrekening.payouts.paying import prepare_batch


class Command(BaseCommand):
    help = "Bundle the approved claims into a batch: manage.py prepare_payments --by ineke [--pay-on 2026-12-01]"

    def add_arguments(self, parser: CommandParser) -> None:
        add_who(parser)
        parser.add_argument(
            "--pay-on", type=day, help="a day, today by default and at most 30 days on"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        with clear_errors():
            officer = payment_officer(options["by"])
            pay_on = options["pay_on"] or timezone.localdate(at)
            batch = prepare_batch(by=officer.get_username(), pay_on=pay_on, at=at)
        sums = batch.payouts.aggregate(payouts=Count("pk"), total=Sum("amount"))
        self.stdout.write(
            f"{batch} is prepared: {sums['payouts']} payments, {sums['total']} euros, "
            f"to be paid on {batch.pay_on}. Someone else releases it."
        )
