"""What a database needs beyond its migrations: roles, the chart of accounts, the work queue's SQL."""

from importlib.resources import files

from django.conf import settings
from django.db import connection

from ledger.eras import begin_era
from ledger.roles import grant_ledger
from ontwikkelrekening.audit.roles import grant_reading
from ontwikkelrekening.chart import load_chart
from ontwikkelrekening.citizens.keys import tie_keys
from ontwikkelrekening.staff import set_up_groups

APP_ROLE = "ontwikkelrekening_app"
AUDITOR_ROLE = "ontwikkelrekening_auditor"

# From PostgreSQL 16 on only who made a role may do this, or a superuser. Pages of the audit act as the auditor.
ALTER_ROLES = f"""ALTER ROLE {AUDITOR_ROLE} SET default_transaction_read_only = on;
GRANT {AUDITOR_ROLE} TO {APP_ROLE};"""
ROLES = f"""
DO $$ BEGIN
    CREATE ROLE {APP_ROLE} LOGIN;
EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN
    CREATE ROLE {AUDITOR_ROLE} LOGIN;
EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN
    {ALTER_ROLES}
EXCEPTION WHEN insufficient_privilege THEN NULL; END $$;
"""
RIGHTS = f"""
GRANT USAGE ON SCHEMA public TO {APP_ROLE}, {AUDITOR_ROLE};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP_ROLE};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE};
DO $$ BEGIN  -- a table of the caller's own takes the name of any other
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END $$;
"""

# PostgreSQL lets every role lock any number, which those who need it then wait for, and store large objects.
# Only a superuser takes that back.
TAKEN_BACK = (
    "lo_creat(integer)",
    "lo_create(oid)",
    "lo_from_bytea(oid, bytea)",
    *(
        f"{name}({arguments})"
        for mode in ("", "_shared")
        for arguments in ("bigint", "integer, integer")
        for name in (
            f"pg_advisory_lock{mode}",
            f"pg_advisory_xact_lock{mode}",
            f"pg_try_advisory_lock{mode}",
            f"pg_try_advisory_xact_lock{mode}",
        )
    ),
)
TAKE_BACK = f"""REVOKE EXECUTE ON FUNCTION {", ".join(TAKEN_BACK)} FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pg_advisory_xact_lock(bigint), pg_try_advisory_xact_lock(bigint) TO {APP_ROLE};"""

# What the app role may change of a row once it is there, of the records that others rely on; none of
# them goes. What may be changed when, triggers say.
CHANGEABLE = {
    "budgets_agreement": "",
    "budgets_assessment": "",
    "budgets_contributionfile": "taken_in_by, taken_in_at",
    "budgets_pause": "ends_on, ended_by",
    "budgets_topuprun": "",
    "budgets_tranche": "expires_on",
    "citizens_knownkey": "",
    "django_admin_log": "",
    "eligibility_difference": "",
    "payouts_bankentry": "became, cause, explanation, explained_by, explained_at",
    "payouts_bankstatement": "",
    "payouts_paymentbatch": "state, pay_on, file, file_sha256, released_by, released_at, "
    "withdrawn_by, withdrawn_at, settled_by, settled_at",
    "payouts_payout": "state, reason",
    "payouts_payoutline": "stands",
    "payouts_repayment": "withdrawn_by, withdrawn_at, withdrawn_because",
    "payouts_vouchedrecord": "",
    "payouts_writeoff": "answered_by, answered_at, agreed, withdrawn_by, withdrawn_at, withdrawn_because",
    "providers_claim": "state, reason, payment_reference, assessed_at, taken_up_at, paid_at",
    "providers_enrolment": "state, redeemed_at",
    "providers_ibanchange": "answered_by, answered_at, agreed",
    "providers_recovery": "answered_by, answered_at, agreed",
    "providers_reminder": "",
    "providers_review": "verdict, reason, judged_by, judged_at, confirmed_by",
    "providers_statechange": "",
    "providers_suspension": "answered_by, answered_at, agreed, lifted_by, lifted_at",
}


def set_up_database() -> None:
    """Create the roles, give each what it may do, load the chart. Safe to repeat; run as owner.

    The owner migrates, the app role reads and writes but can change no history, the auditor role
    only reads and sees no table of people. A restored server counts its transactions on from the
    books'. Raises AnotherKey, with nothing done, when it was set up with other keys for personal data.
    """
    tie_keys()
    with connection.cursor() as cursor:
        cursor.execute(ROLES + RIGHTS)
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone() == (True,):
            cursor.execute(TAKE_BACK)
        for table, columns in CHANGEABLE.items():
            cursor.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {APP_ROLE}")
            if columns:
                cursor.execute(f"GRANT UPDATE ({columns}) ON {table} TO {APP_ROLE}")
        grant_ledger(cursor, app=APP_ROLE, auditor=AUDITOR_ROLE)
        grant_reading(cursor, auditor=AUDITOR_ROLE)
        if settings.CELERY_BROKER_URL.startswith("pgmq:"):
            _install_queue(cursor)
    begin_era()
    load_chart()
    set_up_groups()


def left_to_a_superuser() -> list[str]:
    """What only a superuser can run and has still to be done."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT bool_or(has_function_privilege(%(role)s, name, 'EXECUTE')),
                pg_has_role(%(app)s, %(role)s, 'MEMBER') AND EXISTS (
                    SELECT FROM pg_roles WHERE rolname = %(role)s
                        AND 'default_transaction_read_only=on' = ANY (rolconfig))
            FROM unnest(%(functions)s::text[]) AS name
            """,
            {"app": APP_ROLE, "role": AUDITOR_ROLE, "functions": list(TAKEN_BACK)},
        )
        may_lock, are_altered = cursor.fetchone()
    return [ALTER_ROLES] * (not are_altered) + [TAKE_BACK] * may_lock


def _install_queue(cursor) -> None:  # type: ignore[no-untyped-def]
    cursor.execute("SELECT to_regnamespace('pgmq')")
    if cursor.fetchone() == (None,):
        cursor.execute(files("pgmq").joinpath("sql/pgmq.sql").read_text())
    cursor.execute(
        f"""
        GRANT ALL ON SCHEMA pgmq TO {APP_ROLE};
        GRANT ALL ON ALL TABLES IN SCHEMA pgmq TO {APP_ROLE};
        GRANT ALL ON ALL SEQUENCES IN SCHEMA pgmq TO {APP_ROLE};
        GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pgmq TO {APP_ROLE};
        """
    )
