"""What was paid and repaid: batches, payouts and their claims, IBANs, repayments and write-offs."""

from __future__ import annotations

from ontwikkelrekening.audit.against_books.vouched import says_what_was_booked
from ontwikkelrekening.payouts.vouchers import (
    PAYOUTS,
    REPAYMENTS,
    WITHDRAWALS,
    WRITE_OFFS,
)
from providers.vouching import DIGEST, VOUCHED

CHECKS = {
    "every payout is the sum of its claims": """
        SELECT payout.reference || ': ' || (payout.amount * 100)::bigint || ', its claims '
               || coalesce(lines.cents, 0)
        FROM payouts_payout payout LEFT JOIN (
            SELECT line.payout_id, (sum(c.amount) * 100)::bigint AS cents
            FROM payouts_payoutline line JOIN providers_claim c ON c.id = line.claim_id
            GROUP BY line.payout_id
        ) lines ON lines.payout_id = payout.id
        WHERE payout.amount * 100 <> coalesce(lines.cents, 0)
    """,
    "every claim is as far as the payout that it stands in": """
        SELECT 'claim:' || c.id || ' is ' || c.state || ', its payout '
               || coalesce(payout.state, 'is none')
        FROM providers_claim c
        LEFT JOIN payouts_payoutline line ON line.claim_id = c.id AND line.stands
        LEFT JOIN payouts_payout payout ON payout.id = line.payout_id
        LEFT JOIN payouts_paymentbatch batch ON batch.id = payout.batch_id
        WHERE c.paid_at IS NULL AND c.state = 'recovered' AND payout.id IS NOT NULL
           OR (c.paid_at IS NULL OR c.state <> 'recovered')
          AND (CASE WHEN batch.released_by <> '' THEN payout.state END,
               CASE WHEN batch.released_by <> '' THEN payout.reference ELSE '' END,
               batch.released_at, CASE payout.state WHEN 'paid' THEN batch.settled_at END)
              IS DISTINCT FROM
              (CASE c.state WHEN 'in_file' THEN 'open' WHEN 'paid' THEN 'paid' END,
               c.payment_reference, c.taken_up_at, c.paid_at)
           OR payout.id IS NOT NULL AND c.state NOT IN ('approved', 'in_file', 'paid', 'recovered')
    """,
    "every claim that was paid and recovered is as far as the payout that paid it": """
        SELECT 'claim:' || c.id
        FROM providers_claim c
        WHERE c.state = 'recovered' AND c.paid_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM payouts_payoutline line
            JOIN payouts_payout payout ON payout.id = line.payout_id
            JOIN payouts_paymentbatch batch ON batch.id = payout.batch_id
            WHERE line.claim_id = c.id AND line.stands = (payout.state = 'paid')
              AND payout.state IN ('paid', 'sent_back')
              AND (payout.reference, CASE payout.state WHEN 'paid' THEN batch.released_at END,
                   batch.settled_at)
                  IS NOT DISTINCT FROM (c.payment_reference, c.taken_up_at, c.paid_at))
    """,
    "every provider has the IBAN that two people agreed to": """
        SELECT 'provider ' || p.id
        FROM providers_provider p LEFT JOIN LATERAL (
            SELECT after FROM providers_ibanchange
            WHERE provider_id = p.id AND agreed ORDER BY answered_at DESC LIMIT 1
        ) newest ON true
        WHERE p.iban <> coalesce(newest.after, '')
    """,
    "every payout went to the IBAN that two people had agreed to": """
        WITH had AS (
            SELECT provider_id, after AS iban, answered_at AS since,
                   lead(answered_at, 1, 'infinity') OVER (
                       PARTITION BY provider_id ORDER BY answered_at) AS until
            FROM providers_ibanchange WHERE agreed
        )
        SELECT 'payout ' || payout.reference || ', provider ' || payout.provider_id
        FROM payouts_payout payout JOIN payouts_paymentbatch batch ON batch.id = payout.batch_id
        WHERE batch.released_by <> '' AND NOT EXISTS (
            SELECT FROM had
            WHERE (had.provider_id, had.iban) = (payout.provider_id, payout.iban)
              AND had.since <= batch.released_at AND had.until >= batch.prepared_at
        )
    """,
    "nothing was released to a provider whose payments were suspended": """
        SELECT payout.reference || ', provider ' || payout.provider_id
        FROM payouts_payout payout JOIN payouts_paymentbatch batch ON batch.id = payout.batch_id
        JOIN providers_suspension held ON held.provider_id = payout.provider_id AND held.agreed
        WHERE batch.released_at > held.answered_at
          AND batch.released_at < coalesce(held.lifted_at, 'infinity')
          AND (batch.released_at AT TIME ZONE 'Europe/Amsterdam')::date <= held.until
    """,
    "every payout is booked as far as it came, and no other": """
        WITH at_the_bank AS (
            SELECT 'batch:' || batch.id AS cause, payout.state, p.payable_id AS payable,
                   (payout.amount * 100)::bigint AS cents,
                   coalesce(recovered.cents, 0) AS recovered, owed.id AS owed,
                   (SELECT id FROM ledger_account WHERE code = 'in_transit') AS in_transit,
                   (SELECT id FROM ledger_account WHERE code = 'bank') AS bank
            FROM payouts_payout payout
            JOIN payouts_paymentbatch batch ON batch.id = payout.batch_id
            JOIN providers_provider p ON p.id = payout.provider_id
            LEFT JOIN ledger_account owed ON owed.code = 'receivable:' || p.id
            LEFT JOIN (
                SELECT payment_reference, (sum(amount) * 100)::bigint AS cents
                FROM providers_claim WHERE state = 'recovered' GROUP BY 1
            ) recovered ON recovered.payment_reference = payout.reference
            WHERE batch.state IN ('released', 'settled')
        ), due AS (
            SELECT cause, 'payment' AS kind, payable AS debit, in_transit AS credit, cents
            FROM at_the_bank
            UNION ALL
            SELECT cause, 'return', CASE state WHEN 'returned' THEN in_transit ELSE bank END,
                   payable, cents - recovered
            FROM at_the_bank WHERE state IN ('returned', 'sent_back') AND cents > recovered
            UNION ALL
            SELECT cause, 'return', bank, owed, recovered
            FROM at_the_bank WHERE state = 'sent_back' AND recovered > 0
            UNION ALL
            SELECT cause, 'settle', in_transit, bank, cents
            FROM at_the_bank WHERE state IN ('paid', 'sent_back')
        ), booked AS (
            SELECT b.cause, b.kind, t.debit_account_id AS debit, t.credit_account_id AS credit,
                   t.amount AS cents
            FROM ledger_booking b JOIN ledger_transfer t ON t.xid = b.xid AND t.booking_id = b.id
            WHERE b.kind IN ('payment', 'settle')
               OR b.kind = 'return' AND starts_with(b.cause, 'batch:')
        )
        SELECT cause || ', ' || kind || ': the payouts say ' || coalesce(d.cents, 0)
               || ', the books ' || coalesce(b.cents, 0)
        FROM (
            SELECT cause, kind, debit, credit, sum(cents) AS cents FROM due GROUP BY 1, 2, 3, 4
        ) d FULL JOIN (
            SELECT cause, kind, debit, credit, sum(cents) AS cents FROM booked GROUP BY 1, 2, 3, 4
        ) b USING (cause, kind, debit, credit)
        WHERE d.cents IS DISTINCT FROM b.cents
    """,
    "every batch was released and settled when that was booked": """
        SELECT DISTINCT batch.message_id || ', ' || b.kind
        FROM payouts_paymentbatch batch
        JOIN ledger_booking b ON b.cause = 'batch:' || batch.id AND b.kind IN ('payment', 'settle')
        JOIN ledger_transfer t ON t.xid = b.xid AND t.booking_id = b.id
        WHERE t.booked_at IS DISTINCT FROM
              CASE b.kind WHEN 'payment' THEN batch.released_at ELSE batch.settled_at END
    """,
    "nothing that went to the bank or came back was reversed": r"""
        SELECT b.cause || ', ' || b.kind
        FROM ledger_booking r
        CROSS JOIN regexp_match(r.cause, '^transfer:(\d{1,18})-(\d{1,18})$') AS place
        JOIN ledger_transfer t ON (t.xid, t.seq) = (place[1]::bigint, place[2]::bigint)
        JOIN ledger_booking b ON b.id = t.booking_id
        LEFT JOIN providers_claim c ON b.cause = 'claim:' || c.id AND b.kind = 'claim'
        WHERE r.kind = 'reverse'
          AND (b.kind IN ('payment', 'settle', 'return') AND starts_with(b.cause, 'batch:')
               OR b.kind = 'recover'
               OR c.state IN ('in_file', 'paid', 'recovered'))
    """,
    "every payout agrees with the state of its batch": """
        SELECT payout.reference || ' is ' || payout.state || ', its batch ' || batch.state
        FROM payouts_payout payout JOIN payouts_paymentbatch batch ON batch.id = payout.batch_id
        WHERE CASE batch.state WHEN 'prepared' THEN payout.state <> 'open'
                               WHEN 'withdrawn' THEN payout.state <> 'withdrawn'
                               WHEN 'released' THEN payout.state NOT IN ('open', 'returned')
                               ELSE payout.state NOT IN ('paid', 'returned', 'sent_back') END
    """,
    "every payment file is the file that was hashed": """
        SELECT message_id FROM payouts_paymentbatch
        WHERE file IS NOT NULL AND encode(sha256(file), 'hex') <> file_sha256
    """,
    "every payment file says what was released": says_what_was_booked("batch", "payment", PAYOUTS),
    "every repayment and write-off is booked, and no other": """
        SELECT coalesce(cause, 'a booking without a repayment or write-off') || ': it says '
               || coalesce(said.cents::text, 'nothing')
               || ', the books ' || coalesce(booked.cents::text, 'nothing')
        FROM (
            SELECT 'repayment:' || id AS cause, 'repay' AS kind, (amount * 100)::bigint AS cents,
                   'receivable:' || provider_id AS owed, 'bank' AS borne_by, received_on AS on_
            FROM payouts_repayment
            UNION ALL
            SELECT 'write_off:' || id, 'write_off', (amount * 100)::bigint,
                   'receivable:' || provider_id, 'treasury',
                   (answered_at AT TIME ZONE 'Europe/Amsterdam')::date
            FROM payouts_writeoff WHERE agreed
        ) said FULL JOIN (
            SELECT b.cause, b.kind, t.amount AS cents, owed.code AS owed, by.code AS borne_by,
                   b.effective_on AS on_
            FROM ledger_booking b JOIN ledger_transfer t ON t.xid = b.xid AND t.booking_id = b.id
            JOIN ledger_account owed ON owed.id = t.credit_account_id
            JOIN ledger_account by ON by.id = t.debit_account_id
            WHERE b.kind IN ('repay', 'write_off')
        ) booked USING (cause)
        WHERE (said.kind, said.cents, said.owed, said.borne_by, said.on_) IS DISTINCT FROM
              (booked.kind, booked.cents, booked.owed, booked.borne_by, booked.on_)
    """,
    "every repayment says what was booked": says_what_was_booked("repayment", "repay", REPAYMENTS),
    "every write-off says what was decided": says_what_was_booked(
        "write_off", "write_off", WRITE_OFFS
    ),
    "every withdrawn repayment or write-off is booked back as it was withdrawn, and no other": rf"""
        SELECT coalesce(booked.cause, withdrawn.id::text) || CASE
            WHEN withdrawn.id IS NULL THEN ' is booked back, and not withdrawn'
            WHEN booked.id IS NULL THEN ' is withdrawn, and not booked back'
            ELSE ' is not booked back as it was withdrawn' END
        FROM (
            SELECT id, {DIGEST} AS digest FROM ({WITHDRAWALS}) voucher GROUP BY id
        ) withdrawn FULL JOIN (
            SELECT id, cause, CASE WHEN is_mirror THEN coalesce({VOUCHED}, '') ELSE '' END AS digest
            FROM (
                SELECT b.id, b.cause, r.description,
                       (m.debit_account_id, m.credit_account_id, m.amount)
                       IS NOT DISTINCT FROM (t.credit_account_id, t.debit_account_id, t.amount)
                       AS is_mirror
                FROM ledger_booking r
                CROSS JOIN regexp_match(r.cause, '^transfer:(\d{{1,18}})-(\d{{1,18}})$') AS place
                JOIN ledger_transfer t ON (t.xid, t.seq) = (place[1]::bigint, place[2]::bigint)
                JOIN ledger_booking b
                    ON b.id = t.booking_id AND b.kind IN ('repay', 'write_off')
                LEFT JOIN ledger_transfer m ON m.xid = r.xid AND m.booking_id = r.id
                WHERE r.kind = 'reverse'
            ) mirrored
        ) booked USING (id)
        WHERE withdrawn.digest IS DISTINCT FROM booked.digest
    """,  # noqa: S608
}
