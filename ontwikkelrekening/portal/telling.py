"""What happened on an account, told in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.budgets.accounts import HistoryLine
from ontwikkelrekening.portal.words import Words, credit_name


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the statement. `after` is what was free to use after it."""

    line: HistoryLine
    text: str
    detail: str
    after: int

    @property
    def beside(self) -> int:
        """What it says of money that was reserved already: no sign, for the credit stays as it is."""
        return abs(self.line.paid_cents)


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    lines: tuple[Told, ...]


def tell(lines: Sequence[HistoryLine], *, free: int) -> list[Told]:
    """The lines in words, with the running balance; `free` is what was free after the newest."""
    told = []
    for line in lines:
        text, detail = _words(line)
        told.append(Told(line, text, detail, free))
        free -= line.cents
    return told


def by_month(told: Sequence[Told]) -> list[Month]:
    grouped = groupby(told, key=lambda each: each.line.on.replace(day=1))
    return [Month(first, tuple(lines)) for first, lines in grouped]


# By kind of booking: what happened, and one quiet sentence more where that helps.
_SENTENCES: dict[str, tuple[Words, Words]] = {
    "top_up": (_("Added: %(credit)s"), "%(scheme)s"),
    "reserve": (_("Reserved for “%(course)s”"), "%(provider)s"),
    "claim": (
        _("Approved for %(provider)s"),
        _("For “%(course)s”. We pay this to the provider. It was already reserved."),
    ),
    "release": (
        _("Back on your account: “%(course)s”"),
        _("This was reserved and is not needed any more."),
    ),
    "account_ended": (_("Given back: %(credit)s"), _("Your account ended.")),
    "expire": (_("Ended: %(credit)s"), _("The last day to use it has passed.")),
    "recover": (
        _("Not for %(provider)s after all"),
        _(
            "For “%(course)s”. The provider has no right to this money. We reserved it for you again."
            " You do not have to do anything."
        ),
    ),
}
_CORRECTED: tuple[Words, Words] = (_("Corrected"), _("We corrected an earlier line."))


def _words(line: HistoryLine) -> tuple[str, str]:
    names = {
        "credit": credit_name(line.credit),
        "scheme": line.scheme,
        "course": line.course,
        "provider": line.provider,
    }
    text, detail = _SENTENCES.get(line.kind, _CORRECTED)
    return str(text) % names, str(detail) % names
