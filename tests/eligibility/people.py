"""The personas of the tests, as facts and as citizens to register."""

from __future__ import annotations

from datetime import date

from ontwikkelrekening.citizens.identity import Identity
from ontwikkelrekening.citizens.registering import NewCitizen, Stated
from ontwikkelrekening.eligibility.rules import Facts

AOW_67 = 67 * 12
FATIMA = Facts(34 * 12 + 9, 807, "agency", "sole_parent", "none", "mbo2", 13, True)
HENK = Facts(51 * 12 + 1, 807, "permanent", "partner", "none", "mbo2", 19, True)
SAMIRA = Facts(37 * 12, 807, "no_work", "partner_and_children", "none", "vmbo", None, True)
JOHAN = Facts(40 * 12, 807, "permanent", "sole_parent", "none", "hbo", 15, True, sex="male")
THOMAS = Facts(35 * 12, 807, "permanent", "partner", "none", "university", 11, True)

SINCE = date(2025, 9, 1)


def citizen(name: str, bsn: str, born_on: date, *, since: date = SINCE, **facts: str) -> NewCitizen:
    """Someone to register, with facts of their own statement."""
    stated = tuple(Stated(kind, value, since) for kind, value in facts.items())
    return NewCitizen(Identity(name, "Voorbeeld", bsn), born_on, "nl", stated)


def fatima() -> NewCitizen:
    return citizen(
        "Fatima", "999900006", date(1991, 4, 3), contract="agency", household="sole_parent",
        benefit="none", education="mbo2", working_since="2012-09-01", residence="yes",
    )  # fmt: skip


def henk() -> NewCitizen:
    return citizen(
        "Henk", "999900018", date(1974, 11, 20), contract="permanent", household="partner",
        benefit="none", education="mbo2", working_since="2006-03-01", residence="yes",
    )  # fmt: skip


def noor() -> NewCitizen:
    """Nothing is known of her."""
    return citizen("Noor", "999900079", date(1996, 6, 21))
