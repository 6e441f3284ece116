"""Refusals in the administration that hold only when a person has confirmed them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from ontwikkelrekening.citizens.looked_at import LookedAtAdmin
from ontwikkelrekening.citizens.models import Purpose
from ontwikkelrekening.eligibility.deciding import UnableToConfirm


class ConfirmingAdmin(LookedAtAdmin):
    """Refusals that wait for a person, who confirms one, or those selected in the list."""

    purpose = Purpose.CASEWORK
    actions = ["confirm_selected"]
    confirm: Callable[..., None]  # of one of them, by somebody; raises UnableToConfirm
    confirmers: str  # the right

    @admin.action(
        description=gettext_lazy("Confirm the selected refusals"), permissions=["confirm"]
    )
    def confirm_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        confirmed = sum(self._confirmed(request, refusal) for refusal in queryset)
        done = ngettext("%(n)s refusal is confirmed.", "%(n)s refusals are confirmed.", confirmed)
        self.message_user(request, done % {"n": confirmed}, messages.SUCCESS)

    def _confirmed(self, request: HttpRequest, refusal: Any) -> bool:
        try:
            self.confirm(refusal, by=request.user.get_username(), at=timezone.now())
        except UnableToConfirm as error:
            self.message_user(request, str(error), messages.WARNING)
            return False
        return True

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(self.confirmers)
