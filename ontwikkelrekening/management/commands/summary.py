import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Count, Sum

from ledger.checking import check_ledger
from ledger.euros import euros
from ledger.reports import trial_balance
from ontwikkelrekening.audit.against_books import check_against_books
from ontwikkelrekening.budgets.models import Tranche
from ontwikkelrekening.citizens.models import Citizen
from providers.models import Claim, Enrolment, OutboxMessage
from providers.states import ClaimState


class Command(BaseCommand):
    help = (
        "What is in the books: counts, what was paid, the trial balance and what the checks found."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="print one line of JSON with all ids"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        facts = _facts()
        if options["json"]:
            self.stdout.write(json.dumps(facts))
            return
        for name in (
            "citizens",
            "topUps",
            "claims",
            "paid",
            "trialBalance",
            "openWork",
            "findings",
        ):
            self.stdout.write(f"{name}: {facts[name]}")


def _facts() -> dict[str, Any]:
    paid = Claim.objects.filter(state=ClaimState.PAID).aggregate(total=Sum("amount"))["total"]
    lines = trial_balance()
    difference = sum(line.debits for line in lines) - sum(line.credits for line in lines)
    by_state = Claim.objects.order_by().values_list("state").annotate(Count("id"))
    return {
        "citizens": Citizen.objects.count(),
        "topUps": Tranche.objects.exclude(decision=None).values("decision").distinct().count(),
        "enrolmentIds": [
            str(pk) for pk in Enrolment.objects.order_by().values_list("pk", flat=True)
        ],
        "claimIds": [str(pk) for pk in Claim.objects.order_by().values_list("pk", flat=True)],
        "claims": dict(by_state),
        "paid": f"{paid or 0:.2f}",
        "trialBalance": euros(difference),
        "openWork": OutboxMessage.objects.filter(done_at=None).count(),
        "findings": [
            f"{finding.check}: {finding.detail}"
            for finding in (*check_ledger(), *check_against_books())
        ],
    }
