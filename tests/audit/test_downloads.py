"""Tables as pages and as files: sorting, pages, escaping."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from ontwikkelrekening.tables.downloads import csv_cell
from ontwikkelrekening.tables.table import Cell
from providers.models import OutboxMessage
from tests.audit.world import Year
from tests.budgets.world import AT, give

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("cents", "written"), [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (124000, "1240.00")]
)
def test_cents_are_written_as_euros(cents: int, written: str) -> None:
    assert csv_cell(Cell(cents, "cents")) == written


@pytest.mark.parametrize(("holds", "written"), [(True, "ja"), (False, "nee")])
def test_yes_and_no_are_written_as_the_page_says_them(holds: bool, written: str) -> None:
    with override("nl"):
        assert csv_cell(Cell(holds, "value")) == written


def test_a_name_that_is_a_formula_comes_out_escaped(year: Year, amir: Client) -> None:
    year.world.provider.name = '=HYPERLINK("x")'
    year.world.provider.save()

    assert rows(amir, "/audit/providers?download=providers")[1][0] == '\'=HYPERLINK("x")'


def test_a_download_holds_every_page_and_keeps_the_order(amir: Client) -> None:
    messages(120)

    page = amir.get("/audit/work?messages-sort=-created").content.decode()
    file = rows(amir, "/audit/work?messages-sort=-created&download=messages")

    assert page.count("claim.assess") < 60
    assert len(file) == 1 + 120
    assert [row[2] for row in file[1:]] == [f"{number:03}" for number in reversed(range(120))]


def test_a_statement_downloads_whole_from_whichever_page(year: Year, amir: Client) -> None:
    for _ in range(60):
        give(year.world, year.world.fatima, 100)
    first = amir.get("/audit/accounts/fund:landelijk").content.decode()
    (second,) = re.findall(r'href="(\?before=[^"]+)"', first)
    page = amir.get("/audit/accounts/fund:landelijk" + second).content.decode()
    (file,) = re.findall(r'href="([^"]*download=statement[^"]*)"', page)

    lines = rows(amir, "/audit/accounts/fund:landelijk" + file)

    assert lines == rows(amir, "/audit/accounts/fund:landelijk?download=statement")
    assert len(lines) > 1 + 60


def test_a_download_is_one_query_however_long(amir: Client) -> None:
    messages(10)
    few = queries_of(amir, "/audit/work?download=messages")
    messages(3000, start=1000)

    assert queries_of(amir, "/audit/work?download=messages") == few


def test_pages_follow_each_other_without_overlap(amir: Client) -> None:
    messages(120)

    seen = []
    for number in (1, 2, 3):
        answer = amir.get("/audit/work", {"messages-page": number})
        seen += [row[2].value for row in answer.context["tables"]["messages"].rows]

    assert len(seen) == len(set(seen)) == 120


@pytest.mark.parametrize("wrong", ["0", "-1", "x", "99999999999999", "²"])
def test_a_page_that_is_none_is_the_first_or_an_empty_one(amir: Client, wrong: str) -> None:
    assert amir.get("/audit/work", {"messages-page": wrong}).status_code == 200


@pytest.mark.parametrize("wrong", ["error", "--created", "password", "created;DROP TABLE x"])
def test_a_column_that_cannot_be_sorted_changes_nothing(amir: Client, wrong: str) -> None:
    assert amir.get("/audit/work", {"messages-sort": wrong}).status_code == 200


def test_the_sorted_column_says_so_to_a_screen_reader(amir: Client) -> None:
    messages(2)

    assert 'aria-sort="descending"' in amir.get("/audit/work?messages-sort=-work").content.decode()


def messages(number: int, *, start: int = 0) -> None:
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(work="claim.assess", subject=f"{start + n:03}", due_at=AT, created_at=AT)
            for n in range(number)
        ]
    )


def rows(browser: Client, address: str) -> list[list[str]]:
    answer = browser.get(address)
    assert answer["Content-Disposition"].startswith("attachment")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def queries_of(browser: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        rows(browser, address)
    return len(queries)
