"""Reports that pages, commands and APIs share: the trial balance and an account statement."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from ledger.models import AccountClass, Side

TRIAL_BALANCE_NOW = """
    SELECT c.code, c.name, c.rgs_code,
           coalesce(sum(t.debits), 0)::bigint, coalesce(sum(t.credits), 0)::bigint
    FROM ledger_accountclass c
    LEFT JOIN ledger_account a ON a.account_class_id = c.code
    LEFT JOIN ledger_now t ON t.account_id = a.id
    GROUP BY c.code ORDER BY c.code
"""
# Accounts by themselves first: joined one by one they take three times as long.
TRIAL_BALANCE_ON = """
    WITH account AS MATERIALIZED (
        SELECT id, account_class_id AS code FROM ledger_account
    ), moved AS (
        SELECT debit.code AS debited, credit.code AS credited, sum(t.amount) AS cents
        FROM ledger_transfer t
        JOIN account debit ON debit.id = t.debit_account_id
        JOIN account credit ON credit.id = t.credit_account_id
        WHERE t.effective_on <= %(on)s
          AND t.booked_at < (%(known_on)s::date + 1)::timestamp AT TIME ZONE 'UTC'
        GROUP BY 1, 2
    )
    SELECT c.code, c.name, c.rgs_code,
           coalesce(sum(cents) FILTER (WHERE debited = c.code), 0)::bigint,
           coalesce(sum(cents) FILTER (WHERE credited = c.code), 0)::bigint
    FROM ledger_accountclass c LEFT JOIN moved ON c.code IN (debited, credited)
    GROUP BY c.code ORDER BY c.code
"""
# Newest first. A line's balance is the balance now less everything newer, all in one snapshot. Of one
# transfer the account with the higher id comes first: `asked.seq` is the last number of the page's own.
STATEMENT = """
    WITH asked AS (
        SELECT a.id, a.code, CASE a.normal_side WHEN 'debit' THEN 1 ELSE -1 END AS sign,
               t.debits - t.credits AS net, %(seq)s - (a.id >= %(account)s)::int AS seq
        FROM ledger_account a JOIN ledger_totals(%(accounts)s::bigint[]) t ON t.account_id = a.id
    ), page AS (
        SELECT asked.id AS account_id, asked.sign, line.*
        FROM asked CROSS JOIN LATERAL (
            (SELECT t.*, t.amount AS net_change, t.credit_account_id AS counter_id
             FROM ledger_transfer t
             WHERE t.debit_account_id = asked.id AND (t.xid, t.seq) <= (%(xid)s, asked.seq)
             ORDER BY t.xid DESC, t.seq DESC LIMIT %(limit)s)
            UNION ALL
            (SELECT t.*, -t.amount, t.debit_account_id
             FROM ledger_transfer t
             WHERE t.credit_account_id = asked.id AND (t.xid, t.seq) <= (%(xid)s, asked.seq)
             ORDER BY t.xid DESC, t.seq DESC LIMIT %(limit)s)
        ) line
        ORDER BY line.xid DESC, line.seq DESC, asked.id DESC LIMIT %(limit)s
    ), newer AS MATERIALIZED (
        SELECT asked.id, coalesce((
            SELECT sum(t.amount) FROM ledger_transfer t
            WHERE t.debit_account_id = asked.id AND (t.xid, t.seq) > (%(xid)s, asked.seq)), 0)
          - coalesce((
            SELECT sum(t.amount) FROM ledger_transfer t
            WHERE t.credit_account_id = asked.id AND (t.xid, t.seq) > (%(xid)s, asked.seq)), 0) AS net
        FROM asked
    )
    SELECT page.xid, page.seq, page.booking_id, b.kind, b.cause, b.description, page.effective_on,
           page.booked_at, page.account_id, counter.code, (page.sign * page.net_change)::bigint,
           (page.sign * (asked.net - newer.net - coalesce(sum(page.net_change) OVER (
               PARTITION BY page.account_id ORDER BY page.xid DESC, page.seq DESC
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)))::bigint,
           page.xid || '-' || page.seq || '.' || page.account_id
    FROM page JOIN asked ON asked.id = page.account_id JOIN newer ON newer.id = page.account_id
    JOIN ledger_booking b ON b.id = page.booking_id
    JOIN ledger_account counter ON counter.id = page.counter_id
    ORDER BY page.xid DESC, page.seq DESC, page.account_id DESC
"""
FIRST_PAGE = f"{2**62}-0.0"


@dataclass(frozen=True, slots=True)
class TrialBalanceLine:
    """The totals in cents of all accounts of one class."""

    code: str
    name: str
    rgs_code: str
    debits: int
    credits: int


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One side of a transfer as its account sees it; cents in the account's normal direction."""

    xid: int
    seq: int
    booking_id: UUID
    kind: str
    cause: str
    description: str
    effective_on: date
    booked_at: datetime
    account_id: int
    counter_account_code: str
    cents: int
    balance_after: int
    cursor: str


def trial_balance(
    *, on: date | None = None, known_on: date | None = None
) -> list[TrialBalanceLine]:
    """Debits and credits of every account class, now or at the end of a day by effective date.

    With `known_on`: as the books stood at the end of that day (UTC), before later corrections.
    """
    with connection.cursor() as cursor:
        if on is None and known_on is None:
            cursor.execute(TRIAL_BALANCE_NOW)
        else:
            cursor.execute(
                TRIAL_BALANCE_ON, {"on": on or date.max, "known_on": known_on or date.max}
            )
        return [TrialBalanceLine(*row) for row in cursor.fetchall()]


def statement(
    account_ids: Sequence[int], *, limit: int, before: str | None = None
) -> list[StatementLine]:
    """Lines of these accounts, newest first; `before` is the `cursor` of the last line seen.

    In the order in which their transactions began. Of two that crossed, the later may have booked
    first: the balance between them can show below zero where the account never was.
    """
    xid, seq, account = map(int, re.split(r"[-.]", before or FIRST_PAGE))
    with connection.cursor() as cursor:
        cursor.execute(
            STATEMENT,
            {
                "accounts": list(account_ids),
                "limit": limit,
                "xid": xid,
                "seq": seq,
                "account": account,
            },
        )
        return [StatementLine(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class BalanceSheet:
    """What there is and to whom it belongs, per account class, in cents."""

    assets: list[tuple[str, int]]
    liabilities: list[tuple[str, int]]

    @property
    def assets_total(self) -> int:
        """All that there is."""
        return sum(cents for _, cents in self.assets)

    @property
    def liabilities_total(self) -> int:
        """All that it is meant for; always the same."""
        return sum(cents for _, cents in self.liabilities)


def balance_sheet(*, on: date | None = None, known_on: date | None = None) -> BalanceSheet:
    """The balance sheet of the scheme, on a day by either clock: see `trial_balance`."""
    sides = dict(AccountClass.objects.values_list("code", "normal_side"))
    lines = trial_balance(on=on, known_on=known_on)
    return BalanceSheet(
        assets=[(x.name, x.debits - x.credits) for x in lines if sides[x.code] == Side.DEBIT],
        liabilities=[(x.name, x.credits - x.debits) for x in lines if sides[x.code] == Side.CREDIT],
    )
