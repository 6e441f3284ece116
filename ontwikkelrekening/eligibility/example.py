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
_CPF = "Zoals de Franse CPF: 500 euro per jaar, tot 5.000 euro."
_CPF_MORE = "Zoals de Franse CPF voor laagopgeleiden: 800 euro per jaar, tot 8.000 euro."
_LOMMERS = (
    "De groep heet zoals in het onderzoek. Alleenstaande vaders doen op gelijke voet mee: een"
    " maatregel alleen voor moeders mag vaders die hun kinderen alleen opvoeden niet uitsluiten"
    " (HvJ EU C-476/99 Lommers)."
)

EXAMPLE: dict[str, Setting] = {
    "age_min_years": Setting(18, f"{_WHO} lid 1; BW 1:233", "Alleen volwassenen."),
    "aow_age_is_the_limit": Setting(True, f"{_WHO} lid 1; AOW art. 7a", "Voor de leeftijd waarop mensen werken."),
    "residence_is_required": Setting(True, f"{_WHO} lid 1; Wet BRP", ""),
    "grants_a_year": Setting(1, f"{_WHO} lid 2", "Eén keer per kalenderjaar."),
    "flex_contracts": Setting(
        [
            "temporary", "on_call", "zero_hours", "agency", "seconded", "self_employed",
            "bogus_self_employed", "no_contract",
        ],
        f"{_GROUPS} lid 1",
        "De flexwerkers uit het onderzoek: geen werkgever schoolt hen en hun inkomen is onzeker.",
    ),
    "sole_parent_households": Setting(
        ["sole_parent"],
        f"{_GROUPS} lid 2",
        "Zorgt alleen voor een thuiswonend kind onder de 18; met werk, met een uitkering of geen van beide.",
    ),
    "lone_fathers_on_equal_terms": Setting(
        True, f"{_GROUPS} lid 2; Grondwet art. 1; AWGB art. 2 lid 3; WGB art. 5; HvJ EU C-476/99", _LOMMERS
    ),
    "carer_households": Setting(
        ["sole_parent", "partner_and_children"],
        f"{_GROUPS} lid 3",
        "De moeders zonder werk of uitkering uit het onderzoek, maar ongeacht het geslacht van wie zorgt.",
    ),
    "carer_contracts": Setting(["no_work"], f"{_GROUPS} lid 3", ""),
    "carer_benefits": Setting(["none"], f"{_GROUPS} lid 3", "Staat niet ingeschreven als werkzoekende."),
    "low_skilled_contracts": Setting(["permanent"], f"{_GROUPS} lid 4", ""),
    "low_skilled_education": Setting(
        ["none", "primary", "vmbo", "mbo1", "mbo2", "mbo3", "mbo4", "havo_vwo"],
        f"{_GROUPS} lid 4; NLQF niveau 1 t/m 4",
        "Mbo of lager: tot en met NLQF-niveau 4.",
    ),
    "low_skilled_years_min": Setting(10, f"{_GROUPS} lid 4", "Het onderzoek: 10 tot 20 jaar werk."),
    "amount_general_cents": Setting(50_000, f"{_AMOUNTS} lid 1", _CPF),
    "cap_general_cents": Setting(500_000, f"{_AMOUNTS} lid 1", _CPF),
    "amount_priority_cents": Setting(80_000, f"{_AMOUNTS} lid 2", _CPF_MORE),
    "cap_priority_cents": Setting(800_000, f"{_AMOUNTS} lid 2", _CPF_MORE),
    "priority_amount_classes": Setting([1, 2], f"{_AMOUNTS} lid 2", ""),
    "general_categories": Setting(
        ["course", "module", "coaching", "evc", "exam", "materials"],
        f"{_AMOUNTS} lid 3",
        "Geld alleen helpt één op de vier flexwerkers; daarom ook een coach, EVC en korte modules.",
    ),
    "coaching_cents": Setting(
        70_000, f"{_EARMARKED} lid 1", "De prijs van het ontwikkeladvies uit 2020."
    ),
    "coaching_every_years": Setting(3, f"{_EARMARKED} lid 1", ""),
    "coaching_classes": Setting(
        [1, 2, 3], f"{_EARMARKED} lid 1", "Het onderzoek noemt een coach voor bijna elke groep."
    ),
    "coaching_categories": Setting(["coaching", "evc"], f"{_EARMARKED} lid 1", ""),
    "childcare_cents": Setting(
        30_000, f"{_EARMARKED} lid 2", "Kinderopvang is de drempel die vóór de opleiding komt."
    ),
    "childcare_years_valid": Setting(1, f"{_EARMARKED} lid 2", "Elk jaar een nieuw bedrag."),
    "childcare_groups": Setting(["single_mother"], f"{_EARMARKED} lid 2; Grondwet art. 1", ""),
    "childcare_categories": Setting(["childcare", "travel"], f"{_EARMARKED} lid 2", ""),
    "course_cap_cents": Setting(
        250_000,
        f"{_TERMS} lid 1",
        "Ruim boven wat de opleidingen van het voorbeeld kosten; houdt een prijs tegen die een rekening moet leegmaken.",
    ),
    "attendance_min_percent": Setting(
        80,
        f"{_TERMS} lid 2; vgl. STAP art. 14",
        "Een certificaat, deze aanwezigheid of een afgelegd examen: één ervan is genoeg, nooit alleen het examen.",
    ),
    "terms_course": Setting(
        {"start": 50, "completion": 50}, f"{_TERMS} lid 1", "Nooit vóór de start."
    ),
    "terms_module": Setting({"start": 50, "completion": 50}, f"{_TERMS} lid 1", ""),
    "terms_coaching": Setting({"session": 100}, f"{_TERMS} lid 3", "Na elk gesprek."),
    "terms_evc": Setting({"completion": 100}, f"{_TERMS} lid 4", "Bij het certificaat."),
    "terms_exam": Setting({"completion": 100}, f"{_TERMS} lid 4", "Als het examen is gedaan."),
    "terms_childcare": Setting(
        {"start": 100}, f"{_TERMS} lid 5", "Alleen naast een lopende inschrijving."
    ),
    "terms_travel": Setting({"start": 100}, f"{_TERMS} lid 5", "Alleen naast een lopende inschrijving."),
    "terms_materials": Setting({"start": 100}, f"{_TERMS} lid 1", "Als de opleiding is begonnen."),
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
