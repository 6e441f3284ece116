"""What each database role may do with the ledger's tables."""

from django.db.backends.utils import CursorWrapper


def grant_ledger(cursor: CursorWrapper, *, app: str, auditor: str) -> None:
    """Let `app` post and read, `auditor` only read; neither can change or remove history."""
    cursor.execute(
        f"""
        REVOKE UPDATE, DELETE, TRUNCATE ON ledger_booking, ledger_transfer FROM {app};
        REVOKE DELETE, TRUNCATE ON ledger_account, ledger_accountclass FROM {app};
        GRANT SELECT ON ledger_accountclass, ledger_account, ledger_booking, ledger_transfer
            TO {auditor};
        """
    )
