"""What was agreed and claimed: enrolments, claims and recoveries, who judged them, and how they moved."""

from __future__ import annotations

from ontwikkelrekening.audit.against_books.vouched import says_what_was_booked
from ontwikkelrekening.budgets.vouchers import ENROLMENTS
from providers.states import CLAIM, COURSE, ENROLMENT, ClaimState, CourseState, EnrolmentState
from providers.vouchers import CLAIMS, RECOVERIES

MOVES = ", ".join(
    f"('{subject}', '{event}', '{before}', '{after}')"
    for subject, transitions in (("course", COURSE), ("enrolment", ENROLMENT), ("claim", CLAIM))
    for event, moves in transitions.items()
    for before, after in moves.items()
)
FIRST = f"""CASE subject WHEN 'course' THEN '{CourseState.DRAFT}'
    WHEN 'enrolment' THEN '{EnrolmentState.AGREED}' ELSE '{ClaimState.SUBMITTED}' END"""

CHECKS = {
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
    "every enrolment says what was agreed": says_what_was_booked(
        "enrolment", "reserve", ENROLMENTS
    ),
    "every enrolment that has ended holds nothing any more": """
        SELECT 'enrolment:' || e.id || ' is ' || e.state || ' and holds '
               || total.credits - total.debits
        FROM providers_enrolment e JOIN ledger_total total ON total.account_id = e.account_id
        WHERE e.state IN ('cancelled', 'lapsed', 'finished') AND total.credits <> total.debits
    """,
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
    "every claim says what was approved": says_what_was_booked("claim", "claim", CLAIMS),
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
    "every recovery says what was decided": says_what_was_booked("claim", "recover", RECOVERIES),
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
}
