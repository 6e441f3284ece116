"""Every route by every role. A new route fails here until it is listed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client as Browser
from django.urls import URLPattern

from ontwikkelrekening.sandbox.urls import urlpatterns  # those of the product, and its own
from providers.api.bulk import take_in
from providers.clients import revoke
from providers.models import Course, Enrolment, Job
from providers.scopes import SCOPES
from providers.webhooks.managing import register
from tests.portal.world import FATIMA_BSN, build_town
from tests.portal.world import log_in as log_in_as_citizen
from tests.provider_area.world import log_in as log_in_as_staff
from tests.providers.calls import Software, problem
from tests.providers.world import MONDAY, claim, de_linde

NOBODY_NEEDS_TO_LOG_IN = {
    "oauth/token": {"POST": 400},
    "oauth/revoke": {"POST": 400},
    ".well-known/oauth-authorization-server": {"GET": 200},
    "api/v1/openapi.json": {"GET": 200},
    "api/v1/docs": {"GET": 200},
    "api/v1/catalogue": {"GET": 200},
}
OUTSIDE = {r"^[/]*api/[\s\S]*$"}  # answer 404 to everybody

# route: (scope, {method: status for the owner with the scope}, is it one object of a provider?)
ROUTES: dict[str, tuple[str, dict[str, int], bool]] = {
    "api/v1/courses": ("courses", {"GET": 200, "POST": 400}, False),
    "api/v1/courses/<id:course_id>": ("courses", {"GET": 200, "PATCH": 400}, True),
    "api/v1/courses/<id:course_id>/publications": ("courses", {"POST": 409}, True),
    "api/v1/courses/<id:course_id>/withdrawals": ("courses", {"POST": 200}, True),
    "api/v1/enrolments": ("enrolments", {"GET": 200, "POST": 400}, False),
    "api/v1/enrolments/<id:enrolment_id>": ("enrolments", {"GET": 200}, True),
    "api/v1/claims": ("claims", {"GET": 200, "POST": 400}, False),
    "api/v1/claims/<id:claim_id>": ("claims", {"GET": 200}, True),
    "api/v1/claims/<id:claim_id>/withdrawals": ("claims", {"POST": 200}, True),
    "api/v1/payments": ("payments", {"GET": 200}, False),
    "api/v1/claim-batches": ("claims", {"GET": 200, "POST": 400}, False),
    "api/v1/claim-batches/<id:job_id>": ("claims", {"GET": 200}, True),
    "api/v1/claim-batches/<id:job_id>/items": ("claims", {"GET": 200}, True),
    "api/v1/course-batches": ("courses", {"GET": 200, "POST": 400}, False),
    "api/v1/course-batches/<id:course_job_id>": ("courses", {"GET": 200}, True),
    "api/v1/course-batches/<id:course_job_id>/items": ("courses", {"GET": 200}, True),
    "api/v1/webhooks": ("webhooks", {"GET": 200, "POST": 400}, False),
    "api/v1/webhooks/<id:endpoint_id>": ("webhooks", {"GET": 200, "DELETE": 204}, True),
    "api/v1/webhooks/<id:endpoint_id>/verifications": ("webhooks", {"POST": 400}, True),
    "api/v1/webhooks/<id:endpoint_id>/secrets": ("webhooks", {"POST": 201}, True),
    "api/v1/webhooks/<id:endpoint_id>/deliveries": ("webhooks", {"GET": 200}, True),
    "api/v1/webhooks/<id:endpoint_id>/deliveries/<id:delivery_id>/retries": (
        "webhooks",
        {"POST": 200},
        True,
    ),
    "api/v1/account": ("payments", {"GET": 200}, False),
    "api/v1/sandbox/codes": ("enrolments", {"POST": 400}, False),
}
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@pytest.fixture(autouse=True)
def _on_monday(settings: Any) -> Any:
    settings.ROOT_URLCONF = "tests.sandbox.urls"
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def ids(course: Course, running: Enrolment) -> dict[str, Any]:
    def batch(kind: str) -> Job:
        client = course.provider.clients.get()
        return take_in(kind, [{}], provider=course.provider, client=client, at=MONDAY)

    endpoint = register(course.provider, "http://127.0.0.1:9/", at=MONDAY)
    return {
        "<id:course_id>": course.id,
        "<id:enrolment_id>": running.id,
        "<id:claim_id>": claim(running).id,
        "<id:endpoint_id>": endpoint.id,
        "<id:job_id>": batch("claims").id,
        "<id:course_job_id>": batch("courses").id,
        "<id:delivery_id>": endpoint.deliveries.get().id,
    }


def path_of(route: str, ids: dict[str, Any]) -> str:
    for name, id_ in ids.items():
        route = route.replace(name, str(id_))
    return route.removeprefix("api/v1")


def test_every_route_is_listed() -> None:
    routes = {str(url.pattern) for url in urlpatterns if isinstance(url, URLPattern)}

    assert len(routes) == len(urlpatterns)
    assert routes == set(ROUTES) | set(NOBODY_NEEDS_TO_LOG_IN) | OUTSIDE


@pytest.mark.parametrize("route", NOBODY_NEEDS_TO_LOG_IN)
def test_what_is_public_is_so_for_everybody_and_takes_no_other_method(db: None, route: str) -> None:
    for method in METHODS:
        answer = Browser().generic(method, f"/{route}")
        assert answer.status_code == NOBODY_NEEDS_TO_LOG_IN[route].get(method, 405), method


@pytest.mark.parametrize("route", ROUTES)
def test_the_owner_with_the_scope_may(linde: Software, ids: dict[str, Any], route: str) -> None:
    scope, methods, _ = ROUTES[route]
    owner = Software(linde.provider, [scope])

    for method in METHODS:
        answer = owner.call(method, path_of(route, ids), Idempotency_Key=str(uuid4()))
        assert answer.status_code == methods.get(method, 405), method


@pytest.mark.parametrize("route", ROUTES)
def test_without_a_token_nobody_may(ids: dict[str, Any], route: str) -> None:
    path = f"/api/v1{path_of(route, ids)}"

    for method in METHODS:
        for headers in ({}, {"Authorization": "Bearer nope"}, {"Authorization": "Basic eDp5"}):
            answer = Browser().generic(method, path, headers=headers)
            assert answer.status_code == 401, method
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def admin(linde: Software) -> Browser:
    browser = Browser()
    browser.force_login(User.objects.create_superuser("root", password="een lang wachtwoord"))
    return browser


def citizen(linde: Software) -> Browser:
    build_town()
    return log_in_as_citizen(FATIMA_BSN)


def staff(linde: Software) -> Browser:
    return log_in_as_staff(linde.provider)


@pytest.mark.parametrize("somebody", [admin, citizen, staff])
def test_a_session_in_a_browser_is_no_token(
    linde: Software, ids: dict[str, Any], somebody: Callable[[Software], Browser]
) -> None:
    browser = somebody(linde)

    for route in ROUTES:
        for method in METHODS:
            answer = browser.generic(method, f"/api/v1{path_of(route, ids)}")
            assert answer.status_code == 401, (method, route)


def test_a_token_that_ended_opens_nothing(linde: Software, ids: dict[str, Any]) -> None:
    gone = Software(linde.provider)
    revoke(gone.client)

    for route in ROUTES:
        for method in METHODS:
            problem(gone.call(method, path_of(route, ids)), 401)
    with time_machine.travel(MONDAY + timedelta(hours=1), tick=False):
        for route in ROUTES:
            problem(linde.get(path_of(route, ids)), 401)


@pytest.mark.parametrize("route", ROUTES)
def test_without_the_scope_the_owner_may_not(
    linde: Software, ids: dict[str, Any], route: str
) -> None:
    scope = ROUTES[route][0]
    owner = Software(linde.provider, [other for other in SCOPES if other != scope])

    for method in METHODS:
        answer = owner.call(method, path_of(route, ids), Idempotency_Key=str(uuid4()))
        assert answer.status_code == 403, method


@pytest.mark.parametrize("route", [route for route in ROUTES if ROUTES[route][2]])
def test_another_providers_object_is_not_there(ids: dict[str, Any], route: str) -> None:
    stranger = Software(de_linde("Taalhuis"))

    for method in METHODS:
        answer = stranger.call(method, path_of(route, ids), Idempotency_Key=str(uuid4()))
        assert answer.status_code == (404 if method in ROUTES[route][1] else 405), method


@pytest.mark.parametrize("route", [route for route in ROUTES if "GET" in ROUTES[route][1]])
def test_a_strangers_list_is_empty(ids: dict[str, Any], route: str) -> None:
    if "<" in route or route.endswith("account"):
        return
    stranger = Software(de_linde("Taalhuis"))

    assert stranger.get(path_of(route, ids)).json()["items"] == []
