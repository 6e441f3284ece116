"""From a booking to what brought it about, and from an account to what it is kept for."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse

from ontwikkelrekening.budgets.models import Tranche

# what a cause or an account code begins with -> the page that shows it
_PAGE_OF_CAUSE = {
    "decision": "audit:decision",
    "run": "audit:run",
    "enrolment": "audit:enrolment",
    "claim": "audit:claim",
    "batch": "audit:batch",
    "round": "audit:round",
    "booking": "audit:booking",
}
_PAGE_OF_ACCOUNT = {
    "reserved": "audit:enrolment",
    "payable": "audit:provider",
    "receivable": "audit:provider",
}


def cause_href(cause: str) -> str | None:
    """The page behind "claim:<uuid>" and its like; none for a cause that has no page."""
    kind, _, subject = cause.partition(":")
    xid, _, seq = subject.partition("-")
    if kind == "transfer" and (xid + seq).isdecimal():
        return reverse("audit:transfer", args=[xid, seq])
    return _page(_PAGE_OF_CAUSE.get(kind), subject)


def purpose_href(account_code: str) -> str | None:
    """The page of the enrolment, provider, fund or grant that an account is kept for."""
    kind, _, subject = account_code.partition(":")
    if kind == "fund":
        return _page("audit:round", subject) or reverse("audit:fund", args=[subject])
    if kind == "tranche":
        return _decision_of(subject)
    return _page(_PAGE_OF_ACCOUNT.get(kind), subject)


def _page(name: str | None, subject: str) -> str | None:
    if name is None or not _is_uuid(subject):
        return None
    return reverse(name, args=[subject])


def _decision_of(tranche: str) -> str | None:
    if not _is_uuid(tranche):
        return None
    found = Tranche.objects.filter(id=tranche).values_list("decision_id", flat=True).first()
    return reverse("audit:decision", args=[found]) if found else None


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
