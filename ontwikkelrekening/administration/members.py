"""Members of staff: what they did names them, so they are made inactive and never removed."""

from typing import Any

from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest


class MemberAdmin(UserAdmin):  # type: ignore[type-arg]
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
