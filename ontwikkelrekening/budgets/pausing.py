"""Pausing: an account stands still for a while, and the last days of its credit move along.

The last day moves when the pause begins, and back when it is ended early; so whatever reads the last
day of a tranche (expiry, spending order, pages, letters) needs to know nothing of pauses.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from ontwikkelrekening.budgets.models import Pause, Tranche
from ontwikkelrekening.budgets.models.pauses import DAYS_MAX, WITHIN
from ontwikkelrekening.citizens.identity import check_not_erased
from ontwikkelrekening.citizens.models import Citizen


class UnableToPause(Exception):
    """The account cannot be paused, or not be taken up again; the message says why."""


class AlreadyPaused(UnableToPause):
    def __init__(self, pause: Pause) -> None:
        super().__init__(
            _("The account is paused already. It is active again on %(date)s.")
            % {"date": date_format(pause.ends_on, "j F Y")}
        )


class PausedTooLong(UnableToPause):
    def __init__(self, days: int) -> None:
        super().__init__(
            _(
                "A pause lasts a year at most, in five years together. There are %(days)s days left. Choose a day from tomorrow on."
            )
            % {"days": days}
        )


class AccountHasEnded(UnableToPause):
    def __init__(self) -> None:
        super().__init__(_("Your account has ended. You cannot pause it."))


class NotPaused(UnableToPause):
    def __init__(self) -> None:
        super().__init__(_("The account is not paused."))


@transaction.atomic
def pause(account_code: str, *, until: date, by: str, at: datetime) -> Pause:
    """Pause from today until the day before `until`; credit that ends, ends as many days later.

    Raises AccountHasEnded, AlreadyPaused or PausedTooLong, and NoIdentity for someone erased.
    """
    on = localdate(at)
    _one_at_a_time(account_code)
    check_not_erased(account_code)
    check(account_code, until=until, on=on)
    ending = Tranche.objects.of(account_code).filter(expires_on__gte=on)
    locked = ending.select_for_update(of=("self",), no_key=True).order_by("pk")
    ids = list(locked.values_list("pk", flat=True))
    _move(ids, days=(until - on).days)
    return Pause.objects.create(
        account_code=account_code, starts_on=on, ends_on=until, tranches=ids, paused_by=by
    )


def check(account_code: str, *, until: date, on: date) -> None:
    """Whether the account can be paused from `on` until `until`.

    Raises AccountHasEnded, AlreadyPaused or PausedTooLong.
    """
    if Citizen.ended_on(account_code):
        raise AccountHasEnded
    if running := Pause.running(account_code, on=on):
        raise AlreadyPaused(running)
    left = days_left(account_code, on=on)
    if not 1 <= (until - on).days <= left:
        raise PausedTooLong(left)


@transaction.atomic
def resume(account_code: str, *, by: str, at: datetime) -> Pause:
    """End the running pause today; the days that were not paused do not move the last day.

    Raises NotPaused.
    """
    on = localdate(at)
    _one_at_a_time(account_code)
    running = Pause.running(account_code, on=on)
    if running is None:
        raise NotPaused
    locked = Tranche.objects.filter(pk__in=running.tranches).select_for_update(
        of=("self",), no_key=True
    )
    ids = list(locked.order_by("pk").values_list("pk", flat=True))
    _move(ids, days=(on - running.ends_on).days)
    running.ends_on, running.ended_by = on, by
    running.save(update_fields=["ends_on", "ended_by"])
    return running


def days_left(account_code: str, *, on: date) -> int:
    """How many days this account may still be paused, counting the pauses of the last five years."""
    earlier = Pause.objects.filter(account_code=account_code, starts_on__gt=on - WITHIN)
    return max(DAYS_MAX - sum(each.days for each in earlier), 0)


def _move(tranches: list[UUID], *, days: int) -> None:
    Tranche.objects.filter(pk__in=tranches).update(expires_on=F("expires_on") + timedelta(days))


def _one_at_a_time(account_code: str) -> None:
    """Two requests for one account wait for each other."""
    Citizen.objects.select_for_update(no_key=True).get(account_code=account_code)
