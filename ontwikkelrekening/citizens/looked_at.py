"""Pages of staff about one citizen: each that is opened is written down, and shown to that citizen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from ontwikkelrekening.citizens.access import log_looks
from ontwikkelrekening.citizens.models import Purpose
from providers.administration import ActingAdmin


class LookedAtAdmin(ActingAdmin):
    """The thing itself, its history and its acts, and a list that tells more than account codes."""

    purpose: Purpose

    def tells(self, request: HttpRequest) -> bool:
        """Whether the list tells of people more than their account codes."""
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        page = super().changelist_view(request, extra_context)
        if self.tells(request) and isinstance(page, TemplateResponse) and page.context_data:
            self.note(request, map(self.account_of, page.context_data["cl"].result_list))
        return page

    def account_of(self, subject: Any) -> str:
        """The account code of the citizen whom it is about."""
        return str(subject.account_code)

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        self._note_one(request, object_id)
        return super().change_view(request, object_id, *args, **kwargs)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self._note_one(request, object_id)
        return super().history_view(request, object_id, extra_context)

    def act_on_subject(self, request: HttpRequest, object_id: str, act: str) -> HttpResponse:
        self._note_one(request, object_id)
        return super().act_on_subject(request, object_id, act)

    def _note_one(self, request: HttpRequest, object_id: str) -> None:
        found = self.get_object(request, object_id)
        if found is not None and self.has_view_permission(request):
            self.note(request, [self.account_of(found)])

    def note(self, request: HttpRequest, codes: Iterable[str]) -> None:
        """Write down that these citizens' data were looked at."""
        log_looks(codes, actor=request.user.get_username(), purpose=self.purpose, at=timezone.now())
