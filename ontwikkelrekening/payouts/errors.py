"""Why a payment batch cannot be prepared, released, settled or withdrawn, or a payment not come back."""

from __future__ import annotations

from datetime import date

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from ontwikkelrekening.payouts.models import REASON_MAX, BatchState, PaymentBatch, Payout
from providers.models import Claim


class UnableToPay(Exception):
    """The payment step is not possible; the message says why."""


class NothingToPay(UnableToPay):
    def __init__(self) -> None:
        super().__init__(
            _(
                "There is nothing to pay now. What is due to providers whose payments are suspended waits, and what is due "
                "to providers to whose first IBAN two people have not agreed yet."
            )
        )


class UnableToPayOn(UnableToPay):
    def __init__(self, day: date, *, first: date, last: date) -> None:
        super().__init__(
            _(
                "A payment cannot be made on %(day)s: choose a day from %(first)s up to and "
                "including %(last)s."
            )
            % {
                "day": f"{day:%d-%m-%Y}",
                "first": f"{first:%d-%m-%Y}",
                "last": f"{last:%d-%m-%Y}",
            }
        )


class SamePerson(UnableToPay):
    def __init__(self, by: str) -> None:
        super().__init__(
            _("%(person)s prepared this batch; someone else must release it.") % {"person": by}
        )


class WrongState(UnableToPay):
    def __init__(self, batch: PaymentBatch, *expected: BatchState) -> None:
        super().__init__(
            _("Batch %(batch)s is %(state)s, not %(expected)s.")
            % {
                "batch": batch,
                "state": batch.get_state_display(),
                "expected": get_text_list([state.label for state in expected]),
            }
        )


class IbanChanged(UnableToPay):
    def __init__(self, payout: Payout) -> None:
        super().__init__(
            _(
                "%(provider)s has another IBAN than when batch %(batch)s was prepared. "
                "Withdraw the batch and prepare it again."
            )
            % {"provider": payout.provider, "batch": payout.batch}
        )


class PaymentsSuspended(UnableToPay):
    def __init__(self, payout: Payout) -> None:
        super().__init__(
            _(
                "Payments to %(provider)s are suspended. "
                "Withdraw batch %(batch)s and prepare it again."
            )
            % {"provider": payout.provider, "batch": payout.batch}
        )


class ClaimReversed(UnableToPay):
    def __init__(self, batch: PaymentBatch, claim: Claim) -> None:
        super().__init__(
            _(
                "The booking of claim %(claim)s was reversed after batch %(batch)s was prepared. "
                "Withdraw the batch and prepare it again."
            )
            % {"claim": claim, "batch": batch}
        )


class NotOnThatDay(UnableToPay):
    def __init__(self, batch: PaymentBatch, day: date) -> None:
        super().__init__(
            _(
                "Batch %(batch)s was not paid on %(day)s: that is before its release, or still to come."
            )
            % {"batch": batch, "day": f"{day:%d-%m-%Y}"}
        )


class CameBackBefore(UnableToPay):
    def __init__(self, payout: Payout) -> None:
        super().__init__(_("Payment %(payout)s has come back already.") % {"payout": payout})


class PaidBackMeanwhile(UnableToPay):
    """What comes back is the provider's then: it would have paid for what it never got. Or it was written off."""

    def __init__(self, payout: Payout) -> None:
        super().__init__(
            _(
                "What was recovered of payment %(payout)s is not owed any more; nothing is booked. If it was written "
                "off, withdraw that first. If the provider paid it back itself, send it the money once more by hand."
            )
            % {"payout": payout}
        )


class NoReason(UnableToPay):
    def __init__(self) -> None:
        super().__init__(
            _("Write in at most %(letters)s letters why the payment came back.")
            % {"letters": REASON_MAX}
        )
