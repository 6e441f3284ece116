"""Preparing, publishing and closing rounds. Published by someone else than who prepared it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from ledger.accounts import open_account
from ledger.exports.movements import FIRST_YEAR, LAST_YEAR
from ledger.posting import NewBooking, NewTransfer, post
from ontwikkelrekening.budgets.applying import said
from ontwikkelrekening.budgets.checking import unusable
from ontwikkelrekening.budgets.funding import fund_of
from ontwikkelrekening.budgets.ids import part
from ontwikkelrekening.budgets.lots import hash_of, seed_of
from ontwikkelrekening.budgets.models import Division, LastGrant, Round, RoundState
from ontwikkelrekening.budgets.vouchers import ROUNDS
from ontwikkelrekening.eligibility.models import Policy, Scheme
from ontwikkelrekening.eligibility.policies import in_force
from providers.vouching import vouched


class UnableToPublish(Exception):
    """The round cannot be prepared, published, closed or drawn; the message says why."""


class SamePerson(UnableToPublish):
    def __init__(self, by: str) -> None:
        super().__init__(
            _("%(person)s prepared this round; someone else must publish it.") % {"person": by}
        )


class TooLateToPublish(UnableToPublish):
    def __init__(self) -> None:
        super().__init__(_("A round is published before it opens."))


class WrongState(UnableToPublish):
    def __init__(self, round_: Round) -> None:
        super().__init__(
            _("The round %(round)s is %(state)s.")
            % {"round": round_, "state": round_.get_state_display()}
        )


class UnusableDetails(UnableToPublish):
    """A value that a round cannot have; the message names the field."""


class CodeIsTaken(UnableToPublish):
    def __init__(self) -> None:
        super().__init__(_("There is a round with this code already."))


class OutsideTheYears(UnableToPublish):
    def __init__(self) -> None:
        super().__init__(
            _("A round lies in the years %(first)s to %(last)s.")
            % {"first": FIRST_YEAR, "last": LAST_YEAR}
        )


class ClosesBeforeItOpens(UnableToPublish):
    def __init__(self) -> None:
        super().__init__(_("A round closes after it opens."))


class NoRoomForAGrant(UnableToPublish):
    def __init__(self) -> None:
        super().__init__(_("The ceiling has no room for one grant."))


class ListEndsTooSoon(UnableToPublish):
    def __init__(self) -> None:
        super().__init__(_("The waiting list ends after the day of closing."))


class StillOpen(UnableToPublish):
    def __init__(self, round_: Round) -> None:
        super().__init__(
            _("The round takes applications until %(moment)s.") % {"moment": said(round_.closes_at)}
        )


class NoOutsideSource(UnableToPublish):
    def __init__(self) -> None:
        super().__init__(_("The round named no source of randomness from outside."))


class OutsideValueIsMissing(UnableToPublish):
    def __init__(self, round_: Round) -> None:
        super().__init__(
            _("First record the outcome of “%(source)s”.") % {"source": round_.outside_source}
        )


class OutsideValueIsSet(UnableToPublish):
    def __init__(self, round_: Round) -> None:
        super().__init__(
            _("Another outcome of “%(source)s” was recorded already. It stays.")
            % {"source": round_.outside_source}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundDetails:
    """What is published of a round; amounts in cents, `years_valid` in calendar years."""

    code: str
    name: str
    opens_at: datetime
    closes_at: datetime
    waits_until: date
    ceiling: int
    grant: int
    categories: Sequence[str]
    fallback: str
    years_valid: int | None = None
    division: str = Division.PRIORITY
    last_grant: str = LastGrant.PARTIAL
    outside_source: str = ""


def prepare(scheme: Scheme, details: RoundDetails, *, by: str) -> Round:
    """A draft, which may still change and which only staff see.

    Raises UnusableDetails, OutsideTheYears, ClosesBeforeItOpens, ListEndsTooSoon, NoRoomForAGrant or
    CodeIsTaken.
    """
    values = {**asdict(details), "categories": list(details.categories)}
    if problems := unusable(Round(**values), values):
        raise UnusableDetails(problems)
    _check_moments(details)
    if details.grant > details.ceiling:
        raise NoRoomForAGrant
    round_, is_new = Round.objects.get_or_create(
        code=values.pop("code"), defaults={"scheme": scheme, "prepared_by": by, **values}
    )
    if not is_new:
        raise CodeIsTaken
    return round_


def _check_moments(details: RoundDetails) -> None:
    if details.opens_at.year < FIRST_YEAR or details.waits_until.year > LAST_YEAR:
        raise OutsideTheYears
    if details.closes_at <= details.opens_at:
        raise ClosesBeforeItOpens
    if details.closes_at.year > LAST_YEAR or details.waits_until <= localdate(details.closes_at):
        raise ListEndsTooSoon


@transaction.atomic
def publish(round_: Round, *, by: str, at: datetime) -> Round:
    """Publish a draft for good: its rules, and the hash of its seed; its money is set apart.

    Raises a subclass of UnableToPublish, UnableToFund, UnableToPost or NoPolicy.
    """
    round_ = lock(round_, RoundState.DRAFT)
    if by == round_.prepared_by:
        raise SamePerson(by)
    if at > round_.opens_at:
        raise TooLateToPublish
    fund = fund_of(round_.scheme)
    account = open_account(f"fund:{round_.pk}", account_class="fund", at=at)
    round_.policy, _parameters = in_force(round_.scheme, on=localdate(round_.closes_at))
    round_.account = account
    round_.seed_hash = hash_of(seed_of(round_.pk))
    round_.state, round_.published_by, round_.published_at = RoundState.PUBLISHED, by, at
    round_.save()
    booking = NewBooking(
        id=part(round_.pk, "fund"),
        kind="fund",
        cause=f"round:{round_.pk}",
        description=vouched(f"Plafond van {round_.name}", ROUNDS, [round_.pk]),
        effective_on=localdate(at),
    )
    transfer = NewTransfer(
        debit=fund.account_id,
        credit=account.pk,
        cents=round_.ceiling,
    )
    post(booking, [transfer], at=at)
    return round_


@transaction.atomic
def close(round_: Round, *, at: datetime) -> Round:
    """Close a round whose time is over; waits for applications that are being written.

    Raises WrongState or StillOpen.
    """
    round_ = lock(round_, RoundState.PUBLISHED)
    if at < round_.closes_at:
        raise StillOpen(round_)
    round_.state, round_.closed_at = RoundState.CLOSED, at
    round_.save(update_fields=["state", "closed_at"])
    return round_


@transaction.atomic
def set_outside_value(round_: Round, value: str) -> Round:
    """Record what the source from outside said after closing, once; the same again changes nothing.

    Raises WrongState, NoOutsideSource, OutsideValueIsMissing when there is nothing in the value,
    OutsideValueIsSet when it was another one, or UnusableDetails.
    """
    round_ = lock(round_, RoundState.CLOSED)
    if not round_.outside_source:
        raise NoOutsideSource
    value = value.strip()
    if not value:
        raise OutsideValueIsMissing(round_)
    if round_.outside_value not in ("", value):
        raise OutsideValueIsSet(round_)
    round_.outside_value = value
    if problems := unusable(round_, ["outside_value"]):
        raise UnusableDetails(problems)
    round_.save(update_fields=["outside_value"])
    return round_


def published_policy(round_: Round) -> Policy:
    """The policy a published round goes by; the database sees to it that there is one."""
    if round_.policy is None:
        raise WrongState(round_)
    return round_.policy


def lock(round_: Round, state: RoundState) -> Round:
    """The round as it is now, held for this transaction; raises WrongState."""
    found = Round.objects.select_for_update(of=("self",)).select_related("scheme").get(pk=round_.pk)
    if found.state != state:
        raise WrongState(found)
    return found
