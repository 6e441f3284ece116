"""Rounds: published for good, open to all alike, divided to the cent, and never more than there is."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from ledger.balances import balance
from ledger.checking import check_ledger
from ledger.posting import Overdrawn
from ontwikkelrekening.budgets import applying, rounds
from ontwikkelrekening.budgets.allocating import allocate
from ontwikkelrekening.budgets.applying import apply, receipt_of, withdraw
from ontwikkelrekening.budgets.drawing import (
    NotAssessed,
    RefusalsWait,
    assess_slice,
    draw,
)
from ontwikkelrekening.budgets.expiring import expire
from ontwikkelrekening.budgets.models import (
    Application,
    LastGrant,
    Placing,
    Refusal,
    Round,
    Tranche,
)
from ontwikkelrekening.budgets.refusing import confirm, waiting
from ontwikkelrekening.budgets.rounds import close, prepare, publish, set_outside_value
from ontwikkelrekening.citizens.models import Citizen
from ontwikkelrekening.citizens.registering import register
from ontwikkelrekening.citizens.stating import state
from ontwikkelrekening.eligibility.deciding import NotWaiting
from tests.budgets.round_world import (
    AFTER,
    CLOSES_AT,
    DURING,
    OPENS_AT,
    allocate_all,
    allocated,
    applicants,
    details,
    drawn,
    everyone_applies,
    published,
)
from tests.budgets.world import AT, World, left, person

pytestmark = pytest.mark.django_db


def granted(round_: Round) -> dict[str, int]:
    rows = Placing.objects.filter(round=round_).order_by("rank")
    return dict(rows.values_list("application__account_code", "granted"))


def test_publishing_sets_the_ceiling_apart_and_commits_to_a_seed(world: World) -> None:
    before = left("fund:landelijk")

    round_ = published(world)

    assert left("fund:landelijk") == before - 250_000
    assert left(f"fund:{round_.pk}") == 250_000
    assert len(round_.seed_hash) == 64
    assert round_.seed == ""


def test_a_round_is_published_by_someone_else_before_it_opens(world: World) -> None:
    draft = prepare(world.scheme, details(), by="petra")

    with pytest.raises(rounds.SamePerson):
        publish(draft, by="petra", at=AT)
    with pytest.raises(rounds.TooLateToPublish):
        publish(draft, by="paul", at=OPENS_AT + timedelta(seconds=1))
    publish(draft, by="paul", at=AT)
    with pytest.raises(rounds.WrongState):
        publish(draft, by="paul", at=AT)


def test_the_waiting_list_ends_after_the_day_of_closing(world: World) -> None:
    """Else its draw would come too late to grant anybody anything."""
    with pytest.raises(rounds.ListEndsTooSoon):
        prepare(world.scheme, details(waits_until=date(2026, 3, 8)), by="petra")
    draft = prepare(world.scheme, details(waits_until=date(2026, 3, 9)), by="petra")

    with pytest.raises(IntegrityError, match="round_waits_longer_than_it_is_open"):
        Round.objects.filter(pk=draft.pk).update(waits_until=date(2026, 3, 8))


def test_a_ceiling_above_what_the_fund_holds_cannot_be_published(world: World) -> None:
    draft = prepare(world.scheme, details(ceiling=20_000_000), by="petra")

    with pytest.raises(Overdrawn), transaction.atomic():
        publish(draft, by="paul", at=AT)


@pytest.mark.parametrize(
    "change",
    [
        {"ceiling": 300_000},
        {"grant": 90_000},
        {"closes_at": CLOSES_AT + timedelta(days=1)},
        {"division": "lottery"},
        {"last_grant": "none"},
        {"fallback": "Anders"},
        {"seed_hash": "0" * 64},
        {"outside_source": "de Staatsloterij"},
        {"categories": ["evc"]},
        {"state": "draft"},
        {"state": "drawn"},
        {"seed": "00" * 32},
        {"outside_value": "7"},
    ],
    ids=str,
)
def test_the_database_refuses_any_change_to_a_published_round(
    world: World, change: dict[str, object]
) -> None:
    round_ = published(world)

    with pytest.raises(DatabaseError), transaction.atomic():
        Round.objects.filter(pk=round_.pk).update(**change)


def test_the_database_refuses_to_remove_a_published_round(world: World) -> None:
    round_ = published(world)

    with pytest.raises(DatabaseError, match="was published and stays"), transaction.atomic():
        connection.cursor().execute("DELETE FROM budgets_round WHERE id = %s", [round_.pk])


def test_applying_is_one_statement_and_gives_a_receipt(world: World) -> None:
    round_ = published(world)

    with CaptureQueriesContext(connection) as captured:
        receipt = apply(round_.code, world.fatima, wanted=100_000, at=DURING)

    assert len(captured) == 1
    assert receipt == receipt_of(Application.objects.get())
    assert len(receipt.code) == 19


def test_an_application_can_be_changed_until_closing_and_stays_one(world: World) -> None:
    round_ = published(world)
    first = apply(round_.code, world.fatima, wanted=100_000, at=DURING)

    second = apply(round_.code, world.fatima, wanted=60_000, at=CLOSES_AT - timedelta(seconds=1))

    assert second.application_id == first.application_id
    assert second.applied_at == first.applied_at
    assert second.code != first.code
    assert Application.objects.get().wanted == 60_000


@pytest.mark.parametrize(
    ("at", "wanted", "error"),
    [
        (OPENS_AT - timedelta(seconds=1), 100_000, applying.NotOpenYet),
        (CLOSES_AT, 100_000, applying.RoundIsClosed),
        (DURING, 100_001, applying.WantsTooMuch),
    ],
)
def test_too_early_too_late_or_too_much_is_refused_in_plain_words(
    world: World, at: object, wanted: int, error: type[Exception]
) -> None:
    round_ = published(world)

    with pytest.raises(error):
        apply(round_.code, world.fatima, wanted=wanted, at=at)  # type: ignore[arg-type]

    assert not Application.objects.exists()


def test_a_closed_round_takes_nothing_even_round_the_code(world: World) -> None:
    round_ = published(world)
    apply(round_.code, world.fatima, wanted=100_000, at=DURING)
    close(round_, at=AFTER)

    with pytest.raises(applying.RoundIsClosed):
        apply(round_.code, world.henk, wanted=100_000, at=AFTER)
    with pytest.raises(DatabaseError, match="takes no applications"), transaction.atomic():
        Application.objects.update(wanted=1)
    with pytest.raises(DatabaseError, match="withdrawn, not removed"), transaction.atomic():
        connection.cursor().execute("DELETE FROM budgets_application")


def test_a_round_cannot_be_closed_before_its_time(world: World) -> None:
    with pytest.raises(rounds.StillOpen):
        close(published(world), at=DURING)


def test_who_withdraws_takes_no_part(world: World) -> None:
    round_ = published(world)
    everyone_applies(round_, [world.fatima, world.henk])

    withdraw(round_, world.fatima, at=DURING)

    assert list(granted(allocated(round_))) == [world.henk]
    with pytest.raises(applying.NoApplication):
        withdraw(published(world, code="zomer"), world.henk, at=DURING)


def test_priority_comes_before_the_lot_and_the_hour_counts_for_nothing(world: World) -> None:
    """Everyone else applies first, Fatima (class 1) last."""
    others = applicants(5, ("contract", "permanent"))
    flex = applicants(3, ("contract", "on_call"), start=70_000_000)
    round_ = published(world)
    everyone_applies(round_, [*others, *flex, world.fatima])

    allocated(round_)

    by_rank = list(granted(round_).items())
    assert by_rank[0] == (world.fatima, 100_000)
    assert {code for code, _ in by_rank[1:4]} == set(flex)
    assert {code for code, _ in by_rank[4:]} == set(others)


def test_the_ceiling_is_spent_to_the_cent_and_the_last_gets_what_is_left(world: World) -> None:
    round_ = published(world)
    everyone_applies(round_, applicants(4))

    allocated(round_)

    assert list(granted(round_).values()) == [100_000, 100_000, 50_000, 0]
    assert left(f"fund:{round_.pk}") == 0
    assert check_ledger() == []


def test_a_round_may_keep_what_is_too_little_for_a_whole_grant(world: World) -> None:
    round_ = published(world, last_grant=LastGrant.NONE)
    everyone_applies(round_, applicants(4))

    allocated(round_)

    assert list(granted(round_).values()) == [100_000, 100_000, 0, 0]
    assert left(f"fund:{round_.pk}") == 50_000


def test_within_a_class_the_lot_decides_as_anyone_can_recompute(world: World) -> None:
    round_ = published(world, outside_source="eerste prijs van de trekking van 10 maart")
    codes = applicants(20)
    everyone_applies(round_, codes)
    close(round_, at=AFTER)
    set_outside_value(round_, "KX 123 456")
    assess_slice(f"{round_.pk}:0", at=AFTER)

    seed = draw(round_, at=AFTER).seed

    assert hashlib.sha256(bytes.fromhex(seed)).hexdigest() == round_.seed_hash
    ids = [str(pk) for pk in Application.objects.values_list("pk", flat=True)]
    expected = sorted(
        ids, key=lambda id_: hashlib.sha256(f"{seed}:KX 123 456:{id_}".encode()).hexdigest()
    )
    ranked = Placing.objects.order_by("rank").values_list("application_id", flat=True)
    assert [str(pk) for pk in ranked] == expected


def test_a_draw_waits_for_the_outside_value_and_for_every_assessment(world: World) -> None:
    round_ = published(world, outside_source="een loterij")
    everyone_applies(round_, [world.henk])
    close(round_, at=AFTER)

    with pytest.raises(rounds.OutsideValueIsMissing):
        draw(round_, at=AFTER)
    set_outside_value(round_, "7")
    with pytest.raises(NotAssessed):
        draw(round_, at=AFTER)
    with pytest.raises(DatabaseError, match="set once"), transaction.atomic():
        Round.objects.filter(pk=round_.pk).update(outside_value="8")


def test_who_missed_earlier_rounds_goes_first_within_the_class(world: World) -> None:
    early, late = applicants(6), applicants(6, start=70_000_000)
    first = published(world, code="een")
    everyone_applies(first, early)
    allocated(first)
    missed = {code for code, cents in granted(first).items() if not cents}

    second = published(
        world,
        code="twee",
        opens_at=OPENS_AT + timedelta(days=60),
        closes_at=CLOSES_AT + timedelta(days=60),
    )
    for code in [*late, *early]:
        apply(second.code, code, wanted=100_000, at=DURING + timedelta(days=60))
    drawn(second, at=AFTER + timedelta(days=60))

    assert set(list(granted(second))[: len(missed)]) == missed
    assert len(missed) == 3


def test_what_someone_states_after_closing_does_not_count(world: World) -> None:
    round_ = published(world)
    codes = applicants(3)
    everyone_applies(round_, codes)
    for code, at in zip(codes, (DURING, CLOSES_AT, AFTER), strict=True):
        state(
            Citizen.objects.get(account_code=code),
            kind="contract",
            value="on_call",
            valid_from=date(2026, 3, 1),
            valid_until=None,
            on=at.date(),
            at=at,
        )

    drawn(round_)

    classes = dict(Placing.objects.values_list("application__account_code", "priority"))
    assert [classes[code] for code in codes] == [2, 4, 4]


def test_who_lives_abroad_or_is_too_young_takes_no_place(world: World) -> None:
    child = applicants(1, born_on=date(2010, 1, 1), start=80_000_000)
    round_ = published(world)
    everyone_applies(round_, [world.henk, *child])

    allocated(round_)

    assert list(granted(round_)) == [world.henk]


def test_a_person_confirms_every_refusal_before_the_draw(world: World) -> None:
    abroad = person(80_000_000, date(2010, 3, 9), ("residence", "no"))
    round_ = published(world)
    everyone_applies(round_, [world.henk, *register([abroad], at=AT).codes])
    close(round_, at=AFTER)
    assess_slice(f"{round_.pk}:0", at=AFTER)

    with pytest.raises(RefusalsWait, match=r"^1 "), transaction.atomic():
        draw(round_, at=AFTER)
    with pytest.raises(DatabaseError, match="confirmed every refusal"), transaction.atomic():
        Round.objects.filter(pk=round_.pk).update(state="drawn")
    refusal = waiting(round_).get()
    assert refusal.unmet == [["adult", 15 * 12 + 11], ["resident", False]]
    confirm(refusal, by="rosa", at=AFTER)
    with pytest.raises(NotWaiting):
        confirm(refusal, by="sam", at=AFTER)
    draw(round_, at=AFTER)

    assert list(granted(round_)) == [world.henk]
    changes: list[dict[str, object]] = [
        {"confirmed_by": "sam"},
        {"unmet": []},
        {"confirmed_by": "", "confirmed_at": None},
    ]
    for change in changes:
        with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
            Refusal.objects.update(**change)
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
        connection.cursor().execute("DELETE FROM budgets_refusal")


def test_the_machine_refuses_nobody(world: World) -> None:
    child = applicants(1, born_on=date(2010, 1, 1), start=80_000_000)
    round_ = published(world)
    everyone_applies(round_, child)
    close(round_, at=AFTER)
    assess_slice(f"{round_.pk}:0", at=AFTER)

    with (
        pytest.raises(IntegrityError, match="refusal_is_confirmed_by_a_person"),
        transaction.atomic(),
    ):
        confirm(waiting(round_).get(), by="machine", at=AFTER)
    already = Refusal(application_id=uuid4(), unmet=[], confirmed_by="rosa", confirmed_at=AFTER)
    with pytest.raises(DatabaseError, match="waits for a person first"):
        already.save(force_insert=True)


def test_money_that_comes_back_goes_down_the_list(world: World) -> None:
    round_ = published(world, years_valid=1)
    everyone_applies(round_, applicants(5))
    allocated(round_)
    first = Tranche.objects.order_by("granted", "pk").last()
    assert first is not None
    Tranche.objects.filter(pk=first.pk).update(expires_on=date(2026, 3, 10))

    expire(on=date(2026, 3, 11), at=AFTER)
    made = allocate_all(round_, at=AFTER)

    assert made == 2
    assert list(granted(round_).values()) == [100_000, 100_000, 100_000, 50_000, 0]
    assert left(f"fund:{round_.pk}") == 0
    assert Tranche.objects.filter(account_code=list(granted(round_))[2]).count() == 2
    assert check_ledger() == []


def test_after_its_last_day_the_waiting_list_gets_nothing_more(world: World) -> None:
    round_ = published(world, waits_until=date(2026, 3, 9))
    everyone_applies(round_, applicants(4))
    drawn(round_)

    assert allocate(round_, at=AFTER + timedelta(days=1)).grants == 0
    assert allocate(round_, at=AFTER).grants == 3


def test_an_allocation_that_was_killed_resumes_with_the_same_result(world: World) -> None:
    round_ = published(world, ceiling=1_000_000)
    everyone_applies(round_, applicants(12))
    drawn_round = drawn(round_)

    def killed() -> None:
        with transaction.atomic():
            allocate(drawn_round, at=AFTER, limit=3)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        killed()
    assert not Tranche.objects.exists()

    for limit in (3, 2, 1, 100, 100):
        allocate(drawn_round, at=AFTER, limit=limit)

    assert list(granted(round_).values()) == [100_000] * 10 + [0, 0]
    assert balance(drawn_round.account_id or 0) == 0
    assert check_ledger() == []


def test_a_drawn_place_never_changes(world: World) -> None:
    round_ = published(world)
    everyone_applies(round_, applicants(3))
    allocated(round_)

    for change in ({"rank": 9}, {"lot": b"0"}, {"granted": 0}, {"wanted": 1}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Placing.objects.filter(rank=1).update(**change)
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
        connection.cursor().execute("DELETE FROM budgets_placing")


def test_the_number_of_queries_does_not_grow_with_the_round(world: World) -> None:
    def queries(number: int, *, code: str, start: int) -> list[int]:
        round_ = published(world, code=code, ceiling=1_000_000)
        everyone_applies(round_, applicants(number, start=start))
        close(round_, at=AFTER)
        counts = []
        for step in (
            lambda: assess_slice(f"{round_.pk}:0", at=AFTER),
            lambda: draw(round_, at=AFTER),
            lambda: allocate(round_, at=AFTER, limit=100),
        ):
            with CaptureQueriesContext(connection) as captured:
                step()
            counts.append(len(captured))
        return counts

    assert queries(2, code="een", start=60_000_000) == queries(9, code="twee", start=70_000_000)
