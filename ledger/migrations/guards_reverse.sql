DROP TRIGGER total_is_kept ON ledger_total;
DROP TRIGGER account_is_append_only ON ledger_account;
DROP TRIGGER booking_is_append_only ON ledger_booking;
DROP TRIGGER transfer_is_append_only ON ledger_transfer;
DROP FUNCTION ledger_refuse();
ALTER TABLE ledger_transfer ALTER amount TYPE bigint;
DROP DOMAIN ledger_cents;
