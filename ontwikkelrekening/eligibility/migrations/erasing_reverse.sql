DROP TRIGGER decisions_forget_who_is_erased ON citizens_citizen;
DROP FUNCTION decisions_forget_who_is_erased();
