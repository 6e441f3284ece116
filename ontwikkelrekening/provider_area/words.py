"""How providers' staff read what the domain calls by a code, and the sentences it refuses with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from django.utils.dateformat import format as format_date
from django.utils.timezone import localtime
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.tables.table import Text
from providers.importing import Outcome
from providers.models import Claim, Provider
from providers.states import ClaimState

NUMBER = re.compile(r"\d+")

# By their names in the Open Education API.
LEVELS: dict[str, Text] = {
    "": pgettext_lazy("provider", "No level"),
    "secondary_vocational_education_1": _("MBO level 1"),
    "secondary_vocational_education_2": _("MBO level 2"),
    "secondary_vocational_education_3": _("MBO level 3"),
    "secondary_vocational_education_4": _("MBO level 4"),
    "associate_degree": _("Associate degree"),
    "bachelor": _("Bachelor"),
    "master": _("Master"),
}
SCOPE_WORDS: dict[str, Text] = {
    "courses": _("Register, publish and withdraw courses"),
    "enrolments": _("Hand in codes and read enrolments"),
    "claims": _("Claim, read claims and take them back"),
    "webhooks": _("Be told of changes"),
    "payments": _("Read what was paid and what is on its way"),
}
OUTCOMES: dict[str, Text] = {
    Outcome.WRONG: _("Not right"),
    Outcome.NEW: _("New"),
    Outcome.CHANGED: _("Changes"),
    Outcome.SAME: _("Is there already"),
}
AFTER: dict[str, Text] = {
    "start": _("after the start"),
    "completion": _("after completion"),
    "session": _("after the session"),
}


def why_held(provider: Provider, *, at: datetime) -> str:
    """Why nothing is paid to the provider now; nothing when it is."""
    if provider.suspensions.in_force(at=at).exists():
        return gettext("waits: payments to you are suspended")
    return "" if provider.iban else gettext("waits: your IBAN has not been checked yet")


def expected(claim: Claim, *, held: str) -> str:
    """When a claim is paid: what is known, and nothing that is only hoped. `held`: why none is paid now."""
    match claim.state:
        case ClaimState.SUBMITTED:
            return gettext("after assessment")
        case ClaimState.IN_REVIEW:
            return gettext("after a person has looked at it")
        case ClaimState.APPROVED:
            return held or gettext("in the next payment")
        case ClaimState.IN_FILE:
            return gettext("on its way as %(reference)s") % {"reference": claim.payment_reference}
        case ClaimState.PAID | ClaimState.RECOVERED if claim.paid_at:
            return gettext("paid on %(day)s as %(reference)s") % {
                "day": format_date(localtime(claim.paid_at), "d-m-Y"),
                "reference": claim.payment_reference,
            }
    return gettext("none")


def reason_in_words(reason: str, values: Mapping[str, object] | None = None) -> str:
    """Why a file or a row of it is not right, as a sentence that begins with a capital."""
    text = gettext(reason) % (values or {})
    return text[:1].upper() + text[1:]


def said(sentence: str) -> str:
    """A sentence of the domain in the reader's language; what a person wrote stays as it is.

    The domain writes English with at most one number in it: "less than 80% attendance".
    """
    exact = gettext(sentence)
    number = NUMBER.search(sentence)
    if exact != sentence or number is None:
        return exact
    pattern = NUMBER.sub("{number}", sentence, count=1)
    return gettext(pattern).replace("{number}", number[0])
