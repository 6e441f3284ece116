"""What the bookings of a claim rest on: the claim and who judged and approved it; who recovered it."""

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
