from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Count, Sum
from django.utils import timezone

from ontwikkelrekening.payouts.management.payments import (
    add_batch,
    add_who,
    clear_errors,
    find_batch,
)
from ontwikkelrekening.payouts.models import BatchState, PayoutState
from ontwikkelrekening.payouts.officers import payment_officer
from ontwikkelrekening.payouts.paying import settle_batch


class Command(BaseCommand):
    help = "Record that the bank has paid a batch: manage.py settle_payments --by ineke [BATCH]"

    def add_arguments(self, parser: CommandParser) -> None:
        add_batch(parser)
        add_who(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with clear_errors():
            officer = payment_officer(options["by"])
            batch = find_batch(options["batch"], BatchState.RELEASED)
            batch = settle_batch(batch, by=officer.get_username(), at=timezone.now())
        paid = batch.payouts.filter(state=PayoutState.PAID)
        sums = paid.aggregate(payouts=Count("pk"), total=Sum("amount"))
        self.stdout.write(
            f"{batch} is settled: {sums['payouts']} payments, {sums['total'] or 0} euros."
        )
