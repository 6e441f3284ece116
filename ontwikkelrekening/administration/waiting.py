"""What waits for a member of staff: the queues of every page, counted, of what that person may do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from django.contrib.admin import AdminSite
from django.urls import reverse
from django.utils.functional import Promise

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class Waiting(NamedTuple):
    label: str | Promise
    number: int
    address: str


def what_waits(site: AdminSite, user: User | AnonymousUser) -> Iterator[Waiting]:
    """One query for each queue that this person may work on; what is empty is left out."""
    for model, page in site._registry.items():
        shown_at = f"{site.name}:{model._meta.app_label}_{model._meta.model_name}_changelist"
        for queue in getattr(page, "queues", ()):
            if user.has_perm(queue.right) and (number := queue.waiting().count()):
                yield Waiting(queue.label, number, f"{reverse(shown_at)}?{queue.address}")
