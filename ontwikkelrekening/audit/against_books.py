"""What the scheme's own rows say, compared with the books: each check is one query, as `check_ledger`'s are.

The seals guard the books, not these rows; but a booking vouches for the rows that it was made from
(`providers.vouching`). A claim that was reversed stays as it was approved: its page says so.
"""

from __future__ import annotations

from ledger.checking import Finding, findings_of
from ontwikkelrekening.budgets.fund_sums import NAMES, SUMS
from ontwikkelrekening.budgets.models.pauses import DAYS_MAX, WITHIN
from ontwikkelrekening.budgets.vouchers import ENROLMENTS, GRANTS, ROUNDS
from ontwikkelrekening.chart import CHART
from ontwikkelrekening.payouts.vouchers import PAYOUTS, REPAYMENTS
from providers.states import CLAIM, COURSE, ENROLMENT, ClaimState, CourseState, EnrolmentState
from providers.vouchers import CLAIMS, RECOVERIES
from providers.vouching import DIGEST, VOUCHED

FARTHEST = "(SELECT max(up_to) FROM budgets_fundsum)"
MOVES = ", ".join(
    f"('{subject}', '{event}', '{before}', '{after}')"
    for subject, transitions in (("course", COURSE), ("enrolment", ENROLMENT), ("claim", CLAIM))
    for event, moves in transitions.items()
    for before, after in moves.items()
)
CLASSES = ", ".join(
    f"('{code}', '{name}', '{side}', '{rgs_code}', {may_overdraw}, {hot})"
    for code, name, side, rgs_code, may_overdraw, hot in CHART
)
FIRST = f"""CASE subject WHEN 'course' THEN '{CourseState.DRAFT}'
    WHEN 'enrolment' THEN '{EnrolmentState.AGREED}' ELSE '{ClaimState.SUBMITTED}' END"""


def says_what_was_booked(name: str, kind: str, rows: str) -> str:
    """The query that names what has another digest than its booking of this kind, or none."""
    return f"""
        SELECT coalesce(said.cause, booked.cause) || CASE
            WHEN said.cause IS NULL THEN ' is booked, and not there'
            WHEN booked.cause IS NULL THEN ' is there, and not booked'
            ELSE ' is not as it was booked' END
        FROM (
            SELECT '{name}:' || id AS cause, {DIGEST} AS digest FROM ({rows}) voucher GROUP BY id
        ) said FULL JOIN (
            SELECT cause, {VOUCHED} AS digest FROM ledger_booking
            WHERE kind = '{kind}' AND starts_with(cause, '{name}:')
        ) booked USING (cause)
        WHERE said.digest IS DISTINCT FROM booked.digest
    """  # noqa: S608


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
            WHERE c.state IN ('approved', 'in_file', 'paid', 'recovered')
        ) claimed FULL JOIN (
            SELECT b.cause, t.amount AS cents, t.debit_account_id AS debit,
                   t.credit_account_id AS credit
            FROM ledger_booking b JOIN ledger_transfer t ON t.xid = b.xid AND t.booking_id = b.id
            WHERE b.kind = 'claim'
        ) booked USING (cause)
        WHERE (claimed.cents, claimed.debit, claimed.credit)
              IS DISTINCT FROM (booked.cents, booked.debit, booked.credit)
    """,
    "every recovered claim is booked back, and no other": """
        SELECT coalesce(cause, 'a booking without a claim') || ': the claim says '
               || coalesce(recovered.cents::text, 'nothing')
               || ' back, the books ' || coalesce(booked.cents::text, 'nothing')
        FROM (
            SELECT 'claim:' || c.id AS cause, (c.amount * 100)::bigint AS cents,
                   CASE WHEN c.paid_at IS NULL THEN p.payable_id ELSE owed.id END AS debit,
                   e.account_id AS credit
            FROM providers_claim c
            JOIN providers_enrolment e ON e.id = c.enrolment_id
            JOIN providers_provider p ON p.id = c.provider_id
            LEFT JOIN ledger_account owed ON owed.code = 'receivable:' || p.id
            WHERE c.state = 'recovered'
        ) recovered FULL JOIN (
            SELECT b.cause, t.amount AS cents, t.debit_account_id AS debit,
                   t.credit_account_id AS credit
            FROM ledger_booking b JOIN ledger_transfer t ON t.xid = b.xid AND t.booking_id = b.id
            WHERE b.kind = 'recover'
        ) booked USING (cause)
        WHERE (recovered.cents, recovered.debit, recovered.credit)
              IS DISTINCT FROM (booked.cents, booked.debit, booked.credit)
    """,
    "every recovered claim says why, as two people decided": """
        SELECT 'claim:' || c.id || ' is ' || c.state
        FROM providers_claim c
        LEFT JOIN providers_recovery decided ON decided.claim_id = c.id AND decided.agreed
        WHERE (c.state = 'recovered') <> (decided.id IS NOT NULL) OR c.reason <> decided.reason
    """,
    "every repayment is booked, and no other": """
        SELECT coalesce(cause, 'a booking without a repayment') || ': the repayment says '
               || coalesce(repaid.cents::text, 'nothing')
               || ', the books ' || coalesce(booked.cents::text, 'nothing')
        FROM (
            SELECT 'repayment:' || r.id AS cause, (r.amount * 100)::bigint AS cents,
                   'receivable:' || r.provider_id AS owed, r.received_on AS on_
            FROM payouts_repayment r
        ) repaid FULL JOIN (
            SELECT b.cause, t.amount AS cents, owed.code AS owed, b.effective_on AS on_
            FROM ledger_booking b JOIN ledger_transfer t ON t.xid = b.xid AND t.booking_id = b.id
            JOIN ledger_account owed ON owed.id = t.credit_account_id
            JOIN ledger_account bank ON bank.id = t.debit_account_id AND bank.code = 'bank'
            WHERE b.kind = 'repay'
        ) booked USING (cause)
        WHERE (repaid.cents, repaid.owed, repaid.on_)
              IS DISTINCT FROM (booked.cents, booked.owed, booked.on_)
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
              AND (payout.reference, batch.released_at, batch.settled_at)
                  = (c.payment_reference, c.taken_up_at, c.paid_at))
    """,
    "every provider has the IBAN that two people agreed to": """
        SELECT 'provider ' || p.id
        FROM providers_provider p JOIN LATERAL (
            SELECT after FROM providers_ibanchange
            WHERE provider_id = p.id AND agreed ORDER BY answered_at DESC LIMIT 1
        ) newest ON newest.after <> p.iban
    """,
    "every payout went to the IBAN that its provider had": """
        WITH had AS (
            SELECT provider_id, before AS iban, answered_at AS until,
                   lag(answered_at, 1, '-infinity') OVER (
                       PARTITION BY provider_id ORDER BY answered_at) AS since
            FROM providers_ibanchange WHERE agreed
            UNION ALL
            SELECT p.id, p.iban, 'infinity', coalesce(max(answered_at), '-infinity')
            FROM providers_provider p
            LEFT JOIN providers_ibanchange c ON c.provider_id = p.id AND agreed
            GROUP BY p.id
        )
        SELECT 'payout ' || payout.reference || ', provider ' || payout.provider_id
        FROM payouts_payout payout JOIN payouts_paymentbatch batch ON batch.id = payout.batch_id
        WHERE batch.released_by <> '' AND NOT EXISTS (
            SELECT FROM had
            WHERE (had.provider_id, had.iban) = (payout.provider_id, payout.iban)
              AND had.since <= batch.released_at AND had.until >= batch.prepared_at
        )
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
    "nothing that went to the bank was reversed": r"""
        SELECT b.cause || ', ' || b.kind
        FROM ledger_booking r
        CROSS JOIN regexp_match(r.cause, '^transfer:(\d{1,18})-(\d{1,18})$') AS place
        JOIN ledger_transfer t ON (t.xid, t.seq) = (place[1]::bigint, place[2]::bigint)
        JOIN ledger_booking b ON b.id = t.booking_id
        LEFT JOIN providers_claim c ON b.cause = 'claim:' || c.id AND b.kind = 'claim'
        WHERE r.kind = 'reverse'
          AND (b.kind IN ('payment', 'settle', 'return') AND starts_with(b.cause, 'batch:')
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
    "every grant says what was booked, and the decision and policy that it follows from": f"""
        SELECT cause || ', booking ' || id || ': not all of its grants are as they were booked'
        FROM (
            SELECT b.cause, b.id, {VOUCHED} AS booked, {DIGEST} AS digest
            FROM ledger_booking b
            -- By its xid as well it would be one, the planner thinks, and its grants be read for each again.
            JOIN ledger_transfer t ON t.booking_id = b.id
            LEFT JOIN ({GRANTS}) voucher ON voucher.id = t.credit_account_id
            WHERE b.kind = 'top_up' GROUP BY b.id
        ) grants
        WHERE digest IS DISTINCT FROM booked
    """,  # noqa: S608
    "every place in a round was granted what is booked, to whose it is": """
        WITH placed AS MATERIALIZED (
            SELECT round.account_id AS source, round.state, application.account_code,
                   place.application_id, place.granted
            FROM budgets_placing place
            LEFT JOIN budgets_round round ON round.id = place.round_id
            LEFT JOIN budgets_application application
                ON application.id = place.application_id AND application.round_id = place.round_id
        ), credited AS MATERIALIZED (
            SELECT source_id AS source, account_code, sum(granted) AS cents,
                   min(id::text) AS tranche
            FROM budgets_tranche
            WHERE source_id IN (SELECT account_id FROM budgets_round) GROUP BY 1, 2
        )
        SELECT coalesce('application:' || application_id, 'tranche:' || tranche)
               || ': its place says ' || coalesce(granted::text, 'nothing')
               || ', its grants ' || coalesce(cents::text, 'nothing')
        FROM placed FULL JOIN credited USING (source, account_code)
        WHERE coalesce(granted, 0) <> coalesce(cents, 0)
           OR application_id IS NOT NULL AND (account_code IS NULL OR state <> 'drawn')
    """,
    "every round keeps its money for its list until that ends": """
        SELECT 'round:' || round.id || ': ' || sum(t.amount) || ' went elsewhere'
        FROM budgets_round round
        JOIN ledger_transfer t
            ON t.debit_account_id = round.account_id AND t.effective_on <= round.waits_until
        LEFT JOIN budgets_tranche tranche ON tranche.account_id = t.credit_account_id
        WHERE tranche.id IS NULL GROUP BY round.id
    """,
    "every round says what was published": says_what_was_booked("round", "fund", ROUNDS),
    "every enrolment says what was agreed": says_what_was_booked(
        "enrolment", "reserve", ENROLMENTS
    ),
    "every claim says what was approved": says_what_was_booked("claim", "claim", CLAIMS),
    "every recovery says what was decided": says_what_was_booked("claim", "recover", RECOVERIES),
    "every repayment says what was booked": says_what_was_booked("repayment", "repay", REPAYMENTS),
    "every payment file says what was released": says_what_was_booked("batch", "payment", PAYOUTS),
    "every account is paused once at a time, and no longer than may be": f"""
        SELECT account_code || ' from ' || starts_on || CASE
            WHEN before > starts_on THEN ': an earlier pause lasts until ' || before
            ELSE ': ' || days || ' days in five years' END
        FROM (
            SELECT account_code, starts_on, max(ends_on) OVER (
                       PARTITION BY account_code ORDER BY starts_on, ends_on, id
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                   ) AS before,
                   sum(ends_on - starts_on) OVER (
                       PARTITION BY account_code ORDER BY starts_on
                       RANGE BETWEEN interval '{WITHIN.days - 1} days' PRECEDING AND CURRENT ROW
                   ) AS days
            FROM budgets_pause
        ) pause
        WHERE before > starts_on OR days > {DAYS_MAX}
    """,  # noqa: S608
    "every account of the class of funds is that of its fund or its round": """
        SELECT account.code || ' is the account of ' || CASE
            WHEN fund.id IS NULL AND round.id IS NULL THEN 'no fund and no round'
            ELSE 'another' END
        FROM ledger_total total
        JOIN ledger_account account ON account.id = total.account_id
        LEFT JOIN budgets_fund fund ON fund.account_id = account.id
        LEFT JOIN eligibility_scheme scheme ON scheme.id = fund.scheme_id
        LEFT JOIN budgets_round round ON round.account_id = account.id
        WHERE total.hot AND account.account_class_id = 'fund'
          AND account.code IS DISTINCT FROM 'fund:' || coalesce(scheme.code, round.id::text)
    """,
    "every class of accounts is as the chart of accounts says": f"""
        SELECT coalesce(class.code, chart.code) || CASE
            WHEN class.code IS NULL THEN ' is not there'
            WHEN chart.code IS NULL THEN ' is not in the chart'
            ELSE ' is not as in the chart' END
        FROM ledger_accountclass class
        FULL JOIN (VALUES {CLASSES})
            chart (code, name, normal_side, rgs_code, may_overdraw, hot) ON chart.code = class.code
        WHERE (class.name, class.normal_side, class.rgs_code, class.may_overdraw, class.hot)
              IS DISTINCT FROM
              (chart.name, chart.normal_side, chart.rgs_code, chart.may_overdraw, chart.hot)
    """,  # noqa: S608
    "every top-up adds up": """
        SELECT run || ': its parts say ' || coalesce(parts.cents, 0)
               || ', the books ' || coalesce(booked.cents, 0)
               || CASE WHEN gone THEN ', the top-up itself is gone' ELSE '' END
        FROM (
            SELECT 'run:' || coalesce(whole.id, chunk.run_id) AS run, sum(amount) AS cents,
                   bool_or(whole.id IS NULL) AS gone
            FROM budgets_topuprun whole
            FULL JOIN budgets_topupchunk chunk ON chunk.run_id = whole.id GROUP BY 1
        ) parts FULL JOIN (
            SELECT b.cause AS run, sum(t.amount) AS cents
            FROM ledger_booking b JOIN ledger_transfer t ON t.xid = b.xid AND t.booking_id = b.id
            WHERE b.kind = 'top_up' AND starts_with(b.cause, 'run:') GROUP BY 1
        ) booked USING (run)
        WHERE coalesce(parts.cents, 0) <> coalesce(booked.cents, 0) OR gone
    """,
    "every course, enrolment and claim is in the state that it was moved to": f"""
        WITH moves AS (
            SELECT subject, subject_id, event, from_state, to_state,
                   lag(to_state, 1, {FIRST}) OVER thing AS before,
                   lead(id) OVER thing IS NULL AS is_last
            FROM providers_statechange WINDOW thing AS (PARTITION BY subject, subject_id ORDER BY id)
        )
        SELECT subject || ':' || subject_id || ': ' || event || ' from ' || from_state || ' to '
               || to_state || ', it was ' || before
        FROM moves
        WHERE from_state <> before
           OR (subject, event, from_state, to_state) NOT IN (VALUES {MOVES})
        UNION ALL
        SELECT subject || ':' || subject_id || ' is ' || coalesce(state, 'gone') || ', moved to '
               || coalesce(to_state, 'nothing')
        FROM (
            SELECT 'course' AS subject, id AS subject_id, state FROM providers_course
            UNION ALL SELECT 'enrolment', id, state FROM providers_enrolment
            UNION ALL SELECT 'claim', id, state FROM providers_claim
        ) things FULL JOIN (
            SELECT subject, subject_id, to_state FROM moves WHERE is_last
        ) last USING (subject, subject_id)
        WHERE state IS DISTINCT FROM coalesce(to_state, {FIRST})
    """,  # noqa: S608
    "every course and enrolment says when it was moved": """
        WITH moved AS MATERIALIZED (
            SELECT subject, subject_id, max(at) AS at FROM providers_statechange
            WHERE (subject, event) IN (('course', 'publish'), ('enrolment', 'redeem'))
            GROUP BY 1, 2
        )
        SELECT subject || ':' || subject_id || ' says ' || coalesce(says::text, 'no moment')
               || ', its move ' || coalesce(at::text, 'is none')
        FROM (
            SELECT 'course' AS subject, id AS subject_id, published_at AS says FROM providers_course
            UNION ALL SELECT 'enrolment', id, redeemed_at FROM providers_enrolment
        ) things FULL JOIN moved USING (subject, subject_id)
        WHERE says IS DISTINCT FROM at
    """,
    "every claim that a person looks at has its review, and a refusal two people": """
        SELECT 'claim:' || coalesce(c.id, moves.subject_id, review.claim_id) || ' is '
               || coalesce(c.state, 'gone') || ', the verdict on it '
               || coalesce(nullif(review.verdict, ''), 'is none')
        FROM providers_claim c
        FULL JOIN (
            SELECT subject_id, max(actor) FILTER (WHERE event = 'refuse') AS refused_by
            FROM providers_statechange WHERE subject = 'claim' AND event IN ('pick', 'refuse')
            GROUP BY subject_id
        ) moves ON moves.subject_id = c.id
        FULL JOIN providers_review review ON review.claim_id = coalesce(c.id, moves.subject_id)
        WHERE c.id IS NULL AND review.id IS NOT NULL
           OR (moves.subject_id IS NULL) <> (review.id IS NULL)
           OR c.state = 'in_review' AND review.verdict = 'approve'
           OR c.state = 'refused' AND (
               review.judged_by = ''
               OR (review.verdict, review.confirmed_by, review.reason)
                  IS DISTINCT FROM ('refuse', moves.refused_by, c.reason))
    """,
    "every enrolment that has ended holds nothing any more": """
        SELECT 'enrolment:' || e.id || ' is ' || e.state || ' and holds '
               || total.credits - total.debits
        FROM providers_enrolment e JOIN ledger_total total ON total.account_id = e.account_id
        WHERE e.state IN ('cancelled', 'lapsed', 'finished') AND total.credits <> total.debits
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
