"""Hostile SQL with the application's rights on what was paid: the database refuses it.

Without the guard the same attack goes through, so no guard is there for show.
"""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from ontwikkelrekening.database import APP_ROLE
from ontwikkelrekening.payouts.paying import prepare_batch, settle_batch
from providers.models import Review
from tests.budgets.world import AT, LATER, ON, World, create_world
from tests.payouts.world import PAY_ON, approved_claim, released
from tests.providers.world import admitted

BATCH, PAYOUT, LINE = "payouts_paymentbatch", "payouts_payout", "payouts_payoutline"
ADD = (
    "INSERT INTO payouts_payout (id, batch_id, provider_id, iban, amount, amount_currency, reference,"
    " state, reason) SELECT gen_random_uuid(), id, %(other)s, 'NL91ABNA0417164300', 1, 'EUR',"
    " message_id, {payout}, '' FROM payouts_paymentbatch WHERE state = {batch}"
)
GUARDS = [
    ("batch_moves_one_way", BATCH, "UPDATE payouts_paymentbatch SET file = 'x', file_sha256 = 'x'"
     " WHERE state = 'released'"),
    ("batch_moves_one_way", BATCH, "UPDATE payouts_paymentbatch SET released_by = 'sam'"
     " WHERE state = 'settled'"),
    ("batch_moves_one_way", BATCH, "UPDATE payouts_paymentbatch SET state = 'prepared',"
     " released_by = '', released_at = NULL WHERE state = 'released'"),
    ("batch_moves_one_way", BATCH, "UPDATE payouts_paymentbatch SET state = 'settled',"
     " settled_by = 'x', settled_at = now(), file_sha256 = 'x' WHERE state = 'released'"),
    ("batch_is_prepared_first", BATCH, "INSERT INTO payouts_paymentbatch (id, message_id, state, pay_on,"
     " file, file_sha256, prepared_by, prepared_at, withdrawn_by, released_by, released_at, settled_by) VALUES (gen_random_uuid(), 'x', 'released',"
     " now() + interval '1 day', 'x', 'x', 'ineke', now(), '', 'bas', now(), '')"),
    ("payout_is_added_to_a_prepared_batch", PAYOUT, ADD.format(payout="'open'", batch="'released'")),
    ("payout_is_added_to_a_prepared_batch", PAYOUT, ADD.format(payout="'paid'", batch="'prepared'")),
    ("payout_moves_one_way", PAYOUT, "UPDATE payouts_payout SET state = 'open' WHERE state = 'paid'"),
    ("payout_moves_one_way", PAYOUT, "UPDATE payouts_payout SET state = 'withdrawn' WHERE batch_id IN"
     " (SELECT id FROM payouts_paymentbatch WHERE state = 'released')"),
    ("payout_moves_one_way", PAYOUT, "UPDATE payouts_payout SET reason = 'x' WHERE state = 'paid'"),
    ("payout_moves_one_way", PAYOUT, "UPDATE payouts_payout SET state = 'returned', reason = 'x'"
     " WHERE state = 'paid'"),
    ("payout_moves_one_way", PAYOUT, "UPDATE payouts_payout SET state = 'sent_back', reason = 'x'"
     " WHERE batch_id IN (SELECT id FROM payouts_paymentbatch WHERE state = 'released')"),
    ("line_is_added_to_a_prepared_batch", LINE, "INSERT INTO payouts_payoutline (payout_id, claim_id,"
     " stands) SELECT p.id, %(claim)s, false FROM payouts_payout p JOIN payouts_paymentbatch b"
     " ON b.id = p.batch_id WHERE b.state = 'released'"),
    ("claim_stands_until_its_payout_came_to_nothing", LINE, "UPDATE payouts_payoutline SET"
     " stands = false"),
    ("claim_stays_as_decided", "providers_claim", "UPDATE providers_claim SET state = 'approved',"
     " payment_reference = '' WHERE state = 'paid'"),
    ("claim_stays_as_decided", "providers_claim", "UPDATE providers_claim SET state = 'approved',"
     " payment_reference = '', taken_up_at = NULL, paid_at = NULL, reason = 'x' WHERE state = 'paid'"),
    ("claim_is_recovered_by_two", "providers_claim", "UPDATE providers_claim SET state = 'recovered'"
     " WHERE state = 'paid'"),
    ("review_stays_as_decided", "providers_review", "UPDATE providers_review SET judged_by = 'sam'"),
]  # fmt: skip


@pytest.fixture
def paid(db: None) -> dict[str, UUID]:
    """A settled batch, a released one and one that is prepared; from here on as the application."""
    world: World = create_world()
    settle_batch(released(world), by="ineke", at=LATER)
    released(world)
    claim = approved_claim(world)
    prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)
    Review.objects.create(
        claim=claim, picked_because="terms", opened_at=LATER, verdict="approve", judged_by="rosa",
        judged_at=LATER,
    )  # fmt: skip
    other = admitted("EVC Centrum", "87654321", "NL91ABNA0417164300", on=ON, at=AT)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"SET LOCAL ROLE {APP_ROLE}")
    return {"claim": claim.pk, "other": other.pk}


@pytest.mark.parametrize(("guard", "table", "attack"), GUARDS)
def test_the_guard_refuses_the_application(
    paid: dict[str, UUID], guard: str, table: str, attack: str
) -> None:
    with (
        pytest.raises(DatabaseError, match=r"payment file|payout|batch|decided|two people"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(attack, paid)


@pytest.mark.parametrize(("guard", "table", "attack"), GUARDS)
def test_without_the_guard_it_would_happen(
    paid: dict[str, UUID], guard: str, table: str, attack: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(f"DROP TRIGGER {guard} ON {table}")
        cursor.execute(f"SET LOCAL ROLE {APP_ROLE}")
        cursor.execute(attack, paid)
        assert cursor.rowcount > 0


def test_every_guard_of_these_tables_is_attacked(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text = ANY (%s)",
            [[table for _, table, _ in GUARDS]],
        )
        assert {name for (name,) in cursor.fetchall()} == {guard for guard, _, _ in GUARDS}
