"""What the auditor's database role may read: everything about money and rules, no people, no secrets."""

from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from ontwikkelrekening.budgets.models import (
    Admission,
    Agreement,
    Application,
    Assessment,
    ContributionFile,
    Fund,
    FundSum,
    Pause,
    Placing,
    Refusal,
    Round,
    TopUpChunk,
    TopUpRun,
    Tranche,
)
from ontwikkelrekening.eligibility.models import (
    Decision,
    Deviation,
    Difference,
    Extension,
    Objection,
    ObjectionMove,
    Policy,
    PolicyParameter,
    Replay,
    Scheme,
    Simulation,
    SimulationChunk,
)
from ontwikkelrekening.payouts.models import (
    BankEntry,
    BankStatement,
    PaymentBatch,
    Payout,
    Repayment,
    VouchedRecord,
    WriteOff,
)
from providers.models import (
    Claim,
    Course,
    Enrolment,
    IbanChange,
    OutboxMessage,
    Provider,
    Recovery,
    Reminder,
    Review,
    StateChange,
    Suspension,
)

READABLE: list[type[Model]] = [
    Provider,
    Course,
    Enrolment,
    Claim,
    Review,
    Recovery,
    IbanChange,
    Suspension,
    Reminder,
    StateChange,
    OutboxMessage,
    Scheme,
    Policy,
    PolicyParameter,
    Decision,
    Objection,
    ObjectionMove,
    Deviation,
    Extension,
    Replay,
    Difference,
    Simulation,
    SimulationChunk,
    Fund,
    FundSum,
    ContributionFile,
    TopUpRun,
    TopUpChunk,
    Tranche,
    Agreement,
    Round,
    Application,
    Assessment,
    Pause,
    Placing,
    Refusal,
    Admission,
    PaymentBatch,
    Payout,
    Payout.claims.through,
    VouchedRecord,
    Repayment,
    WriteOff,
    BankStatement,
    BankEntry,
]


def grant_reading(cursor: CursorWrapper, *, auditor: str) -> None:
    """Let the auditor read what the audit pages show.

    Of members of staff only the login name is seen: it is who proposed, approved or released.
    """
    tables = ", ".join(model._meta.db_table for model in READABLE)
    cursor.execute(
        f"""
        GRANT USAGE ON SCHEMA public TO {auditor};
        GRANT SELECT ON {tables} TO {auditor};
        GRANT SELECT (id, username) ON auth_user TO {auditor};
        """
    )
