"""What an act of casework may refuse, as one sentence on the page it was asked from."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from ontwikkelrekening.citizens.identity import NoIdentity
from ontwikkelrekening.citizens.writing import UnusableText
from ontwikkelrekening.eligibility.deciding import NotWaiting
from ontwikkelrekening.eligibility.deviating import UnableToDeviate
from ontwikkelrekening.eligibility.objecting import UnableToObject
from ontwikkelrekening.eligibility.parameters import UnusableParameter
from ontwikkelrekening.eligibility.policies import NoPolicy, UnableToSetPolicy
from ontwikkelrekening.eligibility.replacing import UnableToReplace
from ontwikkelrekening.eligibility.waiting import UnableToExtend
from providers.states import IllegalMove

REFUSALS = (
    IllegalMove, NoIdentity, NoPolicy, NotWaiting, UnableToDeviate, UnableToExtend, UnableToObject,
    UnableToReplace, UnableToSetPolicy, UnusableParameter, UnusableText,
)  # fmt: skip


def attempt(act: Callable[[], object]) -> str:
    """Do it; what was refused comes back as words, nothing when it was done."""
    try:
        act()
    except UnusableText as refusal:
        return _("Your text %(problem)s.") % {"problem": refusal}
    except REFUSALS as refusal:
        return str(refusal)
    return ""
