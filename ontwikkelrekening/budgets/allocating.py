"""Allocating: money goes down the list of a drawn round, to the cent, until it is gone.

What is on the round's own ledger account is what may be granted; the ledger refuses a cent more.
Money that comes back lands on that account and goes further down the same list. Each slice commits
by itself and begins where the list stands, so a run that was killed is simply run again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.utils.timezone import localdate

from ledger.balances import balance
from ledger.posting import NewBooking, NewTransfer, post
from ontwikkelrekening.budgets.ids import part
from ontwikkelrekening.budgets.models import LastGrant, Round, RoundState
from ontwikkelrekening.budgets.rounds import lock
from ontwikkelrekening.budgets.vouchers import GRANTS
from ontwikkelrekening.eligibility.rules import last_day
from providers.outbox import enqueue
from providers.vouching import vouched

WORK = "round.allocate"
SLICE = 5000

# The next on the list, with what is left of the pot when their turn comes; the first that gets less
# than asked for is the last. Who has left the list is passed over for good: whose account has ended,
# and who had money of this round that came back. Accounts and tranches are written as they are found.
GRANT = """
    WITH waiting AS (
        SELECT p.application_id, p.rank, application.account_code,
               CASE WHEN citizen.ended_at IS NOT NULL OR p.granted > 0 AND (
                   SELECT count(*) FROM budgets_tranche tranche
                   JOIN ledger_transfer transfer ON transfer.debit_account_id = tranche.account_id
                       AND transfer.credit_account_id = tranche.source_id
                   WHERE tranche.account_code = application.account_code
                     AND tranche.source_id = %(source)s
               ) > 0 THEN 0 ELSE p.wanted - p.granted END AS asked
        FROM budgets_placing p
        JOIN budgets_application application ON application.id = p.application_id
        LEFT JOIN citizens_citizen citizen ON citizen.account_code = application.account_code
        WHERE p.round_id = %(round)s AND rank > %(after)s
          AND p.granted < p.wanted AND NOT left_list
        ORDER BY rank LIMIT %(limit)s
    ), turns AS (
        SELECT *, %(pot)s - (sum(asked) OVER (ORDER BY rank) - asked) AS pot FROM waiting
    ), given AS MATERIALIZED (
        SELECT application_id, rank, account_code, least(asked, pot)::bigint AS cents, tranche,
               'tranche:' || tranche AS code
        FROM (SELECT *, gen_random_uuid() AS tranche FROM turns) AS turns
        WHERE asked > 0 AND (asked <= pot OR (%(partial)s AND pot > 0))
    ), opened AS MATERIALIZED (
        SELECT * FROM ledger_open_accounts(
            (SELECT coalesce(array_agg(code), '{}') FROM given), 'tranche', %(at)s)
    ), written AS (
        INSERT INTO budgets_tranche
            (id, account_code, scheme_id, kind, categories, earmarked, granted, granted_on,
             expires_on, account_id, source_id)
        SELECT given.tranche, given.account_code, %(scheme)s, %(kind)s,
               %(categories)s::varchar[], true, given.cents, %(on)s, %(expires_on)s,
               opened.account_id, %(source)s
        FROM given JOIN opened ON opened.account_code = given.code
        RETURNING id, account_id
    ), placed AS (
        UPDATE budgets_placing p SET granted = p.granted + given.cents
        FROM given WHERE p.application_id = given.application_id
    ), passed AS (
        UPDATE budgets_placing p SET left_list = true
        FROM turns WHERE p.application_id = turns.application_id AND asked = 0 AND pot > 0
        RETURNING p.rank
    )
    SELECT given.rank, written.account_id, given.cents
    FROM given JOIN written ON written.id = given.tranche
    UNION ALL SELECT rank, 0, 0 FROM passed
    ORDER BY rank
"""


@dataclass(frozen=True, slots=True)
class Slice:
    """How many places one slice dealt with, how many grants it made, and the rank it came to."""

    places: int
    grants: int
    rank: int


def start_allocating(round_: Round, *, at: datetime) -> None:
    """Queue the first slice; each slice queues the next."""
    enqueue(WORK, f"{round_.pk}:0", at=at)


def allocate_slice(subject: str, *, at: datetime) -> None:
    """One slice of the work queue (`<round>:<rank to go on after>`)."""
    round_id, after = subject.split(":")
    made = allocate(Round.objects.get(pk=UUID(round_id)), at=at, after=int(after))
    if made.places == SLICE:
        enqueue(WORK, f"{round_id}:{made.rank}", at=at)


def in_slices(round_: Round, *, at: datetime) -> Iterator[int]:
    """Grant until the money or the list is at its end; how many grants each slice made."""
    places, rank = SLICE, 0
    while places == SLICE:
        made = allocate(round_, at=at, after=rank)
        places, rank = made.places, made.rank
        yield made.grants


@transaction.atomic
def allocate(round_: Round, *, at: datetime, limit: int = SLICE, after: int = 0) -> Slice:
    """Grant to the next on the list, `limit` at most; all ranks up to `after` have had their turn."""
    round_ = lock(round_, RoundState.DRAWN)
    on = localdate(at)
    pot = balance(round_.account_id) if round_.account_id else 0
    if not pot or on > round_.waits_until:
        return Slice(0, 0, after)
    turns = _turns(round_, pot=pot, after=after, limit=limit, on=on, at=at)
    granted = [turn for turn in turns if turn.cents]
    rank = turns[-1].rank if turns else after
    if not granted:
        return Slice(len(turns), 0, rank)
    booking = NewBooking(
        id=part(round_.pk, "grant", granted[0].account),
        kind="top_up",
        cause=f"round:{round_.pk}",
        description=vouched(
            f"Toegekend in {round_.name}", GRANTS, [turn.account for turn in granted]
        ),
        effective_on=on,
    )
    transfers = [
        NewTransfer(debit=round_.account_id or 0, credit=turn.account, cents=turn.cents)
        for turn in granted
    ]
    post(booking, transfers, at=at)
    return Slice(len(turns), len(granted), rank)


class _Turn(NamedTuple):
    """A place whose turn it was: it got a grant, or nothing when it has left the list."""

    rank: int
    account: int
    cents: int


def _turns(
    round_: Round, *, pot: int, after: int, limit: int, on: date, at: datetime
) -> list[_Turn]:
    """Write the next grants as tranches, by rank."""
    with connection.cursor() as cursor:
        cursor.execute(
            GRANT,
            {
                "round": round_.pk,
                "after": after,
                "limit": limit,
                "pot": pot,
                "partial": round_.last_grant == LastGrant.PARTIAL,
                "scheme": round_.scheme_id,
                "kind": round_.kind,
                "categories": list(round_.categories),
                "on": on,
                "expires_on": last_day(round_.years_valid, on=on),
                "source": round_.account_id,
                "at": at,
            },
        )
        return list(map(_Turn._make, cursor.fetchall()))
