"""What bookings of payments rest on: by the batch, who pays whom how much and who saw to it; and what became of debts."""

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
