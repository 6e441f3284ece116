DROP TRIGGER seal_is_append_only ON ledger_seal;
DROP FUNCTION ledger_begin_era, ledger_add_seal, ledger_lock_seals, ledger_next_leaves, ledger_horizon,
    ledger_leaves;
DROP VIEW ledger_leaf;
DROP FUNCTION ledger_content;
