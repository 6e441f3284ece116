from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Count, Sum

from ontwikkelrekening.payouts.management.payments import act_on_batch, add_batch_and_who
from ontwikkelrekening.payouts.models import BatchState, PayoutState
from ontwikkelrekening.payouts.paying import settle_batch


class Command(BaseCommand):
    help = "Record that the bank has paid a batch: manage.py settle_payments --by ineke [BATCH]"

    def add_arguments(self, parser: CommandParser) -> None:
        add_batch_and_who(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        batch = act_on_batch(options, settle_batch, state=BatchState.RELEASED)
        paid = batch.payouts.filter(state=PayoutState.PAID)
        sums = paid.aggregate(payouts=Count("pk"), total=Sum("amount"))
        self.stdout.write(
            f"{batch} is settled: {sums['payouts']} payments, {sums['total'] or 0} euros."
        )
