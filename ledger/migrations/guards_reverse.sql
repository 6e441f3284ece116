DROP TRIGGER account_identity_is_frozen ON ledger_account;
DROP TRIGGER account_is_kept ON ledger_account;
DROP TRIGGER booking_is_append_only ON ledger_booking;
DROP TRIGGER transfer_is_append_only ON ledger_transfer;
DROP FUNCTION ledger_refuse();
