"""The words of the rules, for citizens: plain English here, plain Dutch (B1) in the translation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from ontwikkelrekening.citizens.models import CircumstanceKind
from ontwikkelrekening.citizens.vocabulary import VOCABULARY
from ontwikkelrekening.eligibility.parameters import (
    CARER,
    FLEX_WORKER,
    LOW_SKILLED,
    SINGLE_MOTHER,
)

Text = str | Promise


class Sentences(NamedTuple):
    """What a step says when it holds and when it does not."""

    holds: Text
    fails: Text


# {value}: the fact; {limit}: the parameter. Only steps that a citizen needs to read are here.
ELIGIBLE = {
    "adult": Sentences(
        gettext_lazy("You are {value} old. You must be at least {limit}."),
        gettext_lazy("You are {value} old. You must be at least {limit}."),
    ),
    "below_aow_age": Sentences(
        gettext_lazy("You have not reached your AOW age."),
        gettext_lazy("You have reached your AOW age. The credit is for people below it."),
    ),
    "resident": Sentences(
        gettext_lazy("You live in the Netherlands."),
        gettext_lazy("You do not live in the Netherlands, or we do not know whether you do."),
    ),
    "first_this_year": Sentences(
        gettext_lazy("You had no credit from this scheme yet this year."),
        gettext_lazy("You already had credit from this scheme this year."),
    ),
    "below_cap": Sentences(
        gettext_lazy("You have {value} free on your account. That is less than the most, {limit}."),
        gettext_lazy("You have {value} free on your account. The most you can have is {limit}."),
    ),
}
GROUPS: dict[str, Text] = {
    FLEX_WORKER: gettext_lazy("flex workers"),
    SINGLE_MOTHER: gettext_lazy("single mothers, and fathers who raise a child alone"),
    CARER: gettext_lazy("people who care for a child, without work or benefit"),
    LOW_SKILLED: gettext_lazy(
        "people with a permanent job, school up to mbo and many years of work"
    ),
}
CLASSES: dict[int, Text] = {
    1: gettext_lazy("flex workers who raise a child alone"),
    2: gettext_lazy("flex workers, and others who raise a child alone"),
    3: gettext_lazy(
        "people who care for a child, without work or benefit, and people with a permanent job, school"
        " up to mbo and many years of work"
    ),
    4: gettext_lazy("everyone else"),
}
CATEGORIES: dict[str, Text] = {
    "course": gettext_lazy("a course"),
    "module": gettext_lazy("a short module"),
    "coaching": gettext_lazy("a coach"),
    "evc": gettext_lazy("EVC, a certificate for what you can do"),
    "exam": gettext_lazy("an exam"),
    "childcare": gettext_lazy("childcare"),
    "travel": gettext_lazy("travel"),
    "materials": gettext_lazy("books and materials"),
}
KINDS: dict[str, Text] = {
    "general": gettext_lazy("for learning"),
    "coaching_evc": gettext_lazy("only for a coach or EVC"),
    "childcare_travel": gettext_lazy("only for childcare and travel beside a course"),
}

TELEPHONE = gettext_lazy("0800 0000 (free, invented number)")


def euros(cents: int) -> str:
    """An amount as the reader writes it, never broken: € 1.240,00 in Dutch, € 1,240.00 in English."""
    text = f"{cents // 100:,}.{cents % 100:02d}"
    if get_language() == "nl":
        text = text.translate({ord(","): ".", ord("."): ","})
    return f"€\N{NO-BREAK SPACE}{text}"


def long_date(day: date) -> str:
    return date_format(day, "j F Y")


def _years(number: int) -> str:
    return ngettext("%(n)d year", "%(n)d years", number) % {"n": number}


def _groups(groups: tuple[str, ...]) -> str:
    return ", ".join(str(GROUPS[group]) for group in groups) or _("none")


_WORDS: dict[str, Callable[[Any], str]] = {
    "age_months": lambda months: _years(months // 12),
    "months_to_aow": lambda months: ngettext("%(n)d month", "%(n)d months", months) % {"n": months},
    "balance_cents": euros,
    "groups": _groups,
    "working_years": _years,
    "coaching_granted_years_ago": _years,
    "resident": lambda resident: _("yes") if resident else _("no"),
    "already_granted": lambda granted: _("yes") if granted else _("no"),
}


def value_of(fact: str, value: Any) -> str:
    """A fact's value in words."""
    if value is None:
        return _("not known")
    if fact in VOCABULARY:
        return str(VOCABULARY[fact](value).label)
    return _WORDS.get(fact, str)(value)


FACTS: dict[str, Text] = {
    "age_months": gettext_lazy("Age"),
    CircumstanceKind.CONTRACT: gettext_lazy("Work"),
    CircumstanceKind.HOUSEHOLD: gettext_lazy("At home"),
    CircumstanceKind.BENEFIT: gettext_lazy("Benefit"),
    CircumstanceKind.EDUCATION: gettext_lazy("Highest education"),
    "working_years": gettext_lazy("Years of work"),
    CircumstanceKind.SEX: gettext_lazy("Sex"),
    "resident": gettext_lazy("Lives in the Netherlands"),
    "already_granted": gettext_lazy("Credit from this scheme this year"),
    "balance_cents": gettext_lazy("Free on the account"),
    "coaching_granted_years_ago": gettext_lazy("Years to other credit for a coach or EVC"),
}
