"""The small files that browsers, search engines and finders of weaknesses ask for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import get_resolver

FILES = {"favicon.ico", "robots.txt", ".well-known"}


def test_a_finder_of_a_weakness_learns_where_to_report_it(client: Client) -> None:
    answer = client.get("/.well-known/security.txt")

    fields = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    expires = datetime.fromisoformat(fields["Expires"])
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert fields["Contact"] == "mailto:security@127.0.0.1"
    assert fields["Canonical"] == "http://127.0.0.1:8000/.well-known/security.txt"
    assert timedelta() < expires - datetime.now(UTC) < timedelta(days=365)  # RFC 9116, 2.5.5


def test_search_engines_are_kept_from_the_pages_of_staff(client: Client) -> None:
    lines = client.get("/robots.txt").content.decode().splitlines()

    assert {"Disallow: /admin/", "Disallow: /audit/", "Disallow: /staff/"} <= set(lines)


def test_what_is_too_large_is_said_to_be(db: None) -> None:
    """Not that the address is wrong, and the page of an error says too that nothing is real here."""
    answer = Client(headers={"accept-language": "nl"}).post(
        "/inloggen", {"bsn": "9" * 12 * 1024 * 1024}
    )

    page = answer.content.decode()
    assert answer.status_code == 413
    assert "<h1>Wat u stuurde, is te groot</h1>" in page
    assert "development-label" in page


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "page", ["/", "/inloggen", "/hulp", "/admin/login/", "/opleiders/inloggen"]
)
def test_a_page_is_asked_for_or_sent_a_form_and_nothing_else(
    db: None, page: str, method: str
) -> None:
    answer = Client(enforce_csrf_checks=True).generic(method, page)

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, POST")
    assert answer.content == b""


def test_every_browser_finds_the_icon(client: Client) -> None:
    address = client.get("/favicon.ico")["Location"]

    assert finders.find(address.removeprefix("/static/"))


def test_the_table_of_pages_names_every_page() -> None:
    table = Path("docs/portal.md").read_text()
    addresses = get_resolver("ontwikkelrekening.portal.urls").url_patterns
    pages = {str(address.pattern).partition("/")[0] for address in addresses} - FILES

    assert {page for page in pages if f"`/{page}" not in table} == set()
