"""Payment batches, what becomes of debts, and bank statements."""

from ontwikkelrekening.payouts.models.bank import EXPLANATION_MAX, BankEntry, BankStatement, Became
from ontwikkelrekening.payouts.models.batches import (
    CAME_BACK,
    PAID_WITHIN,
    REASON_MAX,
    BatchState,
    PaymentBatch,
    Payout,
    PayoutLine,
    PayoutState,
    VouchedRecord,
)
from ontwikkelrekening.payouts.models.debts import (
    REFERENCE_MAX,
    Debtor,
    Repayment,
    Withdrawable,
    WriteOff,
)

__all__ = [
    "CAME_BACK",
    "EXPLANATION_MAX",
    "PAID_WITHIN",
    "REASON_MAX",
    "REFERENCE_MAX",
    "BankEntry",
    "BankStatement",
    "BatchState",
    "Became",
    "Debtor",
    "PaymentBatch",
    "Payout",
    "PayoutLine",
    "PayoutState",
    "Repayment",
    "VouchedRecord",
    "Withdrawable",
    "WriteOff",
]
