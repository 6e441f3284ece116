from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ontwikkelrekening.payouts.management.payments import act_on_batch, add_batch_and_who
from ontwikkelrekening.payouts.models import BatchState
from ontwikkelrekening.payouts.paying import withdraw_batch


class Command(BaseCommand):
    help = "Take back a batch that was not released: manage.py withdraw_payments --by bas [BATCH]"

    def add_arguments(self, parser: CommandParser) -> None:
        add_batch_and_who(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        batch = act_on_batch(options, withdraw_batch, state=BatchState.PREPARED)
        self.stdout.write(f"{batch} is withdrawn; its claims are due again.")
