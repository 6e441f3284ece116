"""Words for casework's pages."""

from django import template
from django.utils.translation import gettext as _

from ontwikkelrekening.eligibility.simulating import EVERYONE, NO_GROUP
from ontwikkelrekening.eligibility.wording import GROUPS

register = template.Library()


@register.filter
def group_name(group: str) -> str:
    """The group in words."""
    if group == EVERYONE:
        return _("Everyone")
    if group == NO_GROUP:
        return _("In no group")
    return str(GROUPS[group]).capitalize()
