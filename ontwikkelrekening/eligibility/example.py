"""The example scheme: fictional parameters with real precedents, each with its ground and reason.

`load_example_policy` puts it into the database; docs/rules.md is generated from it.
"""

from __future__ import annotations

from datetime import date, datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.timezone import localdate

from ontwikkelrekening.eligibility.models import Policy, Scheme
from ontwikkelrekening.eligibility.parameters import Parameters, parameters_from
from ontwikkelrekening.eligibility.policies import Setting, approve, draft, propose

SCHEME_CODE = "landelijk"
SCHEME_NAME = "Landelijke regeling ontwikkelrekening"

_WHO = "Voorbeeldregeling art. 2"
_GROUPS = "Voorbeeldregeling art. 3"
_AMOUNTS = "Awb 4:25 en 4:26; Voorbeeldregeling art. 4"
_EARMARKED = "Voorbeeldregeling art. 5"
_TERMS = "Awb 4:46; Voorbeeldregeling art. 6"
_CPF = "As the French CPF: EUR 500 a year up to 5,000."
_CPF_MORE = "As the French CPF for the low-qualified: EUR 800 a year up to 8,000."
_LOMMERS = (
    "The group bears the name of the study. Lone fathers come in on equal terms, because a measure"
    " for mothers only may not shut out fathers who raise their children alone (CJEU C-476/99"
    " Lommers)."
)

EXAMPLE: dict[str, Setting] = {
    "age_min_years": Setting(18, f"{_WHO} lid 1; BW 1:233", "Adults only."),
    "aow_age_is_the_limit": Setting(True, f"{_WHO} lid 1; AOW art. 7a", "For the working age."),
    "residence_is_required": Setting(True, f"{_WHO} lid 1; Wet BRP", ""),
    "grants_a_year": Setting(1, f"{_WHO} lid 2", "Once in a calendar year."),
    "flex_contracts": Setting(
        [
            "temporary", "on_call", "zero_hours", "agency", "seconded", "self_employed",
            "bogus_self_employed", "no_contract",
        ],
        f"{_GROUPS} lid 1",
        "The flex workers of the study: no employer trains them and their income is uncertain.",
    ),
    "sole_parent_households": Setting(
        ["sole_parent"],
        f"{_GROUPS} lid 2",
        "Sole carer of a child under 18 at home; with work, on benefit or neither.",
    ),
    "lone_fathers_on_equal_terms": Setting(
        True, f"{_GROUPS} lid 2; Grondwet art. 1; AWGB art. 2 lid 3; WGB art. 5; HvJ EU C-476/99", _LOMMERS
    ),
    "carer_households": Setting(
        ["sole_parent", "partner_and_children"],
        f"{_GROUPS} lid 3",
        "The study's mothers without work or benefit, whatever the carer's sex.",
    ),
    "carer_contracts": Setting(["no_work"], f"{_GROUPS} lid 3", ""),
    "carer_benefits": Setting(["none"], f"{_GROUPS} lid 3", "In no register of job seekers."),
    "low_skilled_contracts": Setting(["permanent"], f"{_GROUPS} lid 4", ""),
    "low_skilled_education": Setting(
        ["none", "primary", "vmbo", "mbo1", "mbo2", "mbo3", "mbo4", "havo_vwo"],
        f"{_GROUPS} lid 4; NLQF niveau 1 t/m 4",
        "MBO or below: up to and with NLQF level 4.",
    ),
    "low_skilled_years_min": Setting(10, f"{_GROUPS} lid 4", "The study: 10 to 20 years of work."),
    "amount_general_cents": Setting(50_000, f"{_AMOUNTS} lid 1", _CPF),
    "cap_general_cents": Setting(500_000, f"{_AMOUNTS} lid 1", _CPF),
    "amount_priority_cents": Setting(80_000, f"{_AMOUNTS} lid 2", _CPF_MORE),
    "cap_priority_cents": Setting(800_000, f"{_AMOUNTS} lid 2", _CPF_MORE),
    "priority_amount_classes": Setting([1, 2], f"{_AMOUNTS} lid 2", ""),
    "general_categories": Setting(
        ["course", "module", "coaching", "evc", "exam", "materials"],
        f"{_AMOUNTS} lid 3",
        "Money alone helps one in four flex workers: so also a coach, EVC and short modules.",
    ),
    "coaching_cents": Setting(
        70_000, f"{_EARMARKED} lid 1", "The price of the Dutch development advice of 2020."
    ),
    "coaching_every_years": Setting(3, f"{_EARMARKED} lid 1", ""),
    "coaching_classes": Setting(
        [1, 2, 3], f"{_EARMARKED} lid 1", "The study names a coach for nearly every group."
    ),
    "coaching_categories": Setting(["coaching", "evc"], f"{_EARMARKED} lid 1", ""),
    "childcare_cents": Setting(
        30_000, f"{_EARMARKED} lid 2", "Childcare is the barrier that comes before the course."
    ),
    "childcare_years_valid": Setting(1, f"{_EARMARKED} lid 2", "A new sum every year."),
    "childcare_groups": Setting(["single_mother"], f"{_EARMARKED} lid 2; Grondwet art. 1", ""),
    "childcare_categories": Setting(["childcare", "travel"], f"{_EARMARKED} lid 2", ""),
    "course_cap_cents": Setting(
        250_000,
        f"{_TERMS} lid 1",
        "Well above what the courses of the example cost; stops a price made to empty an account.",
    ),
    "attendance_min_percent": Setting(
        80,
        f"{_TERMS} lid 2; vgl. STAP art. 14",
        "A certificate, this attendance, or an exam taken: any one of them, never the exam alone.",
    ),
    "terms_course": Setting(
        {"start": 50, "completion": 50}, f"{_TERMS} lid 1", "Never before the start."
    ),
    "terms_module": Setting({"start": 50, "completion": 50}, f"{_TERMS} lid 1", ""),
    "terms_coaching": Setting({"session": 100}, f"{_TERMS} lid 3", "After each session."),
    "terms_evc": Setting({"completion": 100}, f"{_TERMS} lid 4", "At the certificate."),
    "terms_exam": Setting({"completion": 100}, f"{_TERMS} lid 4", "When the exam was taken."),
    "terms_childcare": Setting(
        {"start": 100}, f"{_TERMS} lid 5", "Only beside a running enrolment."
    ),
    "terms_travel": Setting({"start": 100}, f"{_TERMS} lid 5", "Only beside a running enrolment."),
    "terms_materials": Setting({"start": 100}, f"{_TERMS} lid 1", "Once the course has begun."),
}  # fmt: skip


def example_parameters() -> Parameters:
    """The example's values without a database: for tests, benchmarks and the generated docs."""
    return parameters_from(
        {key: setting.value for key, setting in EXAMPLE.items()},
        grounds={key: setting.ground for key, setting in EXAMPLE.items()},
        reasons={key: setting.reason for key, setting in EXAMPLE.items()},
    )


@transaction.atomic
def create_example_scheme(
    *,
    drafted_by: AbstractBaseUser,
    approved_by: AbstractBaseUser,
    starts_on: date,
    at: datetime,
) -> Scheme:
    """The scheme with its first policy in force; a second call finds it there.

    Raises WorksBackwards when the policy would start before the day of `at`.
    """
    scheme, _ = Scheme.objects.get_or_create(code=SCHEME_CODE, defaults={"name": SCHEME_NAME})
    if not Policy.objects.filter(scheme=scheme).exists():
        policy = draft(scheme, starts_on=starts_on, settings=EXAMPLE, on=localdate(at))
        propose(policy, by=drafted_by)
        approve(policy, by=approved_by, at=at)
    return scheme
