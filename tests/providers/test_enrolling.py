"""The one-time code: from the citizen to the provider, once."""

from datetime import timedelta
from uuid import UUID

import pytest

from providers.codes import code_for, digest
from providers.enrolling import (
    CodeHasExpired,
    CodeIsUsed,
    CodeIsWithdrawn,
    CourseIsNotPublished,
    UnknownCode,
    cancel,
    redeem,
)
from providers.models import Delivery, Enrolment
from providers.moving import move_all
from providers.publishing import withdraw
from providers.states import IllegalMove
from providers.webhooks.managing import register, verify
from tests.providers.world import (
    LAST_WEEK,
    MONDAY,
    agreed,
    de_linde,
    digital_skills,
    redeemed,
)

pytestmark = pytest.mark.django_db


def test_a_code_is_redeemed_once() -> None:
    enrolment = agreed(digital_skills(de_linde()))
    code = code_for(enrolment.id)

    done = redeem(code, provider=enrolment.provider, actor="de-linde", at=MONDAY)

    assert (done.state, done.redeemed_at) == ("redeemed", MONDAY)
    with pytest.raises(CodeIsUsed):
        redeem(code, provider=enrolment.provider, actor="de-linde", at=MONDAY)


@pytest.mark.parametrize("written", [str.lower, lambda code: code.replace("-", " "), str.strip])
def test_a_code_may_be_written_as_people_write(written: object) -> None:
    enrolment = agreed(digital_skills(de_linde()))
    code = written(code_for(enrolment.id))  # type: ignore[operator]

    assert redeem(code, provider=enrolment.provider, actor="x", at=MONDAY).pk == enrolment.pk


def test_letters_that_look_alike_are_the_same() -> None:
    assert digest("O1I-l0") == digest("01110")


def test_another_providers_code_is_unknown() -> None:
    enrolment = agreed(digital_skills(de_linde()))

    with pytest.raises(UnknownCode):
        redeem(code_for(enrolment.id), provider=de_linde("Taalhuis"), actor="x", at=MONDAY)


def test_a_code_works_on_its_last_day_and_not_a_day_later() -> None:
    course = digital_skills(de_linde())
    late, in_time = agreed(course), agreed(course)
    last_day = MONDAY + timedelta(days=14)

    with pytest.raises(CodeHasExpired):
        redeem(
            code_for(late.id),
            provider=course.provider,
            actor="x",
            at=last_day + timedelta(days=1),
        )

    assert redeem(code_for(in_time.id), provider=course.provider, actor="x", at=last_day)


def test_the_code_of_a_cancelled_enrolment_is_withdrawn() -> None:
    enrolment = agreed(digital_skills(de_linde()))
    cancel(enrolment, actor="citizen", at=LAST_WEEK)

    with pytest.raises(CodeIsWithdrawn):
        redeem(code_for(enrolment.id), provider=enrolment.provider, actor="x", at=MONDAY)


def test_a_lapsed_code_has_expired() -> None:
    enrolment = agreed(digital_skills(de_linde()))
    move_all([enrolment], "lapse", actor="expiry", at=MONDAY)

    with pytest.raises(CodeHasExpired):
        redeem(code_for(enrolment.id), provider=enrolment.provider, actor="x", at=MONDAY)


def test_of_a_code_that_was_not_handed_in_the_provider_hears_nothing() -> None:
    course = digital_skills(de_linde())
    endpoint = register(course.provider, "http://127.0.0.1:9/", at=LAST_WEEK)
    verify(endpoint, endpoint.challenge, at=LAST_WEEK)
    lapsed, cancelled, known = agreed(course), agreed(course), redeemed(course)
    events = Delivery.objects.filter(event__type__startswith="nl.ontwikkelrekening.enrolment")
    assert {each.event["subject"] for each in events} == {str(known.pk)}

    move_all([lapsed], "lapse", actor="expiry", at=MONDAY)
    cancel(cancelled, actor="citizen", at=LAST_WEEK)
    cancel(known, actor="citizen", at=LAST_WEEK)

    assert {each.event["subject"] for each in events.all()} == {str(known.pk)}
    assert events.filter(event__data__state="cancelled").exists()


def test_a_course_that_is_withdrawn_takes_no_new_enrolments() -> None:
    course = withdraw(digital_skills(de_linde()), actor="de-linde", at=LAST_WEEK)

    with pytest.raises(CourseIsNotPublished):
        agreed(course)


def test_a_finished_enrolment_cannot_be_cancelled() -> None:
    enrolment = redeemed(digital_skills(de_linde()))
    move_all([enrolment], "finish", actor="expiry", at=MONDAY)

    with pytest.raises(IllegalMove):
        cancel(enrolment, actor="citizen", at=MONDAY)


def test_the_database_holds_no_code() -> None:
    enrolment = agreed(digital_skills(de_linde()))

    stored = Enrolment.objects.values().get(pk=enrolment.pk)
    code = code_for(enrolment.id)
    assert code not in str(stored)
    assert code.replace("-", "") not in str(stored)


def test_codes_differ_and_stay_the_same() -> None:
    ids = [UUID(int=number) for number in range(1000)]
    codes = {code_for(id_) for id_ in ids}

    assert len(codes) == 1000
    assert code_for(ids[0]) in codes


def test_what_lapses_and_what_is_past_its_term() -> None:
    course = digital_skills(de_linde())
    unused, running = agreed(course), redeemed(course)
    half_a_year_on = MONDAY.date() + timedelta(days=183)

    assert list(Enrolment.objects.unused(on=half_a_year_on)) == [unused]
    assert list(Enrolment.objects.past_their_term(on=half_a_year_on)) == [running]
    assert not Enrolment.objects.unused(on=MONDAY.date())
