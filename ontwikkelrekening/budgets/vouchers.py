"""What bookings of credit rest on: who was granted what by which decision, and who agreed to what.

Nothing that erasing a person takes away, no facts and no reasons.
"""

ENROLMENTS = """
    SELECT enrolment.id, json_build_array(
        enrolment.id, agreement.account_code, enrolment.course_id, enrolment.provider_id,
        enrolment.account_id, enrolment.maximum, enrolment.terms, enrolment.starts_on,
        enrolment.ends_on, enrolment.claim_until, encode(enrolment.code_digest, 'hex'),
        enrolment.code_valid_until, enrolment.agreed_at AT TIME ZONE 'UTC'
    )::text AS said
    FROM providers_enrolment enrolment
    LEFT JOIN budgets_agreement agreement ON agreement.enrolment_id = enrolment.id
"""

# By the ledger account of each tranche. A pause moves the last day: without it, it is as it was granted.
GRANTS = """
    WITH policy AS MATERIALIZED (  -- once, not for every tranche
        SELECT version.id, encode(sha256(convert_to(json_build_array(
            version.scheme_id, version.version, version.starts_on, version.proposed_by_id,
            version.approved_by_id, version.approved_at AT TIME ZONE 'UTC',
            jsonb_object_agg(key, jsonb_build_array(value, ground, reason))
        )::text, 'UTF8')), 'hex') AS said
        FROM eligibility_policy version
        JOIN eligibility_policyparameter parameter ON parameter.policy_id = version.id
        GROUP BY version.id
    )
    SELECT tranche.account_id AS id, json_build_array(
        tranche.id, tranche.account_code, tranche.scheme_id, tranche.kind, tranche.categories,
        tranche.earmarked, tranche.granted, tranche.granted_on, tranche.source_id,
        tranche.expires_on - (
            SELECT coalesce(sum(pause.ends_on - pause.starts_on), 0)::integer
            FROM budgets_pause pause
            WHERE pause.account_code = tranche.account_code AND tranche.id = ANY (pause.tranches)
        ),
        tranche.decision_id, decision.account_code, decision.policy_id, decision.decided_on,
        decision.outcome, decision.priority, decision.amount, decision.grants, decision.decided_by,
        decision.replaces_id, decision.recorded_at AT TIME ZONE 'UTC',
        deviation.proposed_by, deviation.answered_by, policy.said
    )::text AS said
    FROM budgets_tranche tranche
    LEFT JOIN eligibility_decision decision ON decision.id = tranche.decision_id
    LEFT JOIN eligibility_deviation deviation ON deviation.result_id = decision.id
    LEFT JOIN policy ON policy.id = decision.policy_id
"""

ROUNDS = """
    SELECT id, json_build_array(
        id, scheme_id, code, name, opens_at AT TIME ZONE 'UTC', closes_at AT TIME ZONE 'UTC',
        waits_until, ceiling, "grant", kind, categories, years_valid, division, last_grant,
        fallback, seed_hash, outside_source, policy_id, account_id, prepared_by, published_by,
        published_at AT TIME ZONE 'UTC'
    )::text AS said
    FROM budgets_round WHERE state <> 'draft'
"""

# What no booking is made from, by what it is: each stays as it is from the moment that it names.
RECORDS = """
    SELECT 'round drawn' AS kind, id::text AS subject, drawn_at AS at, json_build_array(
        closed_at AT TIME ZONE 'UTC', drawn_at AT TIME ZONE 'UTC', seed, outside_value, list_hash
    )::text AS said
    FROM budgets_round WHERE drawn_at IS NOT NULL
    UNION ALL
    SELECT 'refusal in a round', application_id::text, confirmed_at, json_build_array(
        confirmed_by, confirmed_at AT TIME ZONE 'UTC'
    )::text
    FROM budgets_refusal WHERE confirmed_at IS NOT NULL
    UNION ALL
    SELECT 'admission', id::text, answered_at, json_build_array(
        refusal_id, reason, proposed_by, proposed_at AT TIME ZONE 'UTC',
        answered_by, answered_at AT TIME ZONE 'UTC', admitted
    )::text
    FROM budgets_admission WHERE answered_at IS NOT NULL
    UNION ALL
    SELECT 'top-up', id::text, started_at, json_build_array(
        scheme_id, decided_on, started_at AT TIME ZONE 'UTC'
    )::text
    FROM budgets_topuprun
    UNION ALL
    SELECT 'part of a top-up', id::text, done_at, json_build_array(
        run_id, number, first_code, last_code, granted, refused, amount,
        done_at AT TIME ZONE 'UTC'
    )::text
    FROM budgets_topupchunk WHERE done_at IS NOT NULL
    UNION ALL
    SELECT 'file of a funder', id::text, taken_in_at, json_build_array(
        fund_id, reference, contributions, cents, uploaded_by, uploaded_at AT TIME ZONE 'UTC',
        taken_in_by, taken_in_at AT TIME ZONE 'UTC'
    )::text
    FROM budgets_contributionfile WHERE taken_in_at IS NOT NULL
"""
