"""The words a circumstance can be stated in; anything else is refused at the door.

No rule needs more than these, so nothing more is asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.days import day_written
from ontwikkelrekening.citizens.models import CircumstanceKind


class Contract(models.TextChoices):
    PERMANENT = "permanent", _("a permanent job")
    TEMPORARY = "temporary", _("a temporary contract")
    ON_CALL = "on_call", _("on-call work")
    ZERO_HOURS = "zero_hours", _("a zero-hours contract")
    AGENCY = "agency", _("work through a temp agency")
    SECONDED = "seconded", _("work on secondment")
    SELF_EMPLOYED = "self_employed", _("self-employed without staff")
    BOGUS_SELF_EMPLOYED = "bogus_self_employed", _("self-employed for one client, as if employed")
    EMPLOYER = "employer", _("self-employed with staff")
    NO_CONTRACT = "no_contract", _("work without a contract")
    NO_WORK = "no_work", _("no paid work")


class Household(models.TextChoices):
    SOLE_PARENT = "sole_parent", _("alone with a child under 18 at home")
    PARTNER_AND_CHILDREN = "partner_and_children", _("with a partner and a child under 18 at home")
    PARTNER = "partner", _("with a partner, no child under 18 at home")
    ALONE = "alone", _("alone")
    OTHER = "other", _("with others")


WITH_A_CHILD = (Household.SOLE_PARENT, Household.PARTNER_AND_CHILDREN)


class Benefit(models.TextChoices):
    NONE = "none", _("no benefit")
    SOCIAL_ASSISTANCE = "social_assistance", _("social assistance (bijstand)")
    UNEMPLOYMENT = "unemployment", _("unemployment benefit (WW)")
    DISABILITY = "disability", _("disability benefit (WIA, WAO, Wajong)")
    SICKNESS = "sickness", _("sickness benefit")
    SURVIVORS = "survivors", _("survivor's benefit (Anw)")
    OTHER = "other", _("another benefit")


class Education(models.TextChoices):
    NONE = "none", _("no diploma")
    PRIMARY = "primary", _("primary school")
    VMBO = "vmbo", _("vmbo, mavo or lbo")
    MBO1 = "mbo1", _("mbo level 1")
    MBO2 = "mbo2", _("mbo level 2")
    MBO3 = "mbo3", _("mbo level 3")
    MBO4 = "mbo4", _("mbo level 4")
    HAVO_VWO = "havo_vwo", _("havo or vwo")
    HBO = "hbo", _("hbo (bachelor)")
    UNIVERSITY = "university", _("university")


class Residence(models.TextChoices):
    YES = "yes", _("lives in the Netherlands")
    NO = "no", _("lives abroad")


class Sex(models.TextChoices):
    FEMALE = "female", _("woman")
    MALE = "male", _("man")
    X = "x", _("not stated")


VOCABULARY: dict[str, type[models.TextChoices]] = {
    CircumstanceKind.CONTRACT: Contract,
    CircumstanceKind.HOUSEHOLD: Household,
    CircumstanceKind.BENEFIT: Benefit,
    CircumstanceKind.EDUCATION: Education,
    CircumstanceKind.RESIDENCE: Residence,
    CircumstanceKind.SEX: Sex,
}


class UnknownWord(ValueError):
    """A value that the vocabulary of its kind does not have."""


def checked(kind: str, value: str, *, on: date) -> str:
    """The value, when `kind` knows it; raises UnknownWord with the words it does know."""
    if kind == CircumstanceKind.WORKING_SINCE:
        return _checked_day(value, on=on)
    if kind not in VOCABULARY:
        raise UnknownWord(_choose(gettext("unknown kind of fact"), CircumstanceKind.values))
    if value not in VOCABULARY[kind].values:
        raise UnknownWord(_choose(gettext("unknown value"), VOCABULARY[kind].values))
    return value


def _choose(problem: str, words: Iterable[str]) -> str:
    return gettext("%(problem)s: choose from %(words)s") % {
        "problem": problem,
        "words": ", ".join(words),
    }


def _checked_day(value: str, *, on: date) -> str:
    day = day_written(value)
    if day is None:
        raise UnknownWord(gettext("not an existing date written as 2026-12-31"))
    if day > on:
        raise UnknownWord(gettext("lies in the future"))
    return day.isoformat()
