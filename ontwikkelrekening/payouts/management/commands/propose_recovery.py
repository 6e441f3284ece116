from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from ontwikkelrekening.management.officers import officer
from ontwikkelrekening.payouts.management.recoveries import clear_errors, find_claim
from providers import claiming


class Command(BaseCommand):
    help = (
        "Propose to take back what a claim was approved for: manage.py propose_recovery CLAIM "
        "--reason 'nobody came' --heard 'the provider did not answer' --by rosa"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("claim", help="the claim's id")
        parser.add_argument(
            "--reason", required=True, help="why it was not due; the provider reads it"
        )
        parser.add_argument("--heard", required=True, help="what the provider said of it")
        parser.add_argument("--by", required=True, help="the reviewer who proposes it")

    def handle(self, *args: Any, **options: Any) -> None:
        by = officer(options["by"], right="providers.add_recovery")
        claim = find_claim(options["claim"])
        with clear_errors():
            claiming.propose_recovery(
                claim, reason=options["reason"], heard=options["heard"], by=by, at=timezone.now()
            )
        self.stdout.write(f"The recovery of {claim} is proposed; someone else has to agree to it.")
