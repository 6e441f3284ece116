from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ledger.euros import euros
from ontwikkelrekening.management.officers import officer
from ontwikkelrekening.payouts import writing_off
from ontwikkelrekening.payouts.management.debts import find_provider
from ontwikkelrekening.payouts.management.recoveries import clear_errors
from ontwikkelrekening.payouts.models import WriteOff
from providers.owing import owed_by


class Command(BaseCommand):
    help = (
        "Agree, as the second person, to a write-off that was proposed: "
        "manage.py agree_to_write_off 12345678 --by bas"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("provider", help="its number in the trade register (KvK)")
        parser.add_argument("--by", required=True, help="the payment officer who agrees")

    def handle(self, *args: Any, **options: Any) -> None:
        by = officer(options["by"], right="payouts.change_writeoff")
        provider = find_provider(options["provider"])
        waiting = WriteOff.objects.filter(provider=provider, agreed=None).first()
        if waiting is None:
            raise CommandError(f"Nobody has proposed to write off what {provider} owes.")
        with clear_errors():
            writing_off.agree(waiting, by=by, at=timezone.now())
        self.stdout.write(f"{provider} owes {euros(owed_by(provider))} euros now.")
