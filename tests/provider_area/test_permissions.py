"""Every route by everybody. A new route fails here until it is listed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import URLPattern

from ontwikkelrekening.portal.views_about import server_error
from ontwikkelrekening.provider_area.urls import urlpatterns
from providers.clients import create_client
from providers.importing import hand_in
from providers.webhooks.managing import register
from tests.portal.world import FATIMA_BSN, build_town
from tests.portal.world import log_in as log_in_as_citizen
from tests.provider_area.world import School, build_school, log_in, text
from tests.providers.world import MONDAY, claim

FOR_EVERYBODY = {"inloggen", "ingelogd", "uitloggen"}
READ = {"GET": 200, "POST": 405}

# route: (what own staff get for GET and for an empty POST, is it one object of a provider?)
ROUTES: dict[str, tuple[dict[str, int], bool]] = {
    "": (READ, False),
    "opleidingen": (READ, False),
    "opleidingen/nieuw": ({"GET": 200, "POST": 422}, False),
    "opleidingen/bestand": ({"GET": 200, "POST": 422}, False),
    "opleidingen/bestand/<uuid:file_id>": ({"GET": 200, "POST": 302}, True),
    "opleidingen/<uuid:course_id>": (READ, True),
    "opleidingen/<uuid:course_id>/wijzigen": ({"GET": 200, "POST": 422}, True),
    "opleidingen/<uuid:course_id>/publiceren": ({"GET": 200, "POST": 422}, True),
    "opleidingen/<uuid:course_id>/intrekken": ({"GET": 200, "POST": 302}, True),
    "inschrijvingen": (READ, False),
    "inschrijvingen/code": ({"GET": 200, "POST": 422}, False),
    "inschrijvingen/<uuid:enrolment_id>": (READ, True),
    "inschrijvingen/<uuid:enrolment_id>/declareren/<slug:instalment>": (
        {"GET": 200, "POST": 422},
        True,
    ),
    "declaraties": (READ, False),
    "declaraties/<uuid:claim_id>": (READ, True),
    "declaraties/<uuid:claim_id>/intrekken": ({"GET": 200, "POST": 302}, True),
    "betalingen": (READ, False),
    "software": (READ, False),
    "software/nieuw": ({"GET": 200, "POST": 422}, False),
    "software/<int:client_id>": (READ, True),
    "software/<int:client_id>/geheim": ({"GET": 200, "POST": 200}, True),
    "software/<int:client_id>/oude-geheimen": ({"GET": 200, "POST": 302}, True),
    "software/<int:client_id>/sleutels": ({"GET": 200, "POST": 422}, True),
    "software/<int:client_id>/intrekken": ({"GET": 200, "POST": 302}, True),
    "webhooks": (READ, False),
    "webhooks/nieuw": ({"GET": 200, "POST": 422}, False),
    "webhooks/<uuid:endpoint_id>": (READ, True),
    "webhooks/<uuid:endpoint_id>/bevestigen": ({"GET": 200, "POST": 422}, True),
    "webhooks/<uuid:endpoint_id>/geheim": ({"GET": 200, "POST": 200}, True),
    "webhooks/<uuid:endpoint_id>/verwijderen": ({"GET": 200, "POST": 302}, True),
    "webhooks/<uuid:endpoint_id>/berichten/<uuid:delivery_id>": (READ, True),
    "webhooks/<uuid:endpoint_id>/berichten/<uuid:delivery_id>/opnieuw": (
        {"GET": 200, "POST": 302},
        True,
    ),
}


@pytest.fixture
def ids(school: School) -> dict[str, Any]:
    endpoint = register(school.provider, "http://127.0.0.1:9/", at=MONDAY)
    client, _ = create_client(school.provider, name="LMS", scopes=["claims"])
    header = "primaryCode,name,category,price,studyLoad\n"
    file = hand_in(school.provider, header, name="x.csv", by="x", at=MONDAY)
    return {
        "<uuid:file_id>": file.pk,
        "<uuid:course_id>": school.course.id,
        "<uuid:enrolment_id>": school.running.id,
        "<slug:instalment>": "start",
        "<uuid:claim_id>": claim(school.running).id,
        "<int:client_id>": client.pk,
        "<uuid:endpoint_id>": endpoint.pk,
        "<uuid:delivery_id>": endpoint.deliveries.get().pk,
    }


def path_of(route: str, ids: dict[str, Any]) -> str:
    for name, id_ in ids.items():
        route = route.replace(name, str(id_))
    return f"/opleiders/{route}"


def call(browser: Client, method: str, route: str, ids: dict[str, Any]) -> int:
    status: int = browser.generic(method, path_of(route, ids)).status_code
    return status


def admin() -> Client:
    browser = Client()
    browser.force_login(User.objects.create_superuser("root", password="een lang wachtwoord"))
    return browser


def citizen() -> Client:
    build_town()
    return log_in_as_citizen(FATIMA_BSN)


def test_every_route_is_listed() -> None:
    routes = {str(url.pattern) for url in urlpatterns if isinstance(url, URLPattern)}

    assert len(routes) == len(urlpatterns)
    assert routes == set(ROUTES) | FOR_EVERYBODY


@pytest.mark.parametrize("route", ROUTES)
def test_own_staff_may(school: School, ids: dict[str, Any], route: str) -> None:
    answers, _ = ROUTES[route]

    for method, status in answers.items():
        assert call(log_in(school.provider), method, route, ids) == status, method


@pytest.mark.parametrize("somebody", [Client, citizen, admin], ids=["nobody", "citizen", "admin"])
def test_nobody_else_may(school: School, ids: dict[str, Any], somebody: Any) -> None:
    browser = somebody()

    for route, (answers, _) in ROUTES.items():
        for method, status in answers.items():
            wanted = 405 if status == 405 else 403
            assert call(browser, method, route, ids) == wanted, (method, route)


@pytest.mark.parametrize("route", [route for route, (_, one) in ROUTES.items() if one])
def test_another_providers_object_is_not_there(ids: dict[str, Any], route: str) -> None:
    stranger = log_in(build_school("Taalhuis").provider)

    for method, status in ROUTES[route][0].items():
        wanted = 405 if status == 405 else 404
        assert call(stranger, method, route, ids) == wanted, method


@pytest.mark.parametrize("route", [r for r, (answers, one) in ROUTES.items() if not one])
def test_a_strangers_lists_show_nothing_of_another(
    school: School, ids: dict[str, Any], route: str
) -> None:
    stranger = log_in(build_school("Taalhuis").provider)
    page = stranger.get(path_of(route, ids)).content.decode()

    assert "Taalhuis" in page
    assert "De Linde" not in page
    assert not any(str(id_) in page for id_ in ids.values() if isinstance(id_, UUID))


@pytest.mark.parametrize(
    ("path", "is_said"), [("/opleiders/opleidingen", False), ("/tegoed", True)]
)
def test_only_citizens_are_told_after_a_failure_that_their_money_is_safe(
    path: str, *, is_said: bool
) -> None:
    page = text(server_error(RequestFactory().get(path)))

    assert ("Uw tegoed is veilig" in page) == is_said
    assert "U deed niets fout" in page
