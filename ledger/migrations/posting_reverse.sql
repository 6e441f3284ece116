DROP VIEW ledger_now;
DROP FUNCTION ledger_roll_up, ledger_post_many, ledger_post, ledger_place, ledger_refuse_to_book, ledger_refuse_to_move, ledger_is_same, ledger_add_many,
    ledger_take, ledger_totals, ledger_open_accounts;
DROP VIEW ledger_moved, ledger_entry;
DROP SEQUENCE ledger_transfer_seq;
