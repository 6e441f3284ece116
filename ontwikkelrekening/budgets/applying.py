"""Applying to a round: one small write, the same at the first minute as at the last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import DatabaseError, connection
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from ledger.money import to_money
from ontwikkelrekening.budgets.lots import receipt_code
from ontwikkelrekening.budgets.models import Application, Round, RoundState
from ontwikkelrekening.citizens.identity import check_not_erased
from ontwikkelrekening.citizens.models import Citizen

APPLY = """
    INSERT INTO budgets_application
        (id, round_id, account_code, wanted, applied_at, changed_at, withdrawn)
    SELECT %(id)s, id, %(account)s, %(wanted)s, %(at)s, %(at)s, false FROM budgets_round
    WHERE code = %(round)s AND state = 'published' AND opens_at <= %(at)s AND closes_at > %(at)s
      AND "grant" >= %(wanted)s
      AND NOT EXISTS (
          SELECT FROM citizens_citizen
          WHERE account_code = %(account)s::varchar AND ended_at IS NOT NULL
      )
    ON CONFLICT (round_id, account_code) DO UPDATE
        SET wanted = excluded.wanted, changed_at = excluded.changed_at, withdrawn = false
    RETURNING id, applied_at
"""
WITHDRAW = """
    UPDATE budgets_application a SET withdrawn = true, changed_at = %(at)s
    FROM budgets_round r
    WHERE r.id = a.round_id AND r.id = %(round)s AND a.account_code = %(account)s
      AND r.state = 'published' AND r.opens_at <= %(at)s AND r.closes_at > %(at)s
"""
CLOSED_MEANWHILE = "BU006"


class UnableToApply(Exception):
    """The application is not taken; the message says why, in plain words."""


class NotOpenYet(UnableToApply):
    def __init__(self, round_: Round) -> None:
        super().__init__(_("You can apply from %(moment)s.") % {"moment": said(round_.opens_at)})


class RoundIsClosed(UnableToApply):
    def __init__(self, round_: Round) -> None:
        super().__init__(_("This round closed on %(moment)s.") % {"moment": said(round_.closes_at)})


class WantsTooMuch(UnableToApply):
    def __init__(self, round_: Round) -> None:
        super().__init__(
            _("You can apply for at most %(amount)s.") % {"amount": to_money(round_.grant)}
        )


class AccountHasEnded(UnableToApply):
    def __init__(self) -> None:
        super().__init__(_("Your account has ended. You cannot apply."))


class NoApplication(UnableToApply):
    def __init__(self) -> None:
        super().__init__(_("You did not apply in this round."))


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the citizen can keep: the application as it was received; `wanted` in cents."""

    application_id: UUID
    wanted: int
    applied_at: datetime
    changed_at: datetime
    code: str


def apply(round_code: str, account_code: str, *, wanted: int, at: datetime) -> Receipt:
    """Apply, or change what was applied for; once per person, no advantage in being early.

    `wanted` in cents. Raises UnableToApply, NoIdentity for someone erased, or Round.DoesNotExist when
    no such round was published.
    """
    arguments: dict[str, UUID | str | int | datetime] = {
        "id": uuid4(),
        "account": account_code,
        "wanted": wanted,
        "at": at,
        "round": round_code,
    }
    try:
        with connection.cursor() as cursor:
            cursor.execute(APPLY, arguments)
            row = cursor.fetchone()
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") != CLOSED_MEANWHILE:
            raise
        row = None
    if row is None:
        check_not_erased(account_code)
        round_ = Round.objects.public().get(code=round_code)
        if Citizen.ended_on(account_code):
            raise AccountHasEnded
        raise _refusal(round_, at=at)
    id_, applied_at = row
    return _receipt(id_, wanted, applied_at, at)


def check(round_: Round, *, at: datetime) -> None:
    """Whether the round takes applications now: raises UnableToApply."""
    if not round_.is_open(at=at):
        raise _refusal(round_, at=at)


def withdraw(round_: Round, account_code: str, *, at: datetime) -> None:
    """Take an application back while the round is open; applying again brings it back.

    Raises UnableToApply.
    """
    with connection.cursor() as cursor:
        cursor.execute(WITHDRAW, {"account": account_code, "at": at, "round": round_.pk})
        if cursor.rowcount:
            return
    if not Application.objects.filter(round=round_, account_code=account_code).exists():
        raise NoApplication
    round_.refresh_from_db()
    raise _refusal(round_, at=at)


def receipt_of(application: Application) -> Receipt:
    """The receipt again, as the application is now."""
    return _receipt(
        application.pk, application.wanted, application.applied_at, application.changed_at
    )


def _receipt(id_: UUID, wanted: int, applied_at: datetime, changed_at: datetime) -> Receipt:
    moment = localtime(changed_at).isoformat(timespec="seconds")
    code = receipt_code(id_, wanted=wanted, changed_at=moment)
    return Receipt(id_, wanted, applied_at, changed_at, code)


def _refusal(round_: Round, *, at: datetime) -> UnableToApply:
    """Which rule it was; looked up only when an application was refused."""
    if at < round_.opens_at:
        return NotOpenYet(round_)
    if round_.state != RoundState.PUBLISHED or at >= round_.closes_at:
        return RoundIsClosed(round_)
    return WantsTooMuch(round_)


def said(moment: datetime) -> str:
    """A moment as people read it, by the clock here."""
    return date_format(localtime(moment), "j F Y H:i")
