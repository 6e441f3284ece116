"""What the booking of an approved claim rests on: the claim, who judged it, and who approved it."""

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
    WHERE claim.state IN ('approved', 'in_file', 'paid')
"""
