import pytest
from django.db import connection, transaction

from ledger.accounts import open_account, open_accounts
from ledger.models import Account
from ledger.posting import DifferentContent, UnknownAccount
from tests.ledger.books import AT, open_books

pytestmark = pytest.mark.django_db


def test_opening_an_account_twice_finds_it() -> None:
    first = open_account("tranche:fatima", account_class="tranche", at=AT)

    again = open_account("tranche:fatima", account_class="tranche", at=AT)

    assert again == first
    assert not first.hot


def test_many_accounts_are_opened_at_once_with_the_traits_of_their_class() -> None:
    open_account("tranche:a", account_class="tranche", at=AT)
    known = open_account("fund:a", account_class="fund", at=AT)

    ids = open_accounts(["fund:b", "fund:a", "fund:b"], account_class="fund", at=AT)

    assert ids == {"fund:a": known.pk, "fund:b": Account.objects.get(code="fund:b").pk}
    assert known.hot


def test_a_new_account_is_returned_once() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_code FROM ledger_open_accounts('{b,a}', 'tranche', %s)", [AT]
        )
        assert sorted(cursor.fetchall()) == [("a",), ("b",)]


def test_a_code_belongs_to_one_class() -> None:
    open_account("fund:a", account_class="fund", at=AT)

    with pytest.raises(DifferentContent), transaction.atomic():
        open_account("fund:a", account_class="tranche", at=AT)


def test_an_account_class_must_exist() -> None:
    with pytest.raises(UnknownAccount), transaction.atomic():
        open_account("x", account_class="piggy-bank", at=AT)


def test_what_a_hot_account_did_lately_is_found_without_walking_all_it_ever_did() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # a small table would be read whole
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute("PREPARE totals (bigint[]) AS SELECT * FROM ledger_totals($1)")
        cursor.execute("EXPLAIN EXECUTE totals ('{1}')")
        plan = "\n".join(line for (line,) in cursor.fetchall())
        cursor.execute("DEALLOCATE totals")

    assert "ledger_transfer_pkey" in plan
    assert "transfer_by_debit" not in plan
    assert "transfer_by_credit" not in plan


@pytest.mark.parametrize(
    "totals", ["ledger_totals(%s)", "ledger_totals_on(%s, '2026-03-02', NULL)"]
)
def test_reading_a_cold_account_does_not_read_what_hot_ones_did_lately(totals: str) -> None:
    books = open_books(fund_cents=1)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # a small table would be read whole
        cursor.execute(f"EXPLAIN ANALYZE SELECT * FROM {totals}", [[books.fatima]])
        lately = [line for (line,) in cursor.fetchall() if "ledger_transfer_pkey" in line]

    assert lately
    assert all("never executed" in line for line in lately)
