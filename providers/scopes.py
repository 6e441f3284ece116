"""What an API client may be allowed to do, in the words a provider reads."""

SCOPES = {
    "courses": "Register, publish and withdraw your courses",
    "enrolments": "Redeem citizens' codes and read your enrolments",
    "claims": "Submit, read and withdraw your claims",
    "webhooks": "Be told when a claim, an enrolment or your account changes",
    "payments": "Read what was paid to you and what is on its way",
}
