"""Staff take a round from paper to allocation; one prepares, another publishes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ontwikkelrekening.budgets import refusing
from ontwikkelrekening.budgets.drawing import assess_slice
from ontwikkelrekening.budgets.management.commands import confirm_refusals
from ontwikkelrekening.budgets.models import Admission, Refusal, Round, RoundState
from ontwikkelrekening.budgets.refusing import waiting
from ontwikkelrekening.budgets.rounds import close
from ontwikkelrekening.citizens.models import AccessLog
from ontwikkelrekening.eligibility.wording import euros
from ontwikkelrekening.staff import set_up_groups
from providers.outbox import drain
from tests.budgets.round_world import AFTER, applicants, everyone_applies, published
from tests.budgets.world import AT, World, create_world, staff

pytestmark = pytest.mark.django_db
ROUNDS = "/admin/budgets/round/"
REFUSALS = "/admin/budgets/refusal/"
ANSWERS = {
    "code": "voorjaar",
    "name": "Voorjaar 2026",
    "opens_at_0": "2026-03-01",
    "opens_at_1": "09:00",
    "closes_at_0": "2026-03-08",
    "closes_at_1": "23:00",
    "waits_until": "2026-12-31",
    "ceiling": "2500",
    "grant": "1000",
    "categories": ["course", "module"],
    "division": "priority",
    "last_grant": "partial",
    "fallback": "Een dag langer open.",
    "outside_source": "de Staatsloterij van 10 maart",
}


@pytest.fixture
def world(db: None) -> World:
    set_up_groups()
    return create_world()


def as_officer(name: str) -> Client:
    return as_staff(name, "policy-officers")


def as_staff(name: str, group: str) -> Client:
    client = Client()
    client.force_login(staff(name, group))
    return client


def test_a_round_from_paper_to_allocation(world: World) -> None:
    with time_machine.travel(AT, tick=False):
        petra, paul = as_officer("petra"), as_officer("paul")
        answer = petra.post(f"{ROUNDS}do/prepare", {**ANSWERS, "scheme": world.scheme.pk})
        assert answer.status_code == 302, answer.content.decode()
        round_ = Round.objects.get()
        page = f"{ROUNDS}{round_.pk}/"
        assert petra.post(f"{page}do/publish").status_code == 422
        assert paul.post(f"{page}do/publish").status_code == 302
    everyone_applies(round_, applicants(4))

    with time_machine.travel(AFTER, tick=False):
        petra = as_officer("petra")
        assert petra.post(f"{page}do/close").status_code == 302
        drain()
        assert petra.post(f"{page}do/draw").status_code == 422
        assert petra.post(f"{page}do/outside", {"value": "KX 1"}).status_code == 302
        assert petra.post(f"{page}do/draw").status_code == 302
        drain()
        shown = petra.get(f"{page}change/").content.decode()

    round_.refresh_from_db()
    assert round_.state == RoundState.DRAWN
    assert sum(round_.placings.values_list("granted", flat=True)) == 250_000
    assert "3" in shown


@pytest.mark.parametrize(
    ("written", "cents"), [("1.000", 100_000), ("1.000,00", 100_000), ("12500", 1_250_000)]
)
def test_an_amount_of_a_round_is_read_as_people_write_it_and_shown_to_who_publishes(
    world: World, written: str, cents: int
) -> None:
    with time_machine.travel(AT, tick=False):
        answers = {**ANSWERS, "scheme": world.scheme.pk, "ceiling": "50.000", "grant": written}
        as_officer("petra").post(f"{ROUNDS}do/prepare", answers)
        round_ = Round.objects.get()
        page = as_officer("paul").get(f"{ROUNDS}{round_.pk}/do/publish").content.decode()

    assert (round_.ceiling, round_.grant) == (5_000_000, cents)
    assert euros(cents) in page


@pytest.mark.parametrize("written", ["0", "1000,50", "-5", "duizend", "1e3", ""])
def test_what_is_no_whole_amount_is_refused_beside_its_field(world: World, written: str) -> None:
    answers = {**ANSWERS, "scheme": world.scheme.pk, "grant": written}
    answer = as_officer("petra").post(f"{ROUNDS}do/prepare", answers)

    assert answer.status_code == 422
    assert "Hoogstens per persoon" in answer.content.decode()
    assert not Round.objects.exists()


def test_a_waiting_list_that_ends_before_the_draw_is_said_beside_its_field(world: World) -> None:
    """Nothing is granted after its last day, so such a round would grant nobody anything."""
    answers = {**ANSWERS, "scheme": world.scheme.pk, "waits_until": "2026-03-08"}
    with time_machine.travel(AT, tick=False):
        answer = as_officer("petra").post(f"{ROUNDS}do/prepare", answers)

    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "waits_until": ["De wachtlijst eindigt na de dag van sluiting."]
    }
    assert not Round.objects.exists()


@pytest.mark.parametrize("from_the_list", [True, False])
def test_a_reviewer_reads_why_and_confirms_who_is_refused(
    world: World, from_the_list: bool
) -> None:
    child = applicants(1, start=80_000_000, born_on=date(2010, 1, 1))
    round_ = published(world)
    everyone_applies(round_, child)
    close(round_, at=AFTER)
    assess_slice(f"{round_.pk}:0", at=AFTER)
    refusal = waiting(round_).get()

    with time_machine.travel(AFTER, tick=False):
        rosa = as_staff("rosa", "reviewers")
        shown = rosa.get(f"{REFUSALS}?confirmed_by__isempty=1").content.decode()
        look = AccessLog.objects.get()
        assert (look.actor, look.citizen.account_code) == ("rosa", refusal.application.account_code)
        if from_the_list:
            answers = {"action": "confirm_selected", "_selected_action": refusal.pk}
            assert rosa.post(REFUSALS, answers).status_code == 302
            again = rosa.post(REFUSALS, answers, follow=True)
            assert "Deze afwijzing is al bevestigd." in again.content.decode()
        else:
            act = f"{REFUSALS}{refusal.pk}/do/confirm"
            assert as_staff("petra", "policy-officers").post(act).status_code == 403
            assert rosa.post(act).status_code == 302

    assert child[0] in shown
    assert "U bent 16 jaar. U moet minstens 18 jaar zijn." in shown
    refusal.refresh_from_db()
    assert (refusal.confirmed_by, refusal.confirmed_at) == ("rosa", AFTER)


def refused(world: World, number: int) -> Round:
    """A closed round in which so many are too young."""
    children = applicants(number, start=80_000_000, born_on=date(2010, 1, 1))
    round_ = published(world)
    everyone_applies(round_, children)
    close(round_, at=AFTER)
    assess_slice(f"{round_.pk}:0", at=AFTER)
    return round_


def test_refusals_are_listed_and_confirmed_by_command(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    staff("rosa", "reviewers")
    round_ = refused(world, 1)
    child = waiting(round_).get().application.account_code

    call_command("confirm_refusals", round_.code)
    assert waiting(round_).exists()
    call_command("confirm_refusals", round_.code, "--by", "rosa")
    assert not waiting(round_).exists()
    call_command("confirm_refusals", round_.code, "--by", "rosa")

    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith(f"{child}: ")
    assert said[1::2] == ["1 refusals to confirm.", "1 refusals confirmed by rosa."]
    assert said[4] == "0 refusals confirmed by rosa."


@pytest.mark.parametrize("name", ["nobody", "petra", "amir", "gone", ""])
def test_the_command_takes_the_name_of_who_may_confirm_on_the_page(world: World, name: str) -> None:
    staff("petra", "policy-officers")
    former, citizen = staff("gone", "reviewers"), staff("amir", "reviewers")
    former.is_active = citizen.is_staff = False
    former.save()
    citizen.save()
    round_ = refused(world, 1)

    with pytest.raises(
        CommandError, match=r"is no active member of staff who may do this: of the group reviewers"
    ):
        call_command("confirm_refusals", round_.code, "--by", name)

    assert waiting(round_).exists()


def test_the_command_confirms_in_sets_and_goes_on_where_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff("rosa", "reviewers")
    round_ = refused(world, 7)
    monkeypatch.setattr(refusing, "SLICE", 3)
    confirm_these = refusing.confirm_these
    done = []

    def killed_at_the_second(*arguments: Any, **named: Any) -> int:
        done.append(arguments)
        if len(done) == 2:
            raise KeyboardInterrupt
        return confirm_these(*arguments, **named)

    monkeypatch.setattr(confirm_refusals, "confirm_these", killed_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        call_command("confirm_refusals", round_.code, "--by", "rosa", verbosity=0)
    assert waiting(round_).count() == 4

    with CaptureQueriesContext(connection) as captured:
        call_command("confirm_refusals", round_.code, "--by", "rosa", verbosity=0)

    assert not waiting(round_).exists()
    assert Refusal.objects.filter(confirmed_by="rosa").count() == 7
    written = [query for query in captured if query["sql"].startswith("UPDATE")]
    assert len(written) == 2


def test_two_reviewers_admit_who_was_refused_wrongly_and_the_auditor_sees_it(world: World) -> None:
    round_ = refused(world, 1)
    refusal = waiting(round_).get()
    why = "De geboortedatum was verkeerd overgenomen."

    with time_machine.travel(AFTER, tick=False):
        rosa, sam = as_staff("rosa", "reviewers"), as_staff("sam", "reviewers")
        petra = as_officer("petra")
        act = f"{REFUSALS}{refusal.pk}/do/admit"
        assert petra.post(act, {"reason": why}).status_code == 403
        assert rosa.post(act, {"reason": ""}).status_code == 422
        assert rosa.post(act, {"reason": why}).status_code == 302
        for late in (act, f"{REFUSALS}{refusal.pk}/do/confirm"):
            said = rosa.post(late, {"reason": why}, follow=True).content.decode()
            assert "Dit is veranderd sinds u het opende" in said
        refusal.refresh_from_db()
        assert not refusal.confirmed_by
        page = f"/admin/budgets/admission/{Admission.objects.get().pk}/"
        assert why in sam.get(f"{page}change/").content.decode()
        assert rosa.post(f"{page}do/admit").status_code == 422
        assert petra.post(f"{page}do/admit").status_code == 403
        assert sam.post(f"{page}do/admit").status_code == 302
        assert sam.post(f"{page}do/decline").status_code == 302
        audited = as_staff("amir", "auditors").get(f"/audit/rounds/{round_.pk}").content.decode()

    assert Admission.objects.get().admitted
    assert all(said in audited for said in ("rosa", "sam", "adult", str(refusal.pk)))
    assert why not in audited
    looks = AccessLog.objects.filter(citizen__account_code=refusal.application.account_code)
    assert {"rosa", "sam"} <= set(looks.values_list("actor", flat=True))


def test_the_audit_says_how_a_round_is_divided_in_the_language_asked(world: World) -> None:
    round_ = published(world)
    amir = as_staff("amir", "auditors")

    dutch, english = (
        amir.get(f"/audit/rounds/{round_.pk}", headers={"Accept-Language": language})
        for language in ("nl", "en")
    )

    assert "voorrang, dan gemiste tijdvakken, dan loting" in dutch.content.decode()
    assert "by priority, then rounds missed, then a lottery" in english.content.decode()
    assert "loting" not in english.content.decode()


def test_a_round_shows_its_amounts_as_people_write_them(world: World) -> None:
    round_ = published(world, ceiling=1_250_000)

    with time_machine.travel(AT, tick=False):
        petra = as_officer("petra")
        listed = petra.get(ROUNDS).content.decode()
        shown = petra.get(f"{ROUNDS}{round_.pk}/change/").content.decode()

    assert "€\xa012.500,00" in listed
    assert all(amount in shown for amount in ("€\xa012.500,00", "€\xa01.000,00"))
    assert "1250000" not in shown


def test_who_pays_has_no_say_in_rounds(world: World) -> None:
    client = Client()
    client.force_login(staff("ineke", "payment-officers"))

    assert client.get(ROUNDS).status_code == 403
    assert client.post(f"{ROUNDS}do/prepare", ANSWERS).status_code == 403
