"""A provider with a course, somebody enrolled and somebody else's code on the desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.test import Client

from providers.enrolling import code_for
from providers.models import Course, Enrolment, Provider
from tests.providers.world import agreed, de_linde, digital_skills, redeemed


@dataclass
class School:
    provider: Provider
    course: Course
    running: Enrolment
    code: str  # of an enrolment that was agreed to and not handed in


def build_school(name: str = "Zorgschool De Linde") -> School:
    course = digital_skills(de_linde(name))
    return School(course.provider, course, redeemed(course), code_for(agreed(course).pk))


def log_in(provider: Provider, *, language: str = "nl") -> Client:
    """A browser in which somebody works for this provider."""
    client = Client(headers={"accept-language": language})
    answer = client.post("/opleiders/inloggen", {"kvk": provider.kvk_number})
    assert answer.status_code == 302, answer.content.decode()
    return client


def send(desk: Client, path: str, *, key: str = "", **answers: Any) -> Any:
    """Send a form of the area, with a key of its own as every form has."""
    return desk.post(f"/opleiders/{path}", {"once": key or str(uuid4()), **answers})


def text(answer: Any) -> str:
    found: str = answer.content.decode()
    return found
