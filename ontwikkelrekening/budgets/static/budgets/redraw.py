#!/usr/bin/env python3
"""Redraw a round of the Ontwikkelrekening from its published files, with nothing but Python.

    python3 redraw.py round.json list.csv

Follows docs/rounds.md to the letter and believes nothing it can compute itself. Ends with 0 when
the redraw is identical, 1 when the list is not what the draw gives, 2 when it was called in another
way, 3 when a file is not as it was published. Each finding is one line that begins with its name.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

COLUMNS = "application,class,missed,wantedCents,rank,grantedCents,left"
ROW = re.compile(
    r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})" + r",(0|[1-9][0-9]{0,17})" * 5 + r",([01])",
    re.ASCII,
)
HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
LONE_HALF = re.compile("[\ud800-\udfff]")  # of a surrogate pair: no text at all
# The fields that are used, and how each is written.
NUMBER = ("a whole number from 0 up", lambda value: type(value) is int and value >= 0)
DIGITS = ("64 hexadecimal digits", lambda value: isinstance(value, str) and HASH.fullmatch(value))
TEXT = ("a text", lambda value: isinstance(value, str) and not LONE_HALF.search(value))
FIELDS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "ceilingCents": NUMBER,
    "grantMaxCents": NUMBER,
    "applications": NUMBER,
    "grantedCents": NUMBER,
    "returnedCents": NUMBER,
    "backToFundCents": NUMBER,
    "leftCents": NUMBER,
    "seed": DIGITS,
    "seedHash": DIGITS,
    "listHash": DIGITS,
    "outsideSource": TEXT,
    "outsideValue": TEXT,
    "division": ("priority or lottery", lambda value: value in ("priority", "lottery")),
    "lastGrant": ("partial or none", lambda value: value in ("partial", "none")),
}
SHOWN = 5
Finding = tuple[str, str]


class NotAsPublished(Exception):
    """A file that cannot be judged; the first word is the name of what is wrong."""


class Row:
    """One application on the list."""

    def __init__(self, line: str, application: str, *numbers: str) -> None:
        self.line, self.application = line, application
        self.priority, self.missed, self.wanted, self.rank, self.granted, self.left = map(
            int, numbers
        )

    def drawn(self) -> str:
        """What of this row was fixed at the draw, as it stands in the file."""
        return self.line.rsplit(",", 3)[0] + "\n"


def text_of(path: str) -> str:
    """The text of a file, if it is written as published ones are."""
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        raise NotAsPublished(f"file: {path}: {error.strerror}") from None
    if not content.strip():
        raise NotAsPublished(f"empty: {path} is empty")
    if content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise NotAsPublished(
            f"byte-order-mark: {path} was saved by another program; download it again"
        )
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotAsPublished(f"encoding: {path} is not UTF-8 at byte {error.start}") from None
    if "\r" in text:
        raise NotAsPublished(f"line-ends: {path} was saved by another program; download it again")
    if not text.endswith("\n"):
        raise NotAsPublished(f"cut-off: the last line of {path} does not end")
    return text


def facts_of(path: str) -> dict[str, Any]:
    """What was published beforehand and what the draw used, every field in its own form."""
    text = text_of(path)
    try:
        facts = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise NotAsPublished(f"json: {path}: {error}") from None
    if not isinstance(facts, dict):
        raise NotAsPublished(f"json: {path} holds no object")
    for name, (form, has_it) in FIELDS.items():
        if not has_it(facts.get(name)):
            raise NotAsPublished(f"field: {name} in {path} is not {form}")
    return facts


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name stands in it twice")
    return dict(pairs)


def rows_of(path: str) -> list[Row]:
    """The list in the order of the file."""
    head, *lines = text_of(path)[:-1].split("\n")
    if head != COLUMNS:
        raise NotAsPublished(f"columns: the first line of {path} is not {COLUMNS}")
    rows = []
    for number, line in enumerate(lines, start=2):
        match = ROW.fullmatch(line)
        if match is None:
            raise NotAsPublished(f"row: line {number} of {path} is not as published: {line[:80]!r}")
        rows.append(Row(line, *match.groups()))
    return rows


def lot(application: str, facts: dict[str, Any]) -> bytes:
    """The lowest goes first."""
    text = f"{facts['seed']}:{facts['outsideValue']}:{application}"
    return hashlib.sha256(text.encode()).digest()


def place(row: Row, facts: dict[str, Any]) -> tuple[int, int, bytes, str]:
    """What decides who goes first: the lower, the earlier."""
    priority = row.priority if facts["division"] == "priority" else 0
    return priority, -row.missed, lot(row.application, facts), row.application


def grants(rows: list[Row], *, available: int, last_grant: str) -> list[int]:
    """What each on the list gets: from the top, until the money is gone.

    Who left the list keeps what it had, which can be less than it asked.
    """
    given = []
    for row in rows:
        asks = min(row.granted, row.wanted) if row.left else row.wanted
        amount = min(asks, available)
        if amount < row.wanted and last_grant == "none":
            amount = 0
        if amount < asks:
            available = amount
        available -= amount
        given.append(amount)
    return given


def check_draw(facts: dict[str, Any], rows: list[Row], ordered: list[Row]) -> list[Finding]:
    """Whether these are the applications that were drawn, in the order of the draw."""
    found = []
    if hashlib.sha256(bytes.fromhex(facts["seed"])).hexdigest() != facts["seedHash"]:
        found.append(("seed", "this is not the seed whose hash was published beforehand"))
    if bool(facts["outsideSource"]) != bool(facts["outsideValue"]):
        found.append(("outside", "chance from outside needs both its source and its value"))
    if len(rows) != facts["applications"]:
        found.append(("count", f"{len(rows)} applications, {facts['applications']} were drawn"))
    drawn = hashlib.sha256("".join(row.drawn() for row in rows).encode()).hexdigest()
    if drawn != facts["listHash"]:
        found.append(
            ("list", "what was fixed at the draw was changed afterwards: its hash differs")
        )
    seen: set[str] = set()
    for number, (row, redrawn) in enumerate(zip(rows, ordered, strict=True), start=1):
        if row.application in seen:
            found.append(("twice", f"{row.application} stands on the list more than once"))
        seen.add(row.application)
        if row.rank != number:
            found.append(("order", f"line {number + 1} has rank {row.rank}, not {number}"))
        if redrawn.rank != number:
            found.append(("rank", f"{redrawn.application}: {redrawn.rank}, redrawn {number}"))
        if not 0 < row.wanted <= facts["grantMaxCents"]:
            found.append(("wanted", f"{row.application} asked {row.wanted} cents"))
    return found


def check_money(facts: dict[str, Any], ordered: list[Row]) -> list[Finding]:
    """Whether the money went down the list, all of it and no more."""
    found = []
    granted = sum(row.granted for row in ordered)
    if granted != facts["grantedCents"]:
        found.append(("granted", f"{granted} cents, {facts['grantedCents']} were granted"))
    came = facts["ceilingCents"] + facts["returnedCents"]
    went = facts["grantedCents"] + facts["leftCents"] + facts["backToFundCents"]
    if came != went:
        found.append(("money", f"{came} cents came (ceiling, returned), {went} went or are left"))
    given = grants(ordered, available=granted, last_grant=facts["lastGrant"])
    for row, cents in zip(ordered, given, strict=True):
        if row.granted != cents:
            found.append(("grant", f"{row.application} got {row.granted} cents, redrawn {cents}"))
    if rest := undivided(facts, ordered):
        found.append(("left", f"{rest} cents of the ceiling are not divided (yet)"))
    return found


def undivided(facts: dict[str, Any], ordered: list[Row]) -> int:
    """The cents of the ceiling that the next on the list should have had, wherever they are now.

    Money that came back may still be there: it is divided once a day.
    """
    rest = max(0, facts["ceilingCents"] - facts["grantedCents"])
    for row in ordered:
        if (asks := row.wanted - row.granted) and not row.left:
            return rest if facts["lastGrant"] == "partial" or rest >= asks else 0
    return 0


def lines_of(found: list[Finding]) -> Iterator[str]:
    """The findings by name, of each name the first few."""
    for wanted in dict.fromkeys(name for name, _ in found):
        sentences = [sentence for name, sentence in found if name == wanted]
        yield from (f"{wanted}: {sentence}\n" for sentence in sentences[:SHOWN])
        if len(sentences) > SHOWN:
            yield f"{wanted}: and {len(sentences) - SHOWN} more\n"


def euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        sys.stderr.write("usage: python3 redraw.py round.json list.csv\n")
        return 2
    try:
        facts, rows = facts_of(arguments[0]), rows_of(arguments[1])
    except NotAsPublished as error:
        sys.stdout.write(f"{error}\nUNREADABLE: nothing was redrawn\n")
        return 3
    ordered = sorted(rows, key=lambda row: place(row, facts))
    found = check_draw(facts, rows, ordered) + check_money(facts, ordered)
    if found:
        sys.stdout.write("".join(lines_of(found)))
        sys.stdout.write(f"DIFFERENT: {len(found)} differences in {len(rows)} applications\n")
        return 1
    sys.stdout.write(
        f"identical: {len(rows)} applications, {euros(facts['grantedCents'])} euros granted of "
        f"{euros(facts['ceilingCents'])} and {euros(facts['returnedCents'])} that came back\n"
        "Compare with what was published before the round: "
        f"ceiling {euros(facts['ceilingCents'])}, hash of the seed {facts['seedHash']}\n"
        f"Compare with the page of the round: hash of the list {facts['listHash']}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
