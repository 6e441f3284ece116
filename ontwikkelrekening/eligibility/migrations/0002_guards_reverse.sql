DROP TRIGGER decision_is_never_edited ON eligibility_decision;
DROP FUNCTION decision_is_never_edited();
DROP TRIGGER parameters_change_in_a_draft_only ON eligibility_policyparameter;
DROP FUNCTION parameters_change_in_a_draft_only();
DROP TRIGGER approved_policy_is_frozen ON eligibility_policy;
DROP FUNCTION approved_policy_is_frozen();
ALTER TABLE eligibility_policy DROP CONSTRAINT approved_policies_never_overlap;
