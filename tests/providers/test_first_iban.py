"""Admitting a provider takes one person, where it is paid a second one, and the database knows no other way."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from ledger.accounts import open_account
from providers import changing_iban
from providers.admitting import AdmittedBefore, NotYet, admit
from providers.changing_iban import IbanIsProposed, IbanIsTaken, NoReason, OwnProposals, SamePerson
from providers.importing import import_courses
from providers.models import IbanChange, Provider
from tests.providers.calls import Software
from tests.providers.test_importing_courses import GOOD, csv_file
from tests.providers.world import (
    MONDAY,
    START,
    admit_only,
    assessed,
    claim,
    de_linde,
    digital_skills,
    iban,
    payable_cents,
    redeemed,
)
from tests.racing import at_once

AT, ON = MONDAY, START
FIRST = "NL91ABNA0417164300"
OTHER = "NL02ABNA0123456789"


def waiting(name: str = "EVC Centrum", kvk_number: str = "87654321", to: str = FIRST) -> Provider:
    return admit_only(name, kvk_number, to, on=ON, at=AT)


@pytest.mark.django_db
def test_a_provider_has_its_iban_once_somebody_else_agrees() -> None:
    school = waiting(to="nl91 abna 0417 1643 00")
    change = school.iban_changes.get()

    assert Provider.objects.get().iban == ""
    assert (change.before, change.after, change.proposed_by) == ("", FIRST, "olga")
    assert (change.reason, change.is_first, change.agreed) == ("gebeld", True, None)
    with pytest.raises(SamePerson):
        changing_iban.agree(change, by="olga", at=AT)
    changing_iban.agree(change, by="bas", at=AT)

    assert Provider.objects.get().iban == FIRST


@pytest.mark.django_db
def test_without_an_iban_a_provider_teaches_and_claims() -> None:
    school = de_linde(is_paid=False)

    approved = assessed(claim(redeemed(digital_skills(school))))

    assert (approved.state, payable_cents(school)) == ("approved", 13_000)


@pytest.mark.django_db
def test_after_a_no_another_one_is_proposed() -> None:
    school = waiting()
    changing_iban.decline(school.iban_changes.get(), by="bas", at=AT)
    assert Provider.objects.get().iban == ""

    another = changing_iban.propose(school, OTHER, reason="gebeld", by="olga", at=AT)
    changing_iban.agree(another, by="bas", at=AT + timedelta(hours=1))

    assert (another.is_first, Provider.objects.get().iban) == (True, OTHER)


@pytest.mark.django_db
@pytest.mark.parametrize("is_paid", [True, False])
def test_an_iban_of_another_admits_nobody(is_paid: bool) -> None:
    known = de_linde(is_paid=is_paid)
    taken = known.iban or known.iban_changes.get().after

    with pytest.raises(IbanIsTaken if is_paid else IbanIsProposed):
        waiting(to=taken)

    assert Provider.objects.get() == known


@pytest.mark.django_db
def test_who_is_admitted_gets_no_other_iban_by_being_admitted_again() -> None:
    school = waiting()
    with pytest.raises(AdmittedBefore):
        waiting(to=OTHER)
    assert waiting() == school
    changing_iban.decline(school.iban_changes.get(), by="bas", at=AT)

    with pytest.raises(AdmittedBefore):
        waiting()

    assert school.iban_changes.count() == 1


@pytest.mark.django_db
def test_nobody_is_admitted_from_a_day_that_has_still_to_come() -> None:
    tomorrow = ON + timedelta(days=1)
    with pytest.raises(NotYet):
        admit("EVC Centrum", "87654321", FIRST, reason="gebeld", by="olga", on=tomorrow, at=AT)

    assert not Provider.objects.exists()


def test_who_is_admitted_by_several_at_once_is_admitted_once(own_database: str) -> None:
    found: list[Provider] = []

    ended = at_once(*[lambda: found.append(waiting())] * 4)

    assert ended == {"done": 4}
    assert set(found) == {Provider.objects.get()}
    assert found[0].iban_changes.count() == 1


@pytest.mark.django_db
def test_nobody_is_admitted_without_saying_how_the_iban_was_checked() -> None:
    with pytest.raises(NoReason):
        admit("EVC Centrum", "87654321", FIRST, reason=" ", by="olga", on=ON, at=AT)

    assert not Provider.objects.exists()


@pytest.mark.django_db
def test_the_database_gives_nobody_an_iban_at_once() -> None:
    payable = open_account("payable:x", account_class="payable", at=AT)
    facts = {"kvk_number": "87654321", "admitted_on": ON, "payable": payable, "registered_at": AT}

    with pytest.raises(IntegrityError, match="admitted without an IBAN"), transaction.atomic():
        Provider.objects.create(name="Schijnschool", iban=FIRST, **facts)
    school = Provider.objects.create(name="Schijnschool", **facts)
    with pytest.raises(IntegrityError, match="two people have to agree"), transaction.atomic():
        Provider.objects.update(iban=FIRST)
    changing_iban.propose(school, FIRST, reason="gebeld", by="olga", at=AT)
    with pytest.raises(IntegrityError, match="two people have to agree"), transaction.atomic():
        Provider.objects.update(iban=FIRST)
    with pytest.raises(IntegrityError, match="agreed_by_someone_else"), transaction.atomic():
        IbanChange.objects.update(agreed=True, answered_by="olga", answered_at=AT)
    with pytest.raises(IntegrityError, match="names_an_iban"), transaction.atomic():
        IbanChange.objects.create(
            provider=school, before=FIRST, after="", reason="x", proposed_by="olga", proposed_at=AT,
            answered_by="bas", answered_at=AT, agreed=True,
        )  # fmt: skip


@pytest.mark.django_db
def test_its_software_reads_no_iban_until_then() -> None:
    software = Software(de_linde(is_paid=False))
    before = software.get("/account").json()["iban"]

    school = changing_iban.agree(software.provider.iban_changes.get(), by="bas", at=AT)

    assert before is None
    assert software.get("/account").json()["iban"] == f"{school.iban[:4]}…{school.iban[-4:]}"


def test_of_two_who_admit_on_one_iban_at_once_one_is_told(own_database: str) -> None:
    ended = at_once(waiting, lambda: waiting("Taalhuis", "87654322"))

    assert ended == {"done": 1, "IbanIsProposed": 1}
    assert Provider.objects.count() == 1


def test_of_a_file_and_a_person_who_propose_one_iban_at_once_one_is_told(
    own_database: str, tmp_path: Path
) -> None:
    path = csv_file(tmp_path, {**GOOD, "iban": FIRST})

    ended = at_once(lambda: import_courses(path, by="olga", at=AT), waiting)

    refused = {"IbanIsProposed", "UnableToImport"} & ended.keys()
    assert (ended["done"], len(refused)) == (1, 1)
    assert IbanChange.objects.get().provider == Provider.objects.get()


# All that wait


def schools(number: int) -> list[Provider]:
    return [waiting(f"School {n}", f"{n:08d}", iban(n)) for n in range(1, number + 1)]


@pytest.mark.django_db
def test_a_second_person_agrees_to_all_first_ones_that_wait() -> None:
    known = de_linde()
    changing_iban.propose(known, OTHER, reason="gebeld", by="olga", at=AT)
    changing_iban.decline(waiting().iban_changes.get(), by="bas", at=AT)
    expected = {school: school.iban_changes.get().after for school in schools(3)}

    agreed = changing_iban.agree_to_first_ones(by="bas", at=AT)

    assert {change.provider: change.after for change in agreed} == expected
    assert {
        each: each.iban for each in Provider.objects.filter(pk__in=[p.pk for p in expected])
    } == expected
    assert {(each.answered_by, each.answered_at) for each in known_answers(expected)} == {
        ("bas", AT)
    }
    assert (
        Provider.objects.get(pk=known.pk).iban == known.iban
    )  # another IBAN is looked at by itself
    assert Provider.objects.filter(iban="").count() == 1  # the declined one
    assert changing_iban.agree_to_first_ones(by="bas", at=AT) == []


def known_answers(of: Any) -> Any:
    return IbanChange.objects.filter(provider__in=list(of), agreed=True)


@pytest.mark.django_db
def test_who_proposed_one_of_them_agrees_to_none() -> None:
    schools(2)
    declined = waiting()
    changing_iban.decline(declined.iban_changes.get(), by="bas", at=AT)
    changing_iban.propose(declined, OTHER, reason="gebeld", by="bas", at=AT)

    with pytest.raises(OwnProposals, match="bas proposed the IBAN of EVC Centrum: someone else"):
        changing_iban.agree_to_first_ones(by="bas", at=AT)

    assert not Provider.objects.exclude(iban="").exists()
    assert IbanChange.objects.filter(agreed=None).count() == 3


@pytest.mark.django_db
def test_it_asks_as_much_however_many_wait(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    schools(20)

    with django_assert_max_num_queries(9):
        assert len(changing_iban.agree_to_first_ones(by="bas", at=AT)) == 20


def test_all_at_once_and_one_by_one_know_of_each_other(own_database: str) -> None:
    for round_ in range(3):
        provider = waiting(f"School {round_}", f"{round_:08d}", iban(round_ + 1))
        change = provider.iban_changes.get()

        ended = at_once(
            lambda: changing_iban.agree_to_first_ones(by="bas", at=AT),
            lambda: changing_iban.agree_to_first_ones(by="paul", at=AT),
            lambda change=change: changing_iban.decline(change, by="ineke", at=AT),  # type: ignore[misc]
        )

        assert ended in ({"done": 3}, {"done": 2, "AnsweredBefore": 1})
        change.refresh_from_db()
        provider.refresh_from_db()
        assert provider.iban == (change.after if change.agreed else "")
