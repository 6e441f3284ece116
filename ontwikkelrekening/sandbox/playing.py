"""Playing the citizen: credit out of nothing, an agreement by the real rules, and the code."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from uuid import uuid4

from django.db import transaction
from django.utils.timezone import localdate

from ledger.money import to_cents
from ledger.posting import NewBooking
from ontwikkelrekening.budgets.errors import UnableToAgree, UnableToStartThen
from ontwikkelrekening.budgets.funding import make_available
from ontwikkelrekening.budgets.granting import NewTranche, grant
from ontwikkelrekening.budgets.ids import part
from ontwikkelrekening.budgets.models import BESIDE_A_COURSE, Fund
from ontwikkelrekening.budgets.reserving import Agreed, agree
from ontwikkelrekening.sandbox.outcomes import Outcome, enrolment_id
from providers.errors import Unable
from providers.models import Category, Course


class UnableToPlay(Unable):
    """Nobody could agree to this course."""

    field = "course"


class NoSuchCourse(UnableToPlay):
    sentence = "You have no course with this id."


class NobodyCanAgree(UnableToPlay):
    """The message says why."""

    sentence = "Nobody can agree to this course now: publish it first."


class NobodyCanStartThen(UnableToPlay):
    """The message says on which days they can."""

    field, sentence = "startsOn", "A course starts today or later, and not too far away."


class SandboxIsEmpty(UnableToPlay):
    sentence = "This sandbox has no fund yet: load a policy and make money available first."


class NoCourseBeside(UnableToPlay):
    sentence = (
        "Childcare and travel are paid beside a course: publish one of another category first."
    )


@transaction.atomic
def play_the_citizen(course: Course, outcome: Outcome, *, starts_on: date, at: datetime) -> Agreed:
    """Somebody invented, without a name, agrees to the course; claims will end as `outcome` says.

    To childcare and travel after a course that they go with, which starts on the same day.

    Raises SandboxIsEmpty, NoCourseBeside, NobodyCanStartThen and NobodyCanAgree.
    """
    fund = Fund.objects.select_related("scheme").order_by("pk").first()
    if fund is None:
        raise SandboxIsEmpty
    id_, account_code = enrolment_id(outcome), secrets.token_hex(8)
    wanted = [(id_, course)]
    if course.category in BESIDE_A_COURSE:
        wanted.insert(0, (uuid4(), _beside(course)))
    cents, on = sum(to_cents(each.price) for _, each in wanted), localdate(at)
    make_available(fund, cents=cents, id=part(id_, "sandbox"), on=on, at=at)
    tranche = NewTranche(
        id=part(id_, "credit"),
        account_code=account_code,
        decision_id=None,
        kind="general",
        categories=list(Category.values),
        earmarked=False,
        cents=cents,
        expires_on=None,
    )
    booking = NewBooking(part(id_, "grant"), "top_up", f"sandbox:{id_}", "Tegoed in de zandbak", on)
    grant([tranche], scheme=fund.scheme, source=fund.account_id, booking=booking, on=on, at=at)
    try:
        *_, agreed = [
            agree(account_code, each, starts_on=starts_on, at=at, id=id_, own_cents=cents)
            for id_, each in wanted
        ]
    except UnableToStartThen as unable:
        raise NobodyCanStartThen(str(unable)) from unable
    except UnableToAgree as unable:
        raise NobodyCanAgree(str(unable)) from unable
    return agreed


def _beside(course: Course) -> Course:
    """The course that somebody follows for whom childcare or travel is paid: any one there is."""
    offer = Course.objects.published().exclude(category__in=BESIDE_A_COURSE)
    found = offer.filter(provider=course.provider).first() or offer.first()
    if found is None:
        raise NoCourseBeside
    return found
