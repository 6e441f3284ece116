"""What somebody fills in for a round or with a funder is usable, or refused in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from ledger.money import TRANSFER_MAX
from ontwikkelrekening.budgets import rounds
from ontwikkelrekening.budgets.funders import (
    AnotherAgreement,
    FunderDetails,
    UnusableAgreement,
    open_funder,
)
from ontwikkelrekening.budgets.models import Fund, Round
from ontwikkelrekening.budgets.rounds import prepare
from ontwikkelrekening.eligibility.models import Scheme
from ontwikkelrekening.staff import set_up_groups
from tests.budgets.round_world import (
    AFTER,
    DURING,
    OPENS_AT,
    details,
    published,
    round_file,
)
from tests.budgets.test_round_administration import ANSWERS, ROUNDS, as_officer
from tests.budgets.world import AT, World, create_world, staff

pytestmark = pytest.mark.django_db
UNUSABLE: list[dict[str, Any]] = [
    {"division": "Priority"},
    {"last_grant": "all"},
    {"years_valid": 0},
    {"years_valid": 121},
    {"years_valid": 65_537},
    {"years_valid": 999_999_999_999},
    {"years_valid": True},
    {"grant": 100.7},
    {"grant": "100000"},
    {"grant": 0},
    {"ceiling": TRANSFER_MAX + 1},
    {"ceiling": 10**30},
    {"ceiling": None},
    {"code": "voor jaar"},
    {"code": ""},
    {"code": "r" * 33},
    {"categories": ["nonsense"]},
    {"categories": "course"},
    {"categories": []},
    {"name": "n" * 101},
    {"name": "a\0b"},
    {"name": "\ud800"},
    {"fallback": ""},
    {"fallback": " "},
    {"outside_source": " "},
    {"outside_source": "s" * 201},
]


@pytest.fixture
def world(db: None) -> World:
    set_up_groups()
    return create_world()


@pytest.mark.parametrize("changes", UNUSABLE, ids=lambda changes: ascii(changes)[:40])
def test_a_value_that_a_round_cannot_have_is_refused_by_its_name(
    world: World, changes: dict[str, Any]
) -> None:
    (name,) = changes

    with pytest.raises(rounds.UnusableDetails, match=f"^{name}: "):
        prepare(world.scheme, details(**changes), by="petra")

    assert not Round.objects.exists()


@pytest.mark.parametrize(
    "changes", [{"years_valid": 120}, {"years_valid": None}, {"years_valid": 1}]
)
def test_a_round_keeps_what_was_filled_in(world: World, changes: dict[str, Any]) -> None:
    wanted = details(ceiling=TRANSFER_MAX, division="lottery", last_grant="none", **changes)

    round_ = Round.objects.get(pk=prepare(world.scheme, wanted, by="petra").pk)

    assert (round_.ceiling, round_.grant) == (TRANSFER_MAX, 100_000)
    assert round_.years_valid == changes["years_valid"]
    assert (round_.division, round_.last_grant) == ("lottery", "none")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"closes_at": OPENS_AT}, rounds.ClosesBeforeItOpens),
        ({"grant": 250_001}, rounds.NoRoomForAGrant),
        ({"opens_at": datetime(1, 1, 2, tzinfo=UTC)}, rounds.OutsideTheYears),
        ({"waits_until": date(3000, 1, 1)}, rounds.OutsideTheYears),
        ({"closes_at": datetime(9999, 12, 31, 23, 30, tzinfo=UTC)}, rounds.ListEndsTooSoon),
    ],
)
def test_values_that_do_not_go_together_are_refused(
    world: World, changes: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        prepare(world.scheme, details(**changes), by="petra")


def test_a_code_is_taken_once(world: World) -> None:
    prepare(world.scheme, details(), by="petra")

    with pytest.raises(rounds.CodeIsTaken):
        prepare(world.scheme, details(name="Een ander"), by="petra")

    assert Round.objects.get().name == "Voorjaar 2026"


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"division": "Priority"}, "round_is_divided_in_a_known_way"),
        ({"last_grant": "all"}, "round_is_divided_in_a_known_way"),
        ({"years_valid": 121}, "round_credit_is_valid_for_a_lifetime_at_most"),
        ({"years_valid": 0}, "round_credit_is_valid_for_a_lifetime_at_most"),
        ({"code": "voor jaar"}, "round_code_can_stand_in_an_address"),
        ({"categories": ["nonsense"]}, "round_pays_for_known_categories"),
        ({"categories": []}, "round_pays_for_known_categories"),
        ({"ceiling": TRANSFER_MAX + 1}, "round_has_room_for_a_grant"),
    ],
)
def test_the_database_holds_no_such_round(
    world: World, changes: dict[str, Any], constraint: str
) -> None:
    prepare(world.scheme, details(), by="petra")

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Round.objects.update(**changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"years_valid": "65537"}, "120"),
        ({"years_valid": "40000"}, "120"),
        ({"ceiling": str(10**11)}, "10000000000"),
        ({"grant": str(10**14)}, "10000000000"),
        ({"ceiling": str(10**30)}, "Vul hele euro's in"),
        ({"grant": "1000.5"}, "Vul hele euro's in"),
        ({"grant": "2501"}, "Het plafond is te laag voor één toekenning."),
        ({"closes_at_0": "2026-02-01"}, "Een tijdvak sluit nadat het opent."),
        ({"waits_until": "9999-12-31"}, "Een tijdvak ligt in de jaren 1900 tot en met 2999."),
    ],
)
def test_an_officer_is_told_what_a_round_cannot_have(
    world: World, changes: Mapping[str, str], said: str
) -> None:
    with time_machine.travel(AT, tick=False):
        answer = as_officer("petra").post(
            f"{ROUNDS}do/prepare", {**ANSWERS, "scheme": world.scheme.pk, **changes}
        )

    assert answer.status_code == 422
    told = " ".join(each for errors in answer.context["form"].errors.values() for each in errors)
    assert said in told
    assert "met deze code" not in told


def test_an_officer_is_told_that_a_code_is_taken(world: World) -> None:
    prepare(world.scheme, details(), by="petra")

    with time_machine.travel(AT, tick=False):
        answer = as_officer("petra").post(
            f"{ROUNDS}do/prepare", {**ANSWERS, "scheme": world.scheme.pk}
        )

    assert answer.context["form"].errors == {"__all__": ["Er is al een tijdvak met deze code."]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (round_file(division="Priority"), "^division: "),
        (round_file(ceiling=10**30), "^ceiling: "),
        (round_file(name="n" * 300), "^name: "),
        (round_file(name="a\0b"), "^name: "),
        (round_file(name="\ud800"), "^name: "),
        (round_file(grant=100.7), "^grant: "),
        (round_file(categories=5), "categories: this is no list"),
        (round_file(closes_at=5), "closes_at: 5 is not a moment"),
        (round_file(waits_until=None), "waits_until: None is not a day"),
        (round_file(outside_source=None), "^outside_source: "),
        (round_file()[:-1] + ', "extra": 1}', "extra: a round has no such field"),
        (round_file(opens_at="2026-03-29T02:30"), "opens_at: the clock is moved at"),
        (round_file(closes_at="2026-10-25T02:30"), "closes_at: the clock is moved at"),
        ("[" * 200_000, "recursion"),
        (round_file()[:-1] + ', "ceiling": 1}', "ceiling is given twice"),
    ],
    ids=range(15),
)
def test_a_file_that_is_no_round_is_refused_in_a_sentence(
    world: World, tmp_path: Path, text: str, said: str
) -> None:
    staff("petra", "policy-officers")
    file = tmp_path / "voorjaar.json"
    file.write_text(text)

    with pytest.raises(CommandError, match=said):
        call_command("prepare_round", "landelijk", str(file), "--by", "petra")

    assert not Round.objects.exists()


def test_a_file_with_a_mark_before_it_and_a_moment_with_its_offset_is_read(
    world: World, tmp_path: Path
) -> None:
    staff("petra", "policy-officers")
    file = tmp_path / "voorjaar.json"
    text = round_file(closes_at="2026-10-25T02:30+01:00", waits_until="2026-12-31")
    file.write_text(text, encoding="utf-8-sig")

    call_command("prepare_round", "landelijk", str(file), "--by", "petra")

    assert Round.objects.get().closes_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_the_list_of_rounds_shows_every_round_that_was_published(world: World) -> None:
    published(world, code="Voorjaar_2026-1", division="lottery")

    assert Client().get("/tijdvakken/").status_code == 200


def test_a_round_says_until_when_it_is_open_by_the_clock_here(world: World) -> None:
    round_ = published(world)

    with pytest.raises(rounds.StillOpen, match=r"8 maart 2026 23:00\.$"):
        rounds.close(round_, at=DURING)


def closed(world: World) -> Round:
    return rounds.close(published(world, outside_source="de trekking van 10 maart"), at=AFTER)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("", rounds.OutsideValueIsMissing),
        (" ", rounds.OutsideValueIsMissing),
        ("A" * 201, rounds.UnusableDetails),
        ("a\0b", rounds.UnusableDetails),
    ],
)
def test_an_outcome_that_is_none_is_not_recorded(
    world: World, value: str, error: type[Exception]
) -> None:
    round_ = closed(world)

    with pytest.raises(error):
        rounds.set_outside_value(round_, value)
    with pytest.raises(CommandError):
        call_command("close_round", "voorjaar", "--outside", value, "--here")

    assert Round.objects.get().outside_value == ""


def test_an_outcome_is_recorded_once(world: World) -> None:
    round_ = closed(world)
    rounds.set_outside_value(round_, " KX 1 ")
    rounds.set_outside_value(round_, "KX 1")

    with pytest.raises(rounds.OutsideValueIsSet):
        rounds.set_outside_value(round_, "KX 2")
    with pytest.raises(CommandError, match="Die blijft staan"):
        call_command("close_round", "voorjaar", "--outside", "KX 2", "--here")

    assert Round.objects.get().outside_value == "KX 1"


def funder(**changes: Any) -> FunderDetails:
    values = {
        "code": "bakkerij",
        "name": "Bakkerij Jansen",
        "kind": "employer",
        "categories": ["course"],
    }
    return FunderDetails(**{**values, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "bakkerij jansen"},
        {"code": "b" * 33},
        {"name": ""},
        {"name": " "},
        {"name": "n" * 101},
        {"kind": "bakery"},
        {"categories": ["nonsense"]},
        {"years_valid": -1},
        {"years_valid": 0},
        {"years_valid": 65_537},
        {"conditions": "c" * 501},
        {"return_rule": "nobody"},
    ],
    ids=lambda changes: ascii(changes)[:40],
)
def test_a_value_that_an_agreement_cannot_have_is_refused_by_its_name(
    changes: dict[str, Any],
) -> None:
    (name,) = changes

    with pytest.raises(UnusableAgreement, match=f"^{name}: "):
        open_funder(funder(**changes), at=AT)

    assert not Scheme.objects.exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["bakkerij jansen", "B", "--kind", "employer"], "^code: "),
        (["b" * 33, "B", "--kind", "employer"], "^code: "),
        (["bakkerij", "B", "--kind", "employer", "--years-valid=-1"], "^years_valid: "),
        (["bakkerij", "B", "--kind", "employer", "--years-valid=65537"], "^years_valid: "),
    ],
)
def test_an_agreement_typed_wrongly_is_refused_in_a_sentence(options: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("open_funder", *options, "--categories", "course")


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"kind": "bakery"}, "fund_is_of_a_known_kind"),
        ({"return_rule": "nobody"[:6]}, "fund_is_of_a_known_kind"),
        ({"categories": ["nonsense"]}, "fund_pays_for_known_categories"),
        ({"years_valid": 121}, "fund_credit_is_valid_for_a_lifetime_at_most"),
    ],
)
def test_the_database_holds_no_such_fund(changes: dict[str, Any], constraint: str) -> None:
    open_funder(funder(), at=AT)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Fund.objects.update(**changes)


def test_the_database_holds_no_scheme_without_an_address() -> None:
    with pytest.raises(IntegrityError, match="scheme_code_can_stand"), transaction.atomic():
        Scheme.objects.create(code="bakkerij jansen", name="Bakkerij Jansen")


def test_a_funder_opened_again_keeps_its_agreement_unless_it_is_to_change() -> None:
    first = open_funder(funder(years_valid=2), at=AT)
    other = funder(name="Bakkerij De Vries", years_valid=3)
    said = "name is Bakkerij Jansen, not Bakkerij De Vries; years_valid is 2, not 3"

    assert open_funder(funder(years_valid=2), at=AT) == first
    with pytest.raises(AnotherAgreement, match=said):
        open_funder(other, at=AT)

    kept = Fund.objects.get()
    assert (str(kept.scheme), kept.years_valid) == ("Bakkerij Jansen", 2)
    changed = open_funder(other, at=AT, change=True)
    assert changed == Fund.objects.get()
    assert (str(changed.scheme), changed.years_valid) == ("Bakkerij De Vries", 3)


def test_the_command_says_what_differs_and_how_to_change_it() -> None:
    command = ("open_funder", "bakkerij", "Bakkerij Jansen", "--kind", "employer", "--categories")
    call_command(*command, "course")

    with pytest.raises(CommandError, match=r"categories is \['course'\].* With --change"):
        call_command(*command, "module")
    call_command(*command, "module", "--change")

    assert Fund.objects.get().categories == ["module"]
