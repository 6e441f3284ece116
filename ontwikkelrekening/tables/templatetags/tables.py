"""How pages with tables write moments, states and values of any kind."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from ledger.models import AccountClass, Booking
from ontwikkelrekening.tables import words as ours
from ontwikkelrekening.tables.words import EVENTS, KINDS, STATES, described
from providers import words

register = template.Library()

ICONS = {"ok": "✓", "wait": "…", "stop": "✕", "plain": "–"}


@register.filter
def moment(at: datetime | None) -> str:
    """23-11-2026 14:02, in the Netherlands."""
    return format_date(timezone.localtime(at), "d-m-Y H:i") if at else ""


@register.filter
def state(code: str) -> SafeString:
    """A state as a word with a mark: never colour alone."""
    words, tone = STATES.get(code, (code, "plain"))
    return format_html(
        '<span class="state state--{}"><span aria-hidden="true">{}</span> {}</span>',
        tone,
        ICONS[tone],
        words,
    )


@register.filter
def kind(code: str) -> str:
    return str(KINDS.get(code, code))


@register.filter
def event(code: str) -> str:
    return str(EVENTS.get(code, code))


@register.filter
def class_name(account_class: AccountClass) -> str:
    return str(ours.class_name(account_class))


@register.filter
def description(booking: Booking) -> str:
    return described(booking.kind, booking.description)


@register.filter
def instalment(name: str) -> str:
    return words.instalment(name)


@register.filter
def value(found: object) -> SafeString | str:
    """A fact or a parameter of a rule: yes or no, a list on one line, a mapping a line each."""
    if found is None or found == "":
        return _("not set")
    if isinstance(found, bool):
        return _("yes") if found else _("no")
    if isinstance(found, list | tuple):
        return ", ".join(str(value(x)) for x in found) or _("none")
    if isinstance(found, dict):
        return format_html_join(
            mark_safe("<br>"), "<code>{}</code>: {}", ((k, value(v)) for k, v in found.items())
        )
    return str(found)
