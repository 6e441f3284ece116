"""Amounts as text: as machines read them, and as people write them.

Stands apart from `money`, which needs django-money.
"""

import re

# Dots, commas or spaces between groups of three, and another mark before the cents: € 1.260,00, 1,260.00, 1 260,-
_WRITTEN = re.compile(
    r"(?:€ *)?"
    r"(?P<whole>[0-9]{1,15}|[1-9][0-9]{0,2}(?P<mark>[., ])[0-9]{3}(?:(?P=mark)[0-9]{3}){0,3})"
    r"(?:(?!(?P=mark))[.,](?P<cents>[0-9]{1,2}|-))?"
    r"(?: *€)?"
)
_SPACES = re.compile("[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]")


def euros(cents: int) -> str:
    """Cents as a plain decimal number: -12.05."""
    sign, cents = ("-" if cents < 0 else ""), abs(cents)
    return f"{sign}{cents // 100}.{cents % 100:02}"


def cents_written(written: str, *, whole: bool = False) -> int | None:
    """The cents of an amount that somebody wrote, the same in every language; None when it is not sure.

    1.260 and 1,260 are thousands to some and a fraction to others, so they are not sure either, unless
    only a whole amount is asked (`whole`).
    """
    found = _WRITTEN.fullmatch(_SPACES.sub(" ", written).strip())
    if (
        found is None
        or written.count("€") > 1
        or (found["mark"] in (".", ",") and not found["cents"] and not whole)
    ):
        return None
    cents = (found["cents"] or "").replace("-", "").ljust(2, "0")
    return int(re.sub(r"\D", "", found["whole"]) + cents)


def whole_euros(written: str) -> int | None:
    """The amount that somebody wrote where whole euros are asked; None when it is none, or nothing."""
    euros, cents = divmod(cents_written(written, whole=True) or 0, 100)
    return euros if euros and not cents else None
