"""Another IBAN for a provider takes two people, and the database knows no other way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from providers import changing_iban
from providers.changing_iban import IbanIsProposed, IbanIsTaken, IbanIsWrong
from providers.errors import Unable
from providers.models import IbanChange, Provider
from tests.providers.world import MONDAY, START, admitted, de_linde

pytestmark = pytest.mark.django_db

AT, ON = MONDAY, START
NEW = "NL91ABNA0417164300"
REASON = "called back on the number in the trade register"


@pytest.fixture
def school() -> Provider:
    return de_linde()


def proposed(school: Provider, iban: str = NEW) -> IbanChange:
    return changing_iban.propose(school, iban, reason=REASON, by="petra", at=AT)


def test_nothing_changes_until_somebody_else_agrees(school: Provider) -> None:
    old = school.iban
    change = proposed(school, "nl91 abna 0417 1643 00")

    assert Provider.objects.get().iban == old
    changing_iban.agree(change, by="paul", at=AT)

    assert Provider.objects.get().iban == NEW
    change.refresh_from_db()
    assert (change.before, change.after, change.agreed) == (old, NEW, True)
    assert (change.proposed_by, change.answered_by) == ("petra", "paul")


def test_who_proposed_it_cannot_agree_but_can_take_it_back(school: Provider) -> None:
    change = proposed(school)

    with pytest.raises(changing_iban.SamePerson):
        changing_iban.agree(change, by="petra", at=AT)
    changing_iban.decline(change, by="petra", at=AT)

    assert Provider.objects.get().iban == school.iban
    with pytest.raises(changing_iban.AnsweredBefore):
        changing_iban.agree(change, by="paul", at=AT)
    proposed(school)


@pytest.mark.parametrize(
    ("iban", "reason", "error"),
    [
        ("NL91ABNA0417164301", REASON, IbanIsWrong),
        ("", REASON, IbanIsWrong),
        ("its own", REASON, changing_iban.IbanIsTheSame),
        (NEW, "  ", changing_iban.NoReason),
        ("another's", REASON, IbanIsTaken),
    ],
)
def test_what_cannot_be_proposed(
    school: Provider, iban: str, reason: str, error: type[Unable]
) -> None:
    other = admitted("EVC Centrum", "87654321", "NL02ABNA0123456789", on=ON, at=AT)
    wanted = {"its own": school.iban, "another's": other.iban}.get(iban, iban)

    with pytest.raises(error):
        changing_iban.propose(school, wanted, reason=reason, by="petra", at=AT)

    assert not IbanChange.objects.filter(agreed=None).exists()


def test_one_change_waits_at_a_time(school: Provider) -> None:
    proposed(school)

    with pytest.raises(changing_iban.ChangeWaits):
        proposed(school)


def test_an_iban_waits_for_one_provider_at_a_time(school: Provider) -> None:
    change, other = proposed(school), de_linde("EVC Centrum")

    with pytest.raises(IbanIsProposed):
        proposed(other)

    changing_iban.decline(change, by="paul", at=AT)
    proposed(other)


def test_an_iban_that_another_got_meanwhile_is_refused(school: Provider) -> None:
    """Who proposed it looked just before the other was agreed to, and wrote it just after."""
    admitted("EVC Centrum", "87654321", NEW, on=ON, at=AT)
    change = IbanChange.objects.create(
        provider=school, before=school.iban, after=NEW, reason=REASON, proposed_by="petra", proposed_at=AT
    )  # fmt: skip

    with pytest.raises(IbanIsTaken):
        changing_iban.agree(change, by="paul", at=AT)

    change.refresh_from_db()
    assert change.agreed is None


def test_the_database_refuses_what_one_person_does(school: Provider) -> None:
    with pytest.raises(IntegrityError, match="two people have to agree"), transaction.atomic():
        Provider.objects.update(iban=NEW)
    change = proposed(school)
    with pytest.raises(IntegrityError, match="two people have to agree"), transaction.atomic():
        Provider.objects.update(iban=NEW)
    with pytest.raises(IntegrityError, match="agreed_by_someone_else"), transaction.atomic():
        IbanChange.objects.filter(pk=change.pk).update(
            agreed=True, answered_by="petra", answered_at=AT
        )
    changing_iban.decline(change, by="paul", at=AT)

    with pytest.raises(IntegrityError, match="stays"), transaction.atomic():
        IbanChange.objects.filter(pk=change.pk).update(agreed=True)
    with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
        cursor.execute("DELETE FROM providers_ibanchange")


def test_changes_stay_in_order_where_the_clocks_of_servers_differ(school: Provider) -> None:
    changing_iban.agree(proposed(school), by="paul", at=AT)

    late = proposed(school, "NL02ABNA0123456789")
    changing_iban.agree(late, by="paul", at=AT - timedelta(seconds=2))

    assert Provider.objects.get().iban == "NL02ABNA0123456789"
    late.refresh_from_db()
    assert late.answered_at
    assert late.answered_at > AT
