"""What bookings rest on: of a claim, who judged and approved it and who recovered it; and what is on record of providers."""

CLAIMS = """
    SELECT claim.id, json_build_array(
        claim.id, claim.enrolment_id, claim.provider_id, claim.instalment, claim.amount,
        claim.evidence, claim.submitted_at AT TIME ZONE 'UTC', claim.submitted_by,
        claim.assessed_at AT TIME ZONE 'UTC', approval.actor, approval.at AT TIME ZONE 'UTC',
        review.picked_because, review.opened_at AT TIME ZONE 'UTC', review.verdict, review.reason,
        review.judged_by, review.judged_at AT TIME ZONE 'UTC', review.confirmed_by
    )::text AS said
    FROM providers_claim claim
    LEFT JOIN providers_statechange approval
        ON approval.subject_id = claim.id AND approval.event = 'approve'
    LEFT JOIN providers_review review ON review.claim_id = claim.id
    WHERE claim.state IN ('approved', 'in_file', 'paid', 'recovered')
"""

# By the claim: why what it was approved for is taken back, what the provider said, and who decided it.
RECOVERIES = """
    SELECT claim_id AS id, json_build_array(
        id, claim_id, reason, heard, proposed_by, proposed_at AT TIME ZONE 'UTC',
        answered_by, answered_at AT TIME ZONE 'UTC'
    )::text AS said
    FROM providers_recovery WHERE agreed
"""

# What no booking is made from, by what it is: each stays as it is from the moment that it names.
RECORDS = """
    SELECT 'suspension' AS kind, id::text AS subject, answered_at AS at, json_build_array(
        provider_id, reason, until, proposed_by, proposed_at AT TIME ZONE 'UTC',
        answered_by, answered_at AT TIME ZONE 'UTC', agreed
    )::text AS said
    FROM providers_suspension WHERE agreed IS NOT NULL
    UNION ALL
    SELECT 'suspension lifted', id::text, lifted_at, json_build_array(
        lifted_by, lifted_at AT TIME ZONE 'UTC'
    )::text
    FROM providers_suspension WHERE lifted_at IS NOT NULL
    UNION ALL
    SELECT 'change of IBAN', id::text, answered_at, json_build_array(
        provider_id, before, after, reason, proposed_by, proposed_at AT TIME ZONE 'UTC',
        answered_by, answered_at AT TIME ZONE 'UTC', agreed
    )::text
    FROM providers_ibanchange WHERE agreed IS NOT NULL
    UNION ALL
    SELECT 'declined recovery', id::text, answered_at, json_build_array(
        claim_id, reason, heard, proposed_by, proposed_at AT TIME ZONE 'UTC',
        answered_by, answered_at AT TIME ZONE 'UTC'
    )::text
    FROM providers_recovery WHERE NOT agreed
    UNION ALL
    SELECT 'reminder', id::text, sent_at, json_build_array(
        provider_id, amount, pay_until, sent_by, sent_at AT TIME ZONE 'UTC'
    )::text
    FROM providers_reminder
    UNION ALL
    SELECT 'refused claim', claim.id::text, claim.assessed_at, json_build_array(
        claim.enrolment_id, claim.provider_id, claim.instalment, claim.amount, claim.evidence,
        claim.submitted_at AT TIME ZONE 'UTC', claim.submitted_by,
        claim.assessed_at AT TIME ZONE 'UTC', claim.reason,
        review.picked_because, review.opened_at AT TIME ZONE 'UTC', review.verdict, review.reason,
        review.judged_by, review.judged_at AT TIME ZONE 'UTC', review.confirmed_by
    )::text
    FROM providers_claim claim LEFT JOIN providers_review review ON review.claim_id = claim.id
    WHERE claim.state = 'refused'
"""
