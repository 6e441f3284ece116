"""The waiting room: who comes in, who waits until when, and what a ticket is worth."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from ontwikkelrekening.waiting_room.room import NOT_FOR_CITIZENS, STAY, WaitingRoom, key_from

NINE = 1_800_000_000.0  # 15 January 2027, 09:00 in Amsterdam
KEY = key_from("s" * 40)
INSIDE = b"inside"


def inside(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [INSIDE]


class Door:
    """A room that lets in 60 newcomers a minute, one a second, with its clock in our hands."""

    def __init__(self, *, a_minute: int = 60, minutes: int = 10, key: bytes = KEY) -> None:
        self.now = NINE
        self.room = WaitingRoom(
            inside, key=key, a_minute=a_minute, minutes=minutes, secure=True, clock=lambda: self.now
        )

    def knock(
        self, ticket: str = "", *, path: str = "/", method: str = "GET"
    ) -> tuple[int, dict[str, str], str]:
        answer: list[Any] = []
        environ = {"PATH_INFO": path, "REQUEST_METHOD": method, "HTTP_COOKIE": ticket}
        body = b"".join(self.room(environ, lambda *given: answer.extend(given)))
        return int(answer[0].split()[0]), dict(answer[1]), body.decode()

    def ticket(self) -> str:
        return self.knock()[1]["Set-Cookie"].split(";")[0]

    def fill(self, newcomers: int) -> None:
        for _ in range(newcomers):
            self.knock()


def turn_on(ticket: str) -> int:
    found = re.search(r"turn=(\d+)", ticket)
    assert found
    return int(found[1])


def test_when_it_is_quiet_nobody_notices_the_room() -> None:
    door = Door()

    status, headers, body = door.knock()

    assert (status, body) == (200, "inside")
    assert headers["Set-Cookie"].startswith("__Host-turn=1800000000.")
    assert headers["Set-Cookie"].endswith("; Path=/; HttpOnly; SameSite=Lax; Secure")


def test_in_a_crowd_the_page_says_when_your_turn_is_and_that_being_early_does_not_help() -> None:
    door = Door()
    door.fill(300)

    status, headers, body = door.knock()

    assert status == 503
    assert body.count("09.05") == 4, "big and in the text, in Dutch and in English"
    assert "Vroeg zijn helpt niet" in body
    assert "Being early does not help" in body
    assert headers["Refresh"] == headers["Retry-After"] == "301"
    assert headers["Cache-Control"] == "no-store"


def test_a_ticket_keeps_its_turn_lets_in_at_that_moment_and_for_an_hour() -> None:
    door = Door()
    door.fill(300)
    ticket = door.ticket()

    assert turn_on(ticket) == NINE + 300
    assert "Set-Cookie" not in door.knock(ticket)[1], "asking again changes nothing"
    door.now = NINE + 299
    assert door.knock(ticket)[1]["Refresh"] == "2"
    door.now = NINE + 300
    assert door.knock(ticket)[0] == 200
    door.now += STAY - 1
    assert door.knock(ticket)[0] == 200
    door.now += 1
    assert "Set-Cookie" in door.knock(ticket)[1], "then it is a newcomer again"


def test_newcomers_come_in_at_the_stated_rate_however_many_there_are() -> None:
    door = Door(a_minute=120)
    turns = [turn_on(door.ticket()) for _ in range(1000)]

    later = [turn - NINE for turn in turns if turn > NINE]
    a_second = [later.count(second) for second in range(6, 490)]

    assert turns == sorted(turns)
    assert set(a_second) == {2}
    assert turns.count(int(NINE)) == 11, "five seconds of wait are no wait"


def test_nobody_waits_longer_than_was_set_and_past_that_chance_decides() -> None:
    door = Door(minutes=10)
    door.fill(601)
    over = [turn_on(door.ticket()) - NINE for _ in range(400)]

    assert max(over) <= 600
    assert over != sorted(over), "who comes later may be sooner"
    assert 200 < sum(over) / len(over) < 400
    door.now += 300
    assert max(turn_on(door.ticket()) for _ in range(400)) <= door.now + 600


def test_every_process_reads_the_ticket_of_another() -> None:
    door, other = Door(), Door()
    door.fill(300)
    ticket = door.ticket()

    assert other.knock(ticket)[0] == 503, "although that one is quiet itself"
    other.now = NINE + 300
    assert other.knock(ticket)[0] == 200


@pytest.mark.parametrize(
    "written",
    [
        "__Host-turn=1800000000." + "0" * 64,
        "__Host-turn=1800000000",
        "__Host-turn=" + "9" * 5000,
        "__Host-turn=1800000300." + "é" * 64,
        "turn=",
        "\x00;;;=",
    ],
)
def test_a_ticket_that_is_not_ours_is_no_ticket(written: str) -> None:
    door = Door()
    door.fill(300)

    status, headers, _ = door.knock(written)

    assert status == 503
    assert turn_on(headers["Set-Cookie"]) == NINE + 300


def test_a_turn_cannot_be_changed_and_another_secret_signs_other_tickets() -> None:
    door, stranger = Door(), Door(key=key_from("t" * 40))
    door.fill(300)
    ticket = door.ticket()

    assert door.knock(ticket.replace("1800000300", "1800000000"))[0] == 503
    assert door.knock(stranger.ticket())[0] == 503


def test_a_ticket_stands_among_other_cookies() -> None:
    door = Door()
    door.fill(300)
    ticket = door.ticket()

    assert "Set-Cookie" not in door.knock(f"a=b; {ticket}; c=d")[1]
    assert "Set-Cookie" in door.knock(f"not{ticket}")[1]


def test_a_form_that_was_sent_waits_too_and_a_head_has_no_body() -> None:
    door = Door()
    door.fill(300)

    assert door.knock(path="/tijdvakken/voorjaar/aanvragen", method="POST")[0] == 503
    assert door.knock(method="HEAD")[2] == ""


def test_the_page_asks_for_nothing_else_and_runs_no_script() -> None:
    door = Door()
    door.fill(300)

    _, headers, body = door.knock()

    assert "script" not in body
    assert re.findall(r'(?:src|href)="([^"]*)"', body) == ["data:,", "", ""]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")


def test_every_address_waits_but_those_of_software_staff_and_providers() -> None:
    door = Door()
    door.fill(300)
    waits = {path for path in roots() if door.knock(path=path)[0] == 503}

    assert waits == {
        "/", "/afschrift", "/besluiten", "/bezwaren/", "/er-nog", "/hulp", "/ingelogd", "/inloggen", "/keuzes",
        "/mijn-gegevens", "/open-data/", "/opleidingen", "/pauze", "/taal/", "/tegoed/", "/tijdvakken/",
        "/toegankelijkheid", "/uitloggen", "/waarvoor", "/wat-krijg-ik", "/wie-keek",
    }  # fmt: skip
    assert not NOT_FOR_CITIZENS.match("/apiary/")


def roots() -> set[str]:
    """The first part of every address there is."""
    found = set()

    def walk(patterns: list[URLPattern | URLResolver], before: str) -> None:
        for each in patterns:
            path = before + str(each.pattern).removeprefix("^").removeprefix("[/]*")
            if isinstance(each, URLResolver):
                walk(each.url_patterns, path)
            else:
                first, slash, _ = path.partition("/")
                found.add(f"/{first}{'/' if slash and first not in ROOT_PAGES else ''}")

    walk(get_resolver().url_patterns, "")
    return found


ROOT_PAGES = {"opleidingen", "besluiten", "keuzes", "mijn-gegevens", "pauze"}
