from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from ontwikkelrekening.payouts.management.payments import (
    add_batch,
    add_who,
    clear_errors,
    find_batch,
)
from ontwikkelrekening.payouts.models import BatchState
from ontwikkelrekening.payouts.officers import payment_officer
from ontwikkelrekening.payouts.paying import withdraw_batch


class Command(BaseCommand):
    help = "Take back a batch that was not released: manage.py withdraw_payments --by bas [BATCH]"

    def add_arguments(self, parser: CommandParser) -> None:
        add_batch(parser)
        add_who(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with clear_errors():
            officer = payment_officer(options["by"])
            batch = find_batch(options["batch"], BatchState.PREPARED)
            batch = withdraw_batch(batch, by=officer.get_username(), at=timezone.now())
        self.stdout.write(f"{batch} is withdrawn; its claims are due again.")
