"""How states, kinds of bookings and events are said to auditors and providers, and with which tone.

And the languages of courses, by their codes (ISO 639-3), to everybody.
"""

import re
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.tables.table import Text
from providers.words import instalment

# code -> words, tone (ok, wait, stop or plain)
STATES: dict[str, tuple[Text, str]] = {
    # decisions
    "granted": (_("granted"), "ok"),
    # policies
    "proposed": (_("proposed"), "wait"),
    "superseded": (_("superseded"), "plain"),
    # courses
    "draft": (_("draft"), "plain"),
    "published": (_("published"), "ok"),
    # enrolments
    "agreed": (_("agreed"), "wait"),
    "redeemed": (_("enrolled"), "ok"),
    "cancelled": (_("cancelled"), "plain"),
    "lapsed": (_("lapsed"), "plain"),
    "finished": (_("finished"), "ok"),
    # claims
    "submitted": (_("submitted"), "wait"),
    "in_review": (_("in review"), "wait"),
    "approved": (_("approved"), "ok"),
    "refused": (_("refused"), "stop"),
    "withdrawn": (_("withdrawn"), "plain"),
    "in_file": (_("in a payment file"), "wait"),
    "paid": (_("paid"), "ok"),
    "recovered": (_("recovered"), "stop"),
    # deliveries of webhooks
    "waiting": (_("waiting"), "wait"),
    "delivered": (_("delivered"), "ok"),
    "given_up": (_("given up"), "stop"),
    # objections
    "filed": (_("filed"), "wait"),
    "acknowledged": (_("receipt confirmed"), "wait"),
    "upheld": (_("the decision stands"), "stop"),
    "replaced": (_("new decision"), "ok"),
    "inadmissible": (_("not taken up"), "stop"),
    # rounds
    "closed": (_("closed"), "wait"),
    "drawn": (_("drawn"), "ok"),
    # payment batches
    "prepared": (_("prepared"), "wait"),
    "released": (_("released"), "wait"),
    "settled": (_("settled"), "ok"),
    # payouts
    "returned": (_("returned by the bank"), "stop"),
    "sent_back": (_("returned by the bank after it was paid"), "stop"),
}

KINDS: dict[str, Text] = {
    "fund": _("Money made available"),
    "top_up": _("Top-up"),
    "reserve": _("Reserved for a course"),
    "claim": _("Claim approved"),
    "release": _("Rest released"),
    "payment": _("Payment sent"),
    "settle": _("Payment confirmed"),
    "return": _("Payment returned"),
    "expire": _("Credit expired"),
    "recover": _("Recovery"),
    "repay": _("Repaid by a provider"),
    "write_off": _("Written off"),
    "reverse": _("Reversal"),
}

# Classes of accounts by their codes; the books have the Dutch names.
CLASSES: dict[str, Text] = {
    "treasury": _("To be received from the state"),
    "bank": _("Bank"),
    "fund": _("Fund of a scheme"),
    "tranche": _("Credit of a citizen"),
    "reserved": _("Reserved for an enrolment"),
    "payable": _("To be paid to a provider"),
    "in_transit": _("Payments on their way"),
    "receivable": _("To be recovered from a provider"),
}


class Named(Protocol):
    """A class of accounts, or a line that stands for one."""

    code: str
    name: str


def class_name(account_class: Named) -> Text:
    """What a class of accounts is called in the reader's language; in the books it has one name."""
    return CLASSES.get(account_class.code, account_class.name)


# Who moved something, where it was nobody of staff.
ACTORS: dict[str, Text] = {
    "assessment": _("the computer"),
    "machine": _("the computer"),
    "import": _("a file"),
    "citizen": _("the citizen"),
}

EVENTS: dict[str, Text] = {
    "publish": _("published"),
    "withdraw": _("withdrawn"),
    "revise": _("changed"),
    "agree": _("agreed"),
    "redeem": _("code handed in"),
    "cancel": _("cancelled"),
    "lapse": _("lapsed"),
    "finish": _("finished"),
    "submit": _("submitted"),
    "approve": _("approved"),
    "pick": _("picked for review"),
    "file": _("filed"),
    "acknowledge": _("receipt confirmed"),
    "extend": _("more time taken"),
    "uphold": _("the decision stands"),
    "replace": _("new decision"),
    "dismiss": _("not taken up"),
    "refuse": _("refused"),
    "take_up": _("taken into a payment file"),
    "settle": _("paid"),
    "return": _("returned by the bank"),
    "recover": _("recovered"),
}

INSTALMENT = re.compile(r"(?<=: )(?:start|completion|whole|session(?:-\d+)?)(?= |$)")


def described(kind: str, description: str) -> str:
    """The description of a booking; a claim's names its instalment by a code, the reader by a word."""
    if kind not in ("claim", "recover"):
        return description
    return INSTALMENT.sub(lambda found: instalment(found[0]), description)


LANGUAGES: dict[str, Text] = {
    "nld": _("Dutch"),
    "eng": _("English"),
    "ara": _("Arabic"),
    "deu": _("German"),
    "fra": _("French"),
    "pol": _("Polish"),
    "tur": _("Turkish"),
    "ukr": _("Ukrainian"),
}
