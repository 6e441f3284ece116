"""Who may prepare, release and settle payments, and download the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from ontwikkelrekening.payouts.errors import UnableToPay
from ontwikkelrekening.staff import PAYMENT_OFFICERS

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class NotAPaymentOfficer(UnableToPay):
    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s is no payment officer.") % {"name": name})


def payment_officer(name: str) -> User:
    """The member of staff with this name; raises NotAPaymentOfficer."""
    user = get_user_model().objects.filter(username=name).first()
    if user is None or not is_payment_officer(user):
        raise NotAPaymentOfficer(name)
    return user


def is_payment_officer(user: User | AnonymousUser) -> bool:
    """Active staff in the group of payment officers."""
    return bool(
        user.is_active and user.is_staff and user.groups.filter(name=PAYMENT_OFFICERS).exists()
    )
