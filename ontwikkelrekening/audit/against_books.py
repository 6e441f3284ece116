"""What the scheme's own rows say, compared with the books: each check is one query, as `check_ledger`'s are.

The seals guard the books, not these rows. What was reversed stays as it was approved: its page says so.
"""

from __future__ import annotations

from ledger.checking import Finding, findings_of
from ontwikkelrekening.budgets.fund_sums import NAMES, SUMS

FARTHEST = "(SELECT max(up_to) FROM budgets_fundsum)"

# Each query yields one text per finding.
CHECKS = {
    "every approved claim is booked, and no other": """
        SELECT coalesce(cause, 'a booking without a claim') || ': the claim says '
               || coalesce(claimed.cents::text, 'nothing')
               || ', the books ' || coalesce(booked.cents::text, 'nothing')
        FROM (
            SELECT 'claim:' || c.id AS cause, (c.amount * 100)::bigint AS cents,
                   e.account_id AS debit, p.payable_id AS credit
            FROM providers_claim c
            JOIN providers_enrolment e ON e.id = c.enrolment_id
            JOIN providers_provider p ON p.id = c.provider_id
            WHERE c.state IN ('approved', 'in_file', 'paid')
        ) claimed FULL JOIN (
            SELECT b.cause, t.amount AS cents, t.debit_account_id AS debit,
                   t.credit_account_id AS credit
            FROM ledger_booking b JOIN ledger_transfer t ON t.xid = b.xid AND t.booking_id = b.id
            WHERE b.kind = 'claim'
        ) booked USING (cause)
        WHERE (claimed.cents, claimed.debit, claimed.credit)
              IS DISTINCT FROM (booked.cents, booked.debit, booked.credit)
    """,
    "every enrolment reserved its maximum": """
        SELECT 'enrolment:' || e.id || ': at most ' || (e.maximum * 100)::bigint
               || ', reserved ' || coalesce(booked.cents, 0)
        FROM providers_enrolment e LEFT JOIN (
            SELECT t.credit_account_id AS account, sum(t.amount) AS cents
            FROM ledger_booking b JOIN ledger_transfer t ON t.xid = b.xid AND t.booking_id = b.id
            WHERE b.kind = 'reserve' GROUP BY 1
        ) booked ON booked.account = e.account_id
        WHERE e.maximum * 100 <> coalesce(booked.cents, 0)
    """,
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
        WHERE payout.state IS DISTINCT FROM
              CASE c.state WHEN 'in_file' THEN 'open' WHEN 'paid' THEN 'paid' END
    """,
    "every payout is booked as far as it came, and no other": """
        WITH at_the_bank AS (
            SELECT 'batch:' || batch.id AS cause, payout.state, p.payable_id AS payable,
                   (payout.amount * 100)::bigint AS cents,
                   (SELECT id FROM ledger_account WHERE code = 'in_transit') AS in_transit
            FROM payouts_payout payout
            JOIN payouts_paymentbatch batch ON batch.id = payout.batch_id
            JOIN providers_provider p ON p.id = payout.provider_id
            WHERE batch.state IN ('released', 'settled')
        ), due AS (
            SELECT cause, 'payment' AS kind, payable AS debit, in_transit AS credit, cents
            FROM at_the_bank
            UNION ALL
            SELECT cause, 'return', in_transit, payable, cents
            FROM at_the_bank WHERE state = 'returned'
            UNION ALL
            SELECT cause, 'settle', in_transit,
                   (SELECT id FROM ledger_account WHERE code = 'bank'), cents
            FROM at_the_bank WHERE state = 'paid'
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
    "every payout agrees with the state of its batch": """
        SELECT payout.reference || ' is ' || payout.state || ', its batch ' || batch.state
        FROM payouts_payout payout JOIN payouts_paymentbatch batch ON batch.id = payout.batch_id
        WHERE CASE batch.state WHEN 'prepared' THEN payout.state <> 'open'
                               WHEN 'withdrawn' THEN payout.state <> 'withdrawn'
                               WHEN 'released' THEN payout.state NOT IN ('open', 'returned')
                               ELSE payout.state NOT IN ('paid', 'returned') END
    """,
    "every payment file is the file that was hashed": """
        SELECT message_id FROM payouts_paymentbatch
        WHERE file IS NOT NULL AND encode(sha256(file), 'hex') <> file_sha256
    """,
    "every grant is booked, and no other": """
        SELECT coalesce('tranche:' || tranche.id, 'a booking without a grant')
               || ': granted ' || coalesce(tranche.granted::text, 'nothing')
               || ', the books ' || coalesce(booked.cents::text, 'nothing')
        FROM budgets_tranche tranche FULL JOIN (
            SELECT t.credit_account_id AS account, t.debit_account_id AS source,
                   t.amount AS cents
            FROM ledger_booking b JOIN ledger_transfer t ON t.xid = b.xid AND t.booking_id = b.id
            WHERE b.kind = 'top_up'
        ) booked ON booked.account = tranche.account_id
        WHERE (tranche.granted, tranche.source_id) IS DISTINCT FROM (booked.cents, booked.source)
    """,
    "every fund's sums are what its transfers come to": f"""
        SELECT scheme.code || ' (' || '{", ".join(NAMES)}' || '): the sums say '
               || ({", ".join(f"coalesce(known.{name}, 0)" for name in NAMES)})::text
               || ', the transfers ' || ({", ".join(f"due.{name}" for name in NAMES)})::text
        FROM ({SUMS % {"low": "0", "high": FARTHEST}}) due
        JOIN budgets_fund fund ON fund.id = due.fund_id
        JOIN eligibility_scheme scheme ON scheme.id = fund.scheme_id
        LEFT JOIN budgets_fundsum known ON known.fund_id = due.fund_id
        WHERE ({", ".join(f"coalesce(known.{name}, 0)" for name in NAMES)})
              <> ({", ".join(f"due.{name}" for name in NAMES)})
           OR known.up_to <> {FARTHEST}
    """,  # noqa: S608
}


def check_against_books() -> list[Finding]:
    """Run every check; an empty list means that claims, payments and grants say what the books say."""
    return findings_of(CHECKS)
