"""Why a provider's claim was paid as it was: what was asked, which term decided, what is paid. Pure.

Reads the terms that `terms.py` stamped on the enrolment, so the explanation and the assessment start
from the same place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ontwikkelrekening.eligibility.wording import Text, euros
from providers.states import ClaimState

WHEN: dict[str, Text] = {
    "start": gettext_lazy("after the start"),
    "session": gettext_lazy("after this session"),
    "completion": gettext_lazy("after completion"),
}
PAYABLE = (ClaimState.APPROVED, ClaimState.IN_FILE, ClaimState.PAID)


def explain_claim(
    *,
    terms: Sequence[Mapping[str, Any]],
    instalment: str,
    asked_cents: int,
    state: str,
    was_paid: bool,
    evidence: Mapping[str, Any],
) -> list[str]:
    """The claim in sentences, in the language in force: asked, the term, shown, what is paid."""
    term = next((term for term in terms if term["instalment"] == instalment), None)
    if term is None:
        return [
            _("The provider asked {amount}.").format(amount=euros(asked_cents)),
            _("Your terms have no such part."),
            _outcome(asked_cents, state, was_paid=was_paid),
        ]
    lines = [
        _("The provider asked {amount}.").format(amount=euros(asked_cents)),
        _("By your terms at most {amount} is paid {when}.").format(
            amount=euros(term["cents"]), when=WHEN[term["after"]]
        ),
    ]
    if term["after"] == "completion":
        lines.append(_shown(evidence))
    return [*lines, _outcome(asked_cents, state, was_paid=was_paid)]


def _shown(evidence: Mapping[str, Any]) -> str:
    if evidence.get("certificate") is True:
        return _("The provider said that you have the certificate.")
    if evidence.get("attendance"):
        return _("The provider said that you were there {percent}% of the time.").format(
            percent=evidence["attendance"]
        )
    if evidence.get("exam") is True:
        return _("The provider said that you took the exam.")
    return _("The provider did not say how you completed it.")


def _outcome(asked_cents: int, state: str, *, was_paid: bool) -> str:
    if state in PAYABLE:
        return _("So {amount} is paid.").format(amount=euros(asked_cents))
    if state == ClaimState.REFUSED:
        return _("A person decided not to pay it. Nothing goes off your credit.")
    if state == ClaimState.WITHDRAWN:
        return _("The provider took the claim back. Nothing goes off your credit.")
    if state == ClaimState.RECOVERED:
        return _recovered(was_paid=was_paid)
    return _("It is not decided yet.")


def _recovered(*, was_paid: bool) -> str:
    if was_paid:
        return _(
            "We paid this to the provider. Later we saw that this was not right."
            " The provider has to pay it back, not you. Nothing goes off your credit."
        )
    return _(
        "We approved this. Later we saw that this was not right."
        " The provider does not get it. Nothing goes off your credit."
    )
