from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ontwikkelrekening.budgets.returning import reopen
from ontwikkelrekening.citizens.models import Citizen


class Command(BaseCommand):
    help = "Let an account that has ended take credit again: manage.py reopen_account R-…"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account")

    def handle(self, *args: Any, **options: Any) -> None:
        account = options["account"]
        if not Citizen.objects.filter(account_code=account, erased_at=None).exists():
            raise CommandError(f"There is no account {account}.")
        reopen(account)
        self.stdout.write(f"{account} is open. What went back does not return by itself.")
