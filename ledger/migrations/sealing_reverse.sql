DROP TRIGGER seal_is_append_only ON ledger_seal;
DROP FUNCTION ledger_begin_era, ledger_add_seal, ledger_lock_seals, ledger_next_leaves, ledger_horizon;
DROP VIEW ledger_leaf;
