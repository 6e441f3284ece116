"""What each database role may do with the ledger's tables."""

from django.db.backends.utils import CursorWrapper

TABLES = (
    "ledger_accountclass, ledger_account, ledger_total, ledger_slot, ledger_booking, ledger_transfer, "
    "ledger_daytotal, ledger_opening, ledger_seal, ledger_books, "
    "ledger_entry, ledger_moved, ledger_now, ledger_leaf"
)
ACTS = (
    "ledger_open_accounts, ledger_post, ledger_post_many, ledger_roll_up, "
    "ledger_close_period, ledger_lock_seals, ledger_add_seal"
)


def grant_ledger(cursor: CursorWrapper, *, app: str, auditor: str) -> None:
    """Let `app` read, and write only through the ledger's functions; let `auditor` only read."""
    cursor.execute(
        f"""
        REVOKE ALL ON {TABLES} FROM {app}, {auditor};
        REVOKE ALL ON SEQUENCE ledger_transfer_seq, ledger_account_id_seq FROM {app}, {auditor};
        GRANT SELECT ON {TABLES} TO {app}, {auditor};
        GRANT EXECUTE ON FUNCTION {ACTS} TO {app};
        """
    )
