"""Plain words for what the domain calls by a code. Amounts and dates are written by the templates."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ontwikkelrekening.citizens.models import CircumstanceKind, Evidence, Source
from ontwikkelrekening.eligibility.models import ObjectionState
from ontwikkelrekening.tables.words import LANGUAGES
from providers.models import Category, Mode
from providers.states import ClaimState, EnrolmentState

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Kind:
    """What one can spend credit on, as a citizen would say it."""

    name: Words
    meaning: Words


@dataclass(frozen=True, slots=True)
class Status:
    """A state as people see it: never by colour alone."""

    name: Words
    tone: str  # safe, warning, danger or neutral
    icon: str
    meaning: Words


CATEGORIES: dict[str, Kind] = {
    Category.COURSE: Kind(
        _("Course or training"), _("Learn something new, with a teacher or online.")
    ),
    Category.MODULE: Kind(
        _("Short module"), _("One small part of a course. Handy when you have little time.")
    ),
    Category.COACHING: Kind(
        _("Coach"), _("Someone who thinks along with you about work and learning.")
    ),
    Category.EVC: Kind(
        _("Proof of what you can already do (EVC)"),
        _(
            "You show what you can do, from work or from volunteering. You get a certificate for it."
        ),
    ),
    Category.EXAM: Kind(_("Exam"), _("Only the exam, when you already know the material.")),
    Category.CHILDCARE: Kind(
        _("Childcare"),
        _("Someone looks after your child while you are learning, as long as your course runs."),
    ),
    Category.TRAVEL: Kind(
        _("Travel costs"), _("Travelling to your course and back, as long as your course runs.")
    ),
    Category.MATERIALS: Kind(
        _("Books and materials"), _("What you need for your course, such as books.")
    ),
}

CREDITS: dict[str, Words] = {
    "general": pgettext_lazy("credit", "Learning"),
    "coaching_evc": pgettext_lazy("credit", "Coach or EVC"),
    "childcare_travel": pgettext_lazy("credit", "Childcare and travel"),
}
OTHER_CREDIT: Words = pgettext_lazy("credit", "Extra credit")

MODES: dict[str, Words] = {
    Mode.PRESENTIAL: _("at a location"),
    Mode.ONLINE: _("online"),
    Mode.BLENDED: _("partly online"),
    Mode.HYBRID: _("at a location or online"),
    Mode.WORK_BASED: _("at your work"),
}

# Levels by their names in the Open Education API.
LEVELS: dict[str, Words] = {
    "secondary_vocational_education": _("MBO"),
    "secondary_vocational_education_1": _("MBO level 1: you need no diploma"),
    "secondary_vocational_education_2": _("MBO level 2"),
    "secondary_vocational_education_3": _("MBO level 3"),
    "secondary_vocational_education_4": _("MBO level 4"),
    "associate_degree": _("Two years of HBO (associate degree)"),
    "bachelor": _("HBO or university (bachelor)"),
    "master": _("University (master)"),
}

ENROLMENTS: dict[str, Status] = {
    EnrolmentState.AGREED: Status(
        _("Code not used yet"), "warning", "clock", _("Give the code to the provider.")
    ),
    EnrolmentState.REDEEMED: Status(
        _("You are enrolled"), "safe", "check", _("The provider has used your code.")
    ),
    EnrolmentState.CANCELLED: Status(_("Cancelled"), "neutral", "cross", _("You cancelled.")),
    EnrolmentState.LAPSED: Status(
        _("Code no longer valid"),
        "neutral",
        "cross",
        _("The code was not used in time."),
    ),
    EnrolmentState.FINISHED: Status(_("Finished"), "safe", "check", _("This is done.")),
}

CLAIMS: dict[str, Status] = {
    ClaimState.SUBMITTED: Status(_("Asked for"), "warning", "clock", ""),
    ClaimState.IN_REVIEW: Status(_("We are checking it"), "warning", "clock", ""),
    ClaimState.APPROVED: Status(_("Approved"), "safe", "check", ""),
    ClaimState.IN_FILE: Status(_("Approved"), "safe", "check", ""),
    ClaimState.PAID: Status(_("Paid"), "safe", "check", ""),
    ClaimState.REFUSED: Status(_("Not paid"), "neutral", "cross", ""),
    ClaimState.WITHDRAWN: Status(_("Withdrawn"), "neutral", "cross", ""),
    ClaimState.RECOVERED: Status(
        _("Not for the provider after all"),
        "neutral",
        "info",
        _("The provider has no right to this money. You do not have to do anything."),
    ),
}


OBJECTIONS: dict[str, Status] = {
    ObjectionState.FILED: Status(
        _("Received"), "warning", "clock", _("We have your objection. Someone will read it.")
    ),
    ObjectionState.ACKNOWLEDGED: Status(
        _("We are working on it"), "warning", "clock", _("Someone is looking at your objection.")
    ),
    ObjectionState.UPHELD: Status(
        _("The decision stays"), "neutral", "info", _("We looked again. The decision stays.")
    ),
    ObjectionState.REPLACED: Status(
        _("There is a new decision"), "safe", "check", _("You were right. We decided again.")
    ),
    ObjectionState.INADMISSIBLE: Status(
        _("We could not take it up"), "neutral", "info", _("Below you read why.")
    ),
    ObjectionState.WITHDRAWN: Status(
        _("Taken back by you"), "neutral", "cross", _("You took your objection back.")
    ),
}


FACTS: dict[str, Words] = {
    CircumstanceKind.CONTRACT: _("Your work"),
    CircumstanceKind.HOUSEHOLD: _("Your home"),
    CircumstanceKind.BENEFIT: _("Your benefit"),
    CircumstanceKind.EDUCATION: _("Your education"),
    CircumstanceKind.WORKING_SINCE: _("Working since"),
    CircumstanceKind.RESIDENCE: _("Where you live"),
    CircumstanceKind.SEX: _("Woman or man"),
}
QUESTIONS: dict[str, Words] = {
    CircumstanceKind.CONTRACT: _("What work do you do?"),
    CircumstanceKind.HOUSEHOLD: _("Who do you live with?"),
    CircumstanceKind.BENEFIT: _("Do you get a benefit?"),
    CircumstanceKind.EDUCATION: _("What is your highest education?"),
    CircumstanceKind.WORKING_SINCE: _("Since when do you work?"),
    CircumstanceKind.RESIDENCE: _("Do you live in the Netherlands?"),
    CircumstanceKind.SEX: _("Are you a woman or a man?"),
}
SOURCES: dict[str, Words] = {
    Source.OWN_STATEMENT: _("you told us"),
    Source.REGISTER: _("from a register"),
    Source.MUNICIPALITY: _("from your municipality"),
    Source.COACH: _("from a coach"),
}
EVIDENCE: dict[str, Status] = {
    Evidence.ASKED: Status(_("We ask you to show this"), "warning", "clock", ""),
    Evidence.SEEN: Status(_("Checked"), "safe", "check", ""),
    Evidence.REJECTED: Status(_("Not shown to be so"), "neutral", "cross", ""),
}


def credit_name(kind: str) -> Words:
    """The name of a kind of credit; a kind we do not know yet still gets one."""
    return CREDITS.get(kind, OTHER_CREDIT)


def language_name(code: str) -> Words:
    return LANGUAGES.get(code, code)


def level_name(code: str) -> Words:
    return LEVELS.get(code, code)
