"""The ledger in Django's administration: to look at, never to change."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import ForeignKey, Model
from django.http import HttpRequest, HttpResponse

from ledger.models import Account, AccountClass, Booking, Transfer

SHOWN = 100  # transfers of one booking: a year's top-up has thousands

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
else:
    ModelAdmin, TabularInline = admin.ModelAdmin, admin.TabularInline


class _Unchangeable:
    """Nobody adds, changes or deletes here, not even a superuser."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


# What a filter beside a list asks of its field.
LOOKUPS = {"", "exact", "isempty", "isnull", "id__exact", "pk__exact", "gte", "lt"}


class ReadOnlyAdmin(_Unchangeable, ModelAdmin):
    """A list to look at; large tables are not counted twice for a page.

    An address can ask for what the filters beside the list ask for, and for nothing else.
    """

    show_full_result_count = False
    list_per_page = 50
    actions: list[str] | None = None

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return any(
            lookup.removeprefix(name).removeprefix("__") in LOOKUPS
            for name in map(_asks_for, self.list_filter)
            if lookup == name or lookup.startswith(f"{name}__")
        )

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """The fields; one that points at a page this person may not see is text and no link."""
        return [self._shown(name, request) for name in super().get_fields(request, obj)]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Who may not look hears no; Django would first say whether there is such a thing."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def _shown(self, name: Any, request: HttpRequest) -> Any:
        field = next((field for field in self.model._meta.fields if field.name == name), None)
        if not isinstance(field, ForeignKey):
            return name
        page = self.admin_site._registry.get(field.related_model)
        return name if page is None or page.has_view_permission(request) else _as_text(field)


def _asks_for(list_filter: Any) -> str:
    """The name by which an address asks for a filter: its field's, or one of its own."""
    if isinstance(list_filter, str):
        return list_filter
    return str(list_filter[0] if isinstance(list_filter, tuple) else list_filter.parameter_name)


def _as_text(field: ForeignKey[Any, Any]) -> Callable[[Model], str]:
    @admin.display(description=field.verbose_name)
    def text(row: Model) -> str:
        return str(getattr(row, field.name) or "-")

    return text


class ReadOnlyInline(_Unchangeable, TabularInline):
    """Rows beside their parent, to look at."""

    extra = 0
    can_delete = False
    show_change_link = False


@admin.register(AccountClass)
class AccountClassAdmin(ReadOnlyAdmin):
    list_display = ["code", "name", "normal_side", "rgs_code", "may_overdraw"]


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    list_display = ["code", "account_class", "opened_at"]
    list_filter = ["account_class"]
    list_select_related = ["account_class"]
    search_fields = ["code__startswith"]
    ordering = ["code"]


@admin.register(Booking)
class BookingAdmin(ReadOnlyAdmin):
    list_display = ["booked_at", "effective_on", "kind", "description", "cause"]
    search_fields = ["cause__exact"]
    ordering = ["-booked_at", "-id"]
    readonly_fields = ["transfers"]

    @admin.display(description="overboekingen, in centen")
    def transfers(self, booking: Booking) -> str:
        """The first of its transfers, a line each: a model whose key is a pair has no page here."""
        found = Transfer.objects.filter(xid=booking.xid, booking=booking).order_by("seq")
        shown = found.select_related("debit_account", "credit_account")[:SHOWN]
        return "\n".join(f"{x}: {x.debit_account} → {x.credit_account} {x.amount}" for x in shown)
