"""What happened on a citizen's account, newest first, in terms a page can put into plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

EVENTS = """
    WITH tranche AS (
        SELECT tranche.account_id, tranche.kind AS credit, scheme.name AS scheme, decision_id, expires_on
        FROM budgets_tranche tranche JOIN eligibility_scheme scheme ON scheme.id = scheme_id
        WHERE account_code = %(account)s
    ), agreed AS (
        SELECT enrolment.account_id, enrolment_id, course.name AS course, provider.name AS provider
        FROM budgets_agreement
        JOIN providers_enrolment enrolment ON enrolment.id = enrolment_id
        JOIN providers_course course ON course.id = course_id
        JOIN providers_provider provider ON provider.id = course.provider_id
        WHERE account_code = %(account)s
    ), moved AS (
        SELECT transfer.*, amount AS change, 0 AS paid
        FROM ledger_transfer transfer JOIN tranche ON account_id = credit_account_id
        UNION ALL
        SELECT transfer.*, -amount, 0
        FROM ledger_transfer transfer JOIN tranche ON account_id = debit_account_id
        UNION ALL
        SELECT transfer.*, 0, amount
        FROM ledger_transfer transfer JOIN agreed ON account_id = debit_account_id
        JOIN ledger_booking booking ON booking.id = booking_id AND kind = 'claim'
        UNION ALL
        SELECT transfer.*, 0, -amount
        FROM ledger_transfer transfer JOIN agreed ON account_id = credit_account_id
        JOIN ledger_booking booking ON booking.id = booking_id AND kind = 'recover'
    ), event AS (
        SELECT kind, max(moved.effective_on) AS "on", sum(change) AS cents, sum(paid) AS paid_cents,
            max(seq) AS position,
            CASE WHEN kind = 'top_up' THEN credit_account_id
                 WHEN kind = 'expire' THEN debit_account_id END AS of_tranche,
            CASE WHEN kind IN ('reserve', 'recover') THEN credit_account_id
                 WHEN kind IN ('claim', 'release') THEN debit_account_id END AS of_enrolment
        FROM moved JOIN ledger_booking booking ON booking.id = booking_id
        GROUP BY booking_id, kind, of_tranche, of_enrolment
    )
    SELECT CASE WHEN kind = 'expire' AND (expires_on < "on") IS NOT TRUE THEN 'account_ended'
                ELSE kind END, "on", cents::bigint, paid_cents::bigint, position,
        coalesce(credit, ''), coalesce(scheme, ''), decision_id,
        coalesce(course, ''), coalesce(provider, ''), enrolment_id
    FROM event
    LEFT JOIN tranche ON tranche.account_id = of_tranche
    LEFT JOIN agreed ON agreed.account_id = of_enrolment
    WHERE position < %(before)s
    ORDER BY position DESC LIMIT %(limit)s
"""
FREE_AT = """
    SELECT coalesce(sum(CASE WHEN account_id = credit_account_id THEN amount ELSE -amount END), 0)
    FROM budgets_tranche JOIN ledger_transfer
        ON account_id = credit_account_id OR account_id = debit_account_id
    WHERE account_code = %s AND seq <= %s
"""
NEWEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One event in cents: of one tranche, or of one enrolment and all tranches that paid for it.

    `cents` is the change of what is free to use. A payment to a provider changes nothing there, for
    it was reserved before: `paid_cents` says what was paid, less than nothing for what was recovered. A next page begins before `position`, the
    number of the event's last transfer in the order of writing. `kind` is the booking's; of credit that
    went back before its last day had passed it is `account_ended`.
    """

    kind: str
    on: date
    cents: int
    paid_cents: int
    position: int
    credit: str  # the tranche's kind, when it is of one
    scheme: str
    decision_id: UUID | None
    course: str  # when it is of an enrolment
    provider: str
    enrolment_id: UUID | None


def history(account_code: str, *, limit: int = 50, before: int = NEWEST) -> list[HistoryLine]:
    """The newest events before a position; one query, however long the history."""
    with connection.cursor() as cursor:
        cursor.execute(EVENTS, {"account": account_code, "before": before, "limit": limit})
        return [HistoryLine(*row) for row in cursor.fetchall()]


def free_at(account_code: str, position: int) -> int:
    """What was free to use just after the event at this position."""
    with connection.cursor() as cursor:
        cursor.execute(FREE_AT, [account_code, position])
        (free,) = cursor.fetchone()
    return int(free)
