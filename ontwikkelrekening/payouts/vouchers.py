"""What bookings of payments rest on: by the batch, who pays whom how much and who saw to it; and what became of debts.

A payment file vouches for what was put on record before it as well, wherever no booking is made from that.
"""

from ontwikkelrekening.budgets.vouchers import RECORDS as OF_BUDGETS
from ontwikkelrekening.eligibility.vouchers import RECORDS as OF_DECISIONS
from providers.vouchers import RECORDS as OF_PROVIDERS

PAYOUTS = """
    SELECT batch.id, json_build_array(
        batch.id, batch.message_id, batch.pay_on, batch.file_sha256, batch.prepared_by,
        batch.prepared_at AT TIME ZONE 'UTC', batch.released_by,
        batch.released_at AT TIME ZONE 'UTC',
        payout.id, payout.provider_id, payout.iban, payout.amount, payout.reference, (
            SELECT jsonb_agg(line.claim_id ORDER BY line.claim_id)
            FROM payouts_payoutline line WHERE line.payout_id = payout.id
        )
    )::text AS said
    FROM payouts_paymentbatch batch
    LEFT JOIN payouts_payout payout ON payout.batch_id = batch.id
    WHERE batch.state IN ('released', 'settled')
    UNION ALL
    SELECT batch_id, json_build_array(
        kind, subject, at AT TIME ZONE 'UTC', encode(digest, 'hex')
    )::text
    FROM payouts_vouchedrecord
"""
REPAYMENTS = """
    SELECT id, json_build_array(
        id, provider_id, amount, received_on, reference, booked_by, booked_at AT TIME ZONE 'UTC'
    )::text AS said
    FROM payouts_repayment
"""
WRITE_OFFS = """
    SELECT id, json_build_array(
        id, provider_id, amount, reason, proposed_by, proposed_at AT TIME ZONE 'UTC',
        answered_by, answered_at AT TIME ZONE 'UTC'
    )::text AS said
    FROM payouts_writeoff WHERE agreed
"""

# Of what was booked wrongly: who took it back, when and why.
WITHDRAWALS = """
    SELECT id, json_build_array(
        id, withdrawn_by, withdrawn_at AT TIME ZONE 'UTC', withdrawn_because
    )::text AS said
    FROM (
        SELECT id, withdrawn_by, withdrawn_at, withdrawn_because FROM payouts_repayment
        UNION ALL
        SELECT id, withdrawn_by, withdrawn_at, withdrawn_because FROM payouts_writeoff
    ) booked WHERE withdrawn_at IS NOT NULL
"""

OF_PAYOUTS = """
    SELECT 'declined write-off' AS kind, id::text AS subject, answered_at AS at, json_build_array(
        provider_id, amount, reason, proposed_by, proposed_at AT TIME ZONE 'UTC',
        answered_by, answered_at AT TIME ZONE 'UTC'
    )::text AS said
    FROM payouts_writeoff WHERE NOT agreed
    UNION ALL
    SELECT 'batch settled', id::text, settled_at, json_build_array(
        settled_by, settled_at AT TIME ZONE 'UTC'
    )::text
    FROM payouts_paymentbatch WHERE settled_at IS NOT NULL
    UNION ALL
    SELECT 'batch withdrawn', id::text, withdrawn_at, json_build_array(
        message_id, prepared_by, prepared_at AT TIME ZONE 'UTC',
        withdrawn_by, withdrawn_at AT TIME ZONE 'UTC'
    )::text
    FROM payouts_paymentbatch WHERE withdrawn_at IS NOT NULL
    UNION ALL
    SELECT 'bank statement', statement.id::text, taken_in_at, json_build_array(
        identifier, iban, follows_id, closes_on, opening, closing, taken_in_by,
        taken_in_at AT TIME ZONE 'UTC', (
            SELECT json_agg(json_build_array(
                number, booked_on, amount, reference,
                CASE became WHEN 'explained' THEN 'unknown' ELSE became END,
                CASE became WHEN 'explained' THEN '' ELSE cause END
            ) ORDER BY number)
            FROM payouts_bankentry entry WHERE entry.statement_id = statement.id
        )
    )::text
    FROM payouts_bankstatement statement
    UNION ALL
    SELECT 'bank entry explained', id::text, explained_at, json_build_array(
        statement_id, number, cause, explanation, explained_by, explained_at AT TIME ZONE 'UTC'
    )::text
    FROM payouts_bankentry WHERE explained_at IS NOT NULL
"""
RECORDS = " UNION ALL ".join((OF_PROVIDERS, OF_DECISIONS, OF_BUDGETS, OF_PAYOUTS))
# A record that is older than this was not there when payment files vouched for those of its time: none does any more.
SINCE = """
    SELECT coalesce(max(at) - interval '2 days', '-infinity') FROM payouts_vouchedrecord
"""
