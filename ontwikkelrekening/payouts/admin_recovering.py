"""Recoveries in the administration, decided by a second person."""

from __future__ import annotations

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.errors import UnableToPost
from ontwikkelrekening.eligibility.wording import euros
from ontwikkelrekening.payouts import recovering
from providers.admin import OfAClaim
from providers.administration import Act, Queue, Request
from providers.claiming import decline_recovery
from providers.claiming.assessing import lock_claim
from providers.claiming.recovering import UnableToRecover
from providers.models import Recovery
from providers.owing import owed_by
from providers.states import IllegalMove

DECIDE = "providers.change_recovery"


def _agree(request: Request) -> str:
    claim = recovering.agree(request.subject, by=request.by, at=timezone.now())
    return _("The claim is recovered. In all %(provider)s still has %(owed)s to pay back.") % {
        "provider": claim.provider,
        "owed": euros(owed_by(claim.provider)),
    }


def _decline(request: Request) -> str:
    decline_recovery(request.subject, by=request.by, at=timezone.now())
    return _("The claim stays as it was.")


def _waits(recovery: Recovery) -> bool:
    return recovery.agreed is None


@admin.register(Recovery)
class RecoveryAdmin(OfAClaim):
    """What waits for a second person stands first."""

    list_display = [
        "claim",
        "provider",
        "course",
        "amount",
        "state",
        "reason",
        "heard",
        "proposed_by",
        "proposed_at",
        "agreed",
        "answered_by",
    ]
    list_filter = ["agreed"]
    search_fields = ["=claim__id", "claim__provider__name", "=claim__provider__kvk_number"]
    ordering = ["-answered_at", "proposed_at"]
    queues = [
        Queue(
            gettext_lazy("Recoveries to answer"),
            DECIDE,
            lambda: Recovery.objects.filter(agreed=None),
            "agreed__isnull=True",
        ),
    ]
    fields = [
        "claim",
        "provider",
        "course",
        "instalment",
        "amount",
        "state",
        "reason",
        "heard",
        "proposed_by",
        "proposed_at",
        "agreed",
        "answered_by",
        "answered_at",
    ]
    acts = [
        Act(
            "agree",
            gettext_lazy("Agree to the recovery"),
            DECIDE,
            _agree,
            gettext_lazy(
                "What was paid the provider owes from now on. What was not paid yet is not paid. The "
                "citizen gets the credit back. This cannot be undone."
            ),
            errors=(UnableToRecover, IllegalMove, UnableToPost),
            offered=_waits,
            shown=lambda recovery: (
                recovery.reason,
                recovery.heard,
                recovery.proposed_by,
                recovery.agreed,
                recovery.claim.state,
            ),
            lock=lambda recovery: lock_claim(recovery.claim_id),
            grave=True,
        ),
        Act(
            "decline",
            gettext_lazy("Decline the recovery"),
            DECIDE,
            _decline,
            gettext_lazy("You do not agree, or you proposed this and take it back."),
            errors=(UnableToRecover,),
            offered=_waits,
        ),
    ]

    @admin.display(description=gettext_lazy("state of the claim"))
    def state(self, recovery: Recovery) -> str:
        return recovery.claim.get_state_display()
