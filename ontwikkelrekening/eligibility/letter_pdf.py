"""The letter as an accessible PDF: PDF/UA-1, tagged, with its language and title."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path

import typst
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from ontwikkelrekening.eligibility.letters import letter
from ontwikkelrekening.eligibility.models import Decision
from ontwikkelrekening.eligibility.reading import announced_on
from ontwikkelrekening.eligibility.wording import long_date

TEMPLATE = Path(__file__).with_name("letter.typ")


def letter_pdf(
    decision: Decision,
    *,
    language: str,
    on: date,
    to: str,
    motive: str = "",
    objected_on: date | None = None,
    answered_on: date | None = None,
) -> bytes:
    """The same words as on screen, `to` somebody. Texts go in as data, so none can be markup."""
    written = asdict(
        letter(
            decision,
            language=language,
            on=on,
            motive=motive,
            objected_on=objected_on,
            answered_on=answered_on,
        )
    )
    with override(language):
        data = written | {
            "language": language,
            "sender": "Ontwikkelrekening",
            "to": to,
            "account": decision.account_code,
            "day": long_date(announced_on(decision)),
            "reference": str(decision.pk),
            "names": _names(),
        }
    return bytes(
        typst.compile(
            TEMPLATE, format="pdf", sys_inputs={"letter": json.dumps(data)}, pdf_standards="ua-1"
        )
    )


def _names() -> dict[str, str]:
    """The headings, as on screen."""
    return {
        "reasons": _("Why"),
        "facts": _("The facts we used"),
        "sum": _("How we calculated it"),
        "what_would_change": _("What would change this"),
        "what_you_can_do": pgettext("citizen", "What you can do"),
        "grounds": _("The law behind this"),
        "reference": _("Reference"),
        "account": _("Account number"),
    }
