"""What is on record of decisions that no booking is made from: refusals, deviations, more time and objections.

No facts and no words, which erasing a person takes away.
"""

# By what it is: each stays as it is from the moment that it names.
RECORDS = """
    SELECT 'refusal' AS kind, id::text AS subject, recorded_at AS at, json_build_array(
        account_code, policy_id, decided_on, priority, decided_by, replaces_id,
        recorded_at AT TIME ZONE 'UTC'
    )::text AS said
    FROM eligibility_decision WHERE outcome = 'refused'
    UNION ALL
    SELECT 'refusal confirmed', id::text, confirmed_at, json_build_array(
        confirmed_by, confirmed_at AT TIME ZONE 'UTC'
    )::text
    FROM eligibility_decision WHERE confirmed_at IS NOT NULL
    UNION ALL
    SELECT 'more time', id::text, granted_at, json_build_array(
        decision_id, until, reason, granted_by, granted_at AT TIME ZONE 'UTC'
    )::text
    FROM eligibility_extension
    UNION ALL
    SELECT 'deviation', id::text, answered_at, json_build_array(
        decision_id, grants, reason, proposed_by, proposed_at AT TIME ZONE 'UTC',
        answered_by, answered_at AT TIME ZONE 'UTC', result_id
    )::text
    FROM eligibility_deviation WHERE answered_at IS NOT NULL
    UNION ALL
    SELECT 'move of an objection', move.id::text, move.at, json_build_array(
        objection.id, objection.decision_id, objection.account_code, objection.words,
        objection.filed_on, objection.in_time,
        move.event, move.from_state, move.to_state, move.actor, move.at AT TIME ZONE 'UTC',
        CASE WHEN move.to_state NOT IN ('filed', 'acknowledged') THEN json_build_array(
            objection.state, objection.answer, objection.committee, objection.decide_by,
            objection.extended, objection.result_id
        ) END
    )::text
    FROM eligibility_objectionmove move
    LEFT JOIN eligibility_objection objection ON objection.id = move.objection_id
"""
