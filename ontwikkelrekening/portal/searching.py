"""Finding a course by what people ask for: short, online, without an exam, with a certificate."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from providers.models import Course, Mode

SHORT_HOURS_MAX = 24
ONLINE = [Mode.ONLINE, Mode.BLENDED, Mode.HYBRID]


@dataclass(frozen=True, slots=True)
class Wish:
    """What someone is looking for; nothing filled in means everything."""

    text: str = ""
    category: str = ""
    short: bool = False
    online: bool = False
    no_exam: bool = False
    certificate: bool = False


def find(wish: Wish) -> QuerySet[Course]:
    """Published courses that meet every wish, by name."""
    found = Course.objects.published().saying(wish.text).select_related("provider")
    if wish.category:
        found = found.filter(category=wish.category)
    if wish.short:
        found = found.filter(hours__lte=SHORT_HOURS_MAX)
    if wish.online:
        found = found.filter(mode__in=ONLINE)
    if wish.no_exam:
        found = found.filter(has_exam=False)
    if wish.certificate:
        found = found.filter(has_certificate=True)
    return found.order_by("name", "pk")
