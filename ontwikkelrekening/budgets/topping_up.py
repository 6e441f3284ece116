"""The yearly top-up: a run decides for everybody whom the scheme has granted nothing that year.

The first run of a year so decides for everyone, a later one for who came since, or may get credit by
now: who was refused before hears of it only when it has become a grant. Who objected, or whose refusal
a person still looks at, is left to that person.

A run is cut into chunks that any number of workers share. A chunk is decided and booked in one
transaction, with a constant number of queries and ids that follow from the run. Killed in the middle
it has done nothing; done again it changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, F, Max, Q, Sum
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from ledger.posting import NewBooking
from ontwikkelrekening.budgets.funding import fund_of
from ontwikkelrekening.budgets.granting import NewTranche, grant
from ontwikkelrekening.budgets.ids import named, part
from ontwikkelrekening.budgets.models import TopUpChunk, TopUpRun, Tranche
from ontwikkelrekening.citizens.models import Citizen
from ontwikkelrekening.eligibility.deciding import Decided, decide_many
from ontwikkelrekening.eligibility.earlier import heard_before
from ontwikkelrekening.eligibility.models import Outcome, Scheme
from ontwikkelrekening.eligibility.policies import in_force
from ontwikkelrekening.eligibility.rules import last_day
from providers.models import OutboxMessage
from providers.outbox import enqueue_many

WORK = "topup.chunk"

CREATE_CHUNKS = f"""
    INSERT INTO budgets_topupchunk (run_id, number, first_code, last_code)
    SELECT %(run)s, number, min(account_code), max(account_code)
    FROM (
        SELECT account_code, (row_number() OVER (ORDER BY account_code) - 1) / %(size)s AS number
        FROM citizens_citizen citizen
        WHERE ended_at IS NULL AND NOT EXISTS (
            SELECT FROM eligibility_decision d JOIN eligibility_policy p ON p.id = d.policy_id
            WHERE d.account_code = citizen.account_code AND p.scheme_id = %(scheme)s
                AND d.outcome = '{Outcome.GRANTED}' AND extract(year FROM d.decided_on) = %(year)s
        )
    ) AS numbered
    GROUP BY number
"""  # noqa: S608


class UnableToTopUp(Exception):
    """The top-up cannot be started; the message says why."""


class StillToCome(UnableToTopUp):
    def __init__(self, on: date) -> None:
        super().__init__(_("%(on)s is still to come.") % {"on": on})


class TooEarly(UnableToTopUp):
    """The year is over, or a later day was decided on already."""

    def __init__(self, first: date) -> None:
        super().__init__(
            _("A top-up can be decided on %(first)s at the earliest.")
            % {"first": date_format(first, "j F Y")}
        )


class AnotherIsOpen(UnableToTopUp):
    def __init__(self, run: TopUpRun) -> None:
        super().__init__(
            _("The top-up of %(on)s is not done yet. Go on with that one first.")
            % {"on": date_format(run.decided_on, "j F Y")}
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is; amounts in cents."""

    chunks: int
    done: int
    granted: int
    refused: int
    cents: int
    problems: list[str]

    @property
    def is_done(self) -> bool:
        return self.done == self.chunks


@transaction.atomic
def start_run(
    scheme: Scheme, *, on: date | None = None, at: datetime, chunk_size: int = 1000
) -> TopUpRun:
    """Start a top-up on the facts of a day and queue its chunks; started again, what is open is queued again.

    Without a day: the run that is not done yet, or else today's. One at a time, so that no two decide
    for the same citizen. Raises UnableToTopUp, UnableToFund or NoPolicy.
    """
    Scheme.objects.select_for_update(no_key=True).get(pk=scheme.pk)
    to_do = (
        TopUpChunk.objects.filter(run__scheme=scheme, done_at=None).select_related("run").first()
    )
    if on is None:
        on = to_do.run.decided_on if to_do else localdate(at)
    if on > localdate(at):
        raise StillToCome(on)
    if to_do and to_do.run.decided_on != on:
        raise AnotherIsOpen(to_do.run)
    fund_of(scheme)
    run = TopUpRun.objects.filter(scheme=scheme, decided_on=on).first()
    run = run or _new_run(scheme, on=on, at=at, chunk_size=chunk_size)
    _queue(run, at=at)
    return run


def _new_run(scheme: Scheme, *, on: date, at: datetime, chunk_size: int) -> TopUpRun:
    """A run begins in the year of its day, after the last one, while the scheme grants credit."""
    today = localdate(at)
    last = TopUpRun.objects.filter(scheme=scheme).aggregate(last=Max("decided_on"))["last"]
    first = max(date(today.year, 1, 1), last + timedelta(days=1) if last else date.min)
    if on < first:
        raise TooEarly(first)
    for day in {on, today}:
        in_force(scheme, on=day)
    run = TopUpRun.objects.create(
        id=named("run", scheme.code, on), scheme=scheme, decided_on=on, started_at=at
    )
    asked: dict[str, Any] = {
        "run": run.pk,
        "size": chunk_size,
        "scheme": scheme.pk,
        "year": on.year,
    }
    with connection.cursor() as cursor:
        cursor.execute(CREATE_CHUNKS, asked)
    return run


def progress(run: TopUpRun) -> Progress:
    """How far a run is and what keeps it; two queries."""
    sums = run.chunks.aggregate(
        chunks=Count("pk"),
        done=Count("pk", filter=Q(done_at__isnull=False)),
        granted=Sum("granted", default=0),
        refused=Sum("refused", default=0),
        cents=Sum("amount", default=0),
    )
    waiting = OutboxMessage.objects.filter(
        work=WORK, subject__startswith=f"{run.pk}:", done_at=None
    ).exclude(error="")
    problems = list(waiting.order_by("error").values_list("error", flat=True).distinct())
    return Progress(**sums, problems=problems)


@transaction.atomic
def run_chunk(subject: str, *, at: datetime) -> None:
    """Decide and book one chunk (`<run>:<number>`); a chunk that is done stays as it is."""
    run_id, number = subject.split(":")
    chunk = (
        TopUpChunk.objects.select_for_update(of=("self",))
        .select_related("run__scheme")
        .get(run_id=UUID(run_id), number=int(number))
    )
    if chunk.done_at is None:
        _decide_and_book(chunk, at=at)


def _queue(run: TopUpRun, *, at: datetime) -> None:
    """Queue every open chunk; those that wait for another attempt come now."""
    open_chunks = run.chunks.filter(done_at=None).order_by("number")
    subjects = [f"{run.pk}:{number}" for number in open_chunks.values_list("number", flat=True)]
    OutboxMessage.objects.filter(work=WORK, subject__in=subjects, done_at=None).exclude(
        error=""
    ).update(due_at=at, error="")
    enqueue_many(WORK, subjects, at=at)


def _decide_and_book(chunk: TopUpChunk, *, at: datetime) -> None:
    run = chunk.run
    registered = list(
        Citizen.objects.filter(
            account_code__range=(chunk.first_code, chunk.last_code), ended_at=None
        )
        .order_by("account_code")
        .values_list("account_code", flat=True)
    )
    heard = heard_before(registered, scheme=run.scheme, year=run.decided_on.year)
    codes = [code for code in registered if code not in heard.left_out]
    policy, parameters = in_force(run.scheme, on=run.decided_on)
    decided = decide_many(
        codes,
        refused_before=heard.refused,
        policy=policy,
        parameters=parameters,
        on=run.decided_on,
        balances=general_credit(codes, scheme=run.scheme, on=run.decided_on),
        at=at,
        run=run.pk,
    )
    tranches = [tranche for each in decided for tranche in _tranches(each, on=localdate(at))]
    booking = NewBooking(
        id=part(run.pk, "chunk", chunk.number),
        kind="top_up",
        cause=f"run:{run.pk}",
        description=f"Jaarlijks tegoed {run.decided_on.year}",
        effective_on=localdate(at),  # the day of the facts may lie in a closed period
    )
    grant(
        tranches,
        scheme=run.scheme,
        source=fund_of(run.scheme).account_id,
        booking=booking,
        on=run.decided_on,
        at=at,
    )
    chunk.granted = sum(bool(each.result.grants) for each in decided)
    chunk.refused = len(decided) - chunk.granted
    chunk.amount = sum(tranche.cents for tranche in tranches)
    chunk.done_at = at
    chunk.save(update_fields=["granted", "refused", "amount", "done_at"])


def general_credit(codes: Sequence[str], *, scheme: Scheme, on: date) -> dict[str, int]:
    """The free credit without earmark of each citizen in this scheme, where there is any."""
    rows = (
        Tranche.objects.usable(on=on)
        .filter(account_code__any_of=frozenset(codes), scheme=scheme, earmarked=False)
        .values_list("account_code")
        .annotate(free=Sum(F("account__total__credits") - F("account__total__debits")))
    )
    return dict(rows)


def _tranches(decided: Decided, *, on: date) -> Iterator[NewTranche]:
    for grant_of in decided.result.grants:
        yield NewTranche(
            id=part(decided.id, grant_of.kind),
            account_code=decided.account_code,
            decision_id=decided.id,
            kind=grant_of.kind,
            categories=grant_of.categories,
            earmarked=grant_of.earmarked,
            cents=grant_of.cents,
            expires_on=last_day(grant_of.years_valid, on=on),
        )
