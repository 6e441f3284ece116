"""How amounts, dates and icons are written on every page, for citizens and staff."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.dates import MONTHS_3
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from djmoney.money import Money

from ontwikkelrekening.portal import words
from ontwikkelrekening.portal.icons import ICONS
from ontwikkelrekening.portal.words import Words
from providers.models import Course

register = template.Library()

NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


@register.filter
def euro(amount: int | Money | None) -> str:
    """Cents or Money as people write it: € 1.240,00 (in English € 1,240.00)."""
    if amount is None:
        return ""
    euros = _euros(amount)
    sign = f"{MINUS}{NBSP}" if euros < 0 else ""
    return f"{sign}€{NBSP}{number_format(abs(euros), 2, use_l10n=True, force_grouping=True)}"


@register.filter
def signed_euro(amount: int | Money) -> SafeString:
    """An amount that comes in or goes out; a screen reader hears the word plus or minus."""
    euros = _euros(amount)
    if euros < 0:
        return format_html(
            '<span class="num amount--out"><span class="visually-hidden">{} </span>'
            '<span aria-hidden="true">{}{}</span>{}</span>',
            _("minus"),
            MINUS,
            NBSP,
            euro(_cents(-euros)),
        )
    return format_html(
        '<span class="num amount--in"><span class="visually-hidden">{} </span>'
        '<span aria-hidden="true">+{}</span>{}</span>',
        _("plus"),
        NBSP,
        euro(_cents(euros)),
    )


@register.filter
def long_date(on: date | datetime | None) -> str:
    """12 maart 2026."""
    return format_date(_local(on), "j F Y") if on else ""


@register.filter
def short_date(on: date | datetime | None) -> str:
    """12 mrt; with the year when that is not this year."""
    if not on:
        return ""
    local = _local(on)
    this_year = local.year == timezone.localdate().year
    day, name = str(local.day), str(MONTHS_3[local.month]).rstrip(".").lower()
    if get_language() == "en":
        name = name.title()
    return f"{day} {name}" if this_year else f"{day} {name} {local.year}"


@register.filter
def month(on: date | datetime | None) -> str:
    """maart 2026."""
    return format_date(_local(on), "F Y") if on else ""


@register.filter
def long_moment(at: datetime | None) -> str:
    """12 maart 2026 om 14.02 uur."""
    if at is None:
        return ""
    return _("%(date)s at %(time)s") % {
        "date": long_date(at),
        "time": format_date(_local(at), _("H:i")),
    }


@register.filter
def credit_name(kind: str) -> Words:
    """What a kind of credit is called."""
    return words.credit_name(kind)


@register.filter
def where(course: Course) -> str:
    """Where a course is given: the place, and how."""
    mode = str(words.MODES[course.mode])
    mode = mode[:1].upper() + mode[1:]
    return f"{course.place}, {words.MODES[course.mode]}" if course.place else mode


@register.filter
def taught_in(course: Course) -> Words:
    """The language a course is taught in."""
    return words.language_name(course.language)


@register.filter
def at_level(course: Course) -> Words:
    """How hard a course is."""
    return words.level_name(course.level)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A small drawing beside words; never the only carrier of meaning."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>',
        ICONS[name],
    )


@register.inclusion_tag("portal/bar.html")
def bar(*, used: int, reserved: int, free: int) -> dict[str, object]:
    """A bar of three parts, in thousandths of its width, with the words beside it."""
    total = max(used + reserved + free, 1)
    used_width = used * 1000 // total
    reserved_width = reserved * 1000 // total
    return {
        "used": used,
        "reserved": reserved,
        "free": free,
        "used_width": used_width,
        "reserved_width": reserved_width,
        "reserved_from": used_width,
    }


def _euros(amount: int | Money) -> Decimal:
    euros: Decimal = amount.amount if isinstance(amount, Money) else Decimal(amount) / 100
    return euros


def _cents(euros: Decimal) -> int:
    return int(euros * 100)


def _local(on: date | datetime) -> date | datetime:
    return timezone.localtime(on) if isinstance(on, datetime) and timezone.is_aware(on) else on
