from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ledger.money import to_money
from ontwikkelrekening.budgets.returning import return_credit
from ontwikkelrekening.citizens.models import Citizen


class Command(BaseCommand):
    help = "Give back the free credit of who leaves or died: manage.py return_credit R-… --why died"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account")
        parser.add_argument("--why", choices=["left", "died"], required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        account, at = options["account"], timezone.now()
        if not Citizen.objects.filter(account_code=account).exists():
            raise CommandError(f"There is no account {account}.")
        cents = return_credit(account, why=options["why"], on=timezone.localdate(at), at=at)
        self.stdout.write(f"{to_money(cents).amount} euros went back.")
