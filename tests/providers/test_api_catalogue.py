"""The catalogue answers what people ask for: short, practical, online, no exam, near."""

from pathlib import Path

import pytest
from django.test import Client as Browser

from providers.importing import import_courses
from providers.models import Course
from tests.providers.calls import problem
from tests.providers.world import MONDAY, de_linde, digital_skills

DEMO = Path(__file__).parents[2] / "demo" / "courses.json.gz"


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("category=coaching", lambda course: course["category"] == "coaching"),
        ("modeOfDelivery=online", lambda course: course["modeOfDelivery"] == "online"),
        ("exam=false", lambda course: not course["exam"]),
        ("certificate=true", lambda course: course["certificate"]),
        ("hoursMax=8", lambda course: course["studyLoad"] <= 8),
        ("weeksMax=2", lambda course: course["weeks"] <= 2),
        ("priceMax=100", lambda course: float(course["price"]) <= 100),
        ("place=heerlen", lambda course: course["place"] == "Heerlen"),
        ("search=OPVANG", lambda course: "opvang" in str(course).lower()),
        ("search=excel%20heerlen", lambda course: course["place"] == "Heerlen"),
        ("search=excel%20grafieken", lambda course: "Excel" in course["name"]),
        (
            "search=kinderopvang&category=childcare",
            lambda course: course["category"] == "childcare",
        ),
    ],
)
@pytest.mark.django_db
def test_the_offer_is_narrowed(query: str, holds: object) -> None:
    import_courses(DEMO, by="olga", at=MONDAY)

    answer = Browser().get(f"/api/v1/catalogue?limit=100&{query}")

    items = answer.json()["items"]
    assert items
    assert all(holds(item) for item in items)  # type: ignore[operator]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("text", ["hygi%C3%ABne", "hygie%CC%88ne", "HYGIE%CC%88NE"])
@pytest.mark.django_db
def test_a_search_finds_each_spelling_of_a_letter(text: str) -> None:
    wanted = digital_skills(de_linde("Bi\u00ebr"), name="Hygi\u00ebne", place="Ni\u00ebl")

    found = Browser().get(f"/api/v1/catalogue?search={text}%20bie%CC%88r&place=nie%CC%88l").json()

    assert [item["id"] for item in found["items"]] == [str(wanted.pk)]


@pytest.mark.django_db
def test_only_what_is_published_is_shown_and_no_iban() -> None:
    digital_skills(de_linde(), name="Zichtbaar")
    Course.objects.filter(pk=digital_skills(de_linde(), name="Verborgen").pk).update(state="draft")

    text = Browser().get("/api/v1/catalogue").content.decode()

    assert "Zichtbaar" in text
    assert "Verborgen" not in text
    assert "TEST" not in text


@pytest.mark.parametrize(
    "query", ["exam=no", "hoursMax=-1", "hoursMax=1e3", "search=", "search=%00", "category=x"]
)
@pytest.mark.django_db
def test_a_filter_that_says_nothing_is_named(query: str) -> None:
    problem(Browser().get(f"/api/v1/catalogue?{query}"), 400)
