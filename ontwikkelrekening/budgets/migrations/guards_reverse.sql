DROP TRIGGER refusals_forget_who_is_erased ON citizens_citizen;
DROP TRIGGER admission_stays ON budgets_admission;
DROP TRIGGER refusal_stays ON budgets_refusal;
DROP TRIGGER placing_stays ON budgets_placing;
DROP TRIGGER application_stays_after_closing ON budgets_application;
DROP TRIGGER published_round_stays ON budgets_round;
DROP FUNCTION budgets_guard_admission, budgets_guard_refusal, budgets_forget_who_is_erased, budgets_guard_placing, budgets_guard_application, budgets_guard_round;
