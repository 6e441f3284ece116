DROP TRIGGER opening_is_append_only ON ledger_opening;
DROP FUNCTION ledger_totals_on, ledger_close_period;
