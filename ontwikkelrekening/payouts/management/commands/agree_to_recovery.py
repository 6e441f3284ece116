from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ontwikkelrekening.management.officers import officer
from ontwikkelrekening.payouts import recovering
from ontwikkelrekening.payouts.management.recoveries import clear_errors, find_claim
from providers.models import Recovery


class Command(BaseCommand):
    help = "Agree, as the second person, to a recovery that was proposed: manage.py agree_to_recovery CLAIM --by sam"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("claim", help="the claim's id")
        parser.add_argument("--by", required=True, help="the reviewer who agrees")

    def handle(self, *args: Any, **options: Any) -> None:
        by = officer(options["by"], right="providers.change_recovery")
        claim = find_claim(options["claim"])
        waiting = Recovery.objects.filter(claim=claim, agreed=None).first()
        if waiting is None:
            raise CommandError(f"Nobody has proposed to recover {claim}.")
        with clear_errors():
            recovering.agree(waiting, by=by, at=timezone.now())
        self.stdout.write(f"{claim} is recovered: {claim.amount.amount} euros.")
