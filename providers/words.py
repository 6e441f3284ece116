"""How an instalment and an IBAN are said, to providers and to staff."""

from __future__ import annotations

from django.utils.translation import pgettext


def instalment(name: str) -> str:
    """Start, completion, session 3."""
    match name.partition("-"):
        case ("start", _, _):
            return pgettext("instalment", "Start")
        case ("completion", _, _):
            return pgettext("instalment", "Completion")
        case ("whole", _, _):
            return pgettext("instalment", "Whole amount")
        case ("session", _, ""):
            return pgettext("instalment", "Session")
        case ("session", _, number):
            return pgettext("instalment", "Session %(number)s") % {"number": number}
    return name


def iban_in_part(iban: str) -> str:
    """Enough to know the account by, not enough to use it: NL91…4300; of none, nothing."""
    return f"{iban[:4]}…{iban[-4:]}" if iban else ""
