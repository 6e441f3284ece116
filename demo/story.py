"""A year of invented use, played through the public interfaces: commands, pages and the API.

People come in from a file, the yearly top-up is decided, then every week some of them choose a
course in the portal, providers redeem codes and claim, and once a quarter claims are paid.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import random
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tqdm import tqdm

from demo.bank import Bank, Line, came_in, paid
from demo.browser import Browser
from demo.clock import set_clock
from demo.machine import ROOT, Machine
from demo.prices import offer_dearer
from demo.recoveries import propose_one, take_back_one
from demo.rounds import Rounds
from demo.school import School
from demo.summary import Accepted

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SEED = 2018  # the year of the study the population follows
PEOPLE = 300
DAYS_BETWEEN_STOPS = 7
PASSWORD = "demo-password"  # noqa: S105
STAFF = [
    "petra:policy-officers",
    "paul:policy-officers",
    "ineke:payment-officers",
    "bas:payment-officers",
    "amir:auditors",
    "rosa:reviewers",
    "sam:reviewers",
    "olga:provider-officers,privacy-officers",
]
APRIL = 4
AT_HAND = 4  # people and providers that are busy at the same moment


@dataclass
class Visit:
    """What came of one person's visit to the portal."""

    enrolment: str
    course: str
    code: str
    starts_on: date
    is_handed_in: bool


@dataclass
class Course:
    """An enrolment as its provider sees it, and what it has still to claim."""

    school: School
    enrolment: dict[str, Any]
    open_terms: list[dict[str, Any]]
    evidence: dict[str, Any]

    def is_due(self, today: date) -> bool:
        if not self.open_terms:
            return False
        name, after = self.open_terms[0]["instalment"], self.open_terms[0]["after"]
        if after == "completion":
            return today >= date.fromisoformat(self.enrolment["endsOn"])
        weeks = int(name.removeprefix("session-")) - 1 if after == "session" else 0
        return today >= date.fromisoformat(self.enrolment["startsOn"]) + timedelta(weeks=weeks)


@dataclass
class Year:
    """The state of the play."""

    machine: Machine
    chance: random.Random
    schools: list[School]
    waiting: list[Visit] = field(default_factory=list)
    running: list[Course] = field(default_factory=list)
    accepted: Accepted = field(default_factory=lambda: Accepted(set(), set()))
    teaches: dict[str, School] = field(default_factory=dict)  # course id -> who teaches it

    def __post_init__(self) -> None:
        _at_once(School.log_in, self.schools)
        for school, courses in zip(
            self.schools, _at_once(School.courses, self.schools), strict=True
        ):
            self.teaches.update(dict.fromkeys(courses, school))


def play(machine: Machine) -> Accepted:
    """Play from January until yesterday, for nothing may lie in the future; return what the product
    said yes to.
    """
    today = datetime.now(UTC).date()
    begin = date(today.year if today.month > 3 else today.year - 1, 1, 2)
    _live_on(machine, begin)
    schools = _prepare(machine, begin)
    year = Year(machine, random.Random(SEED), schools)
    stops = _stops(begin + timedelta(days=3), today - timedelta(days=1))
    known = _people(year.chance)
    rounds, people = Rounds(machine, stops, known), iter(known)
    bank = Bank(machine.data / "bank")
    for stop, previous in tqdm(
        list(zip(stops, [begin, *stops], strict=False)), desc="The year", unit="stop", disable=None
    ):
        _live_on(machine, stop)
        if stop.month != previous.month and stop.month % 3 == 1:
            _pay(machine, bank, stop)
            if stop.month == APRIL:  # the first of the year
                _take_in(machine, bank.write(stop, take_back_one(machine, schools)))
        if stop.year != previous.year:
            machine.manage("top_up", "landelijk")
        rounds.on(stop)
        _one_stop(
            year, stop, [bsn for _, bsn in zip(range(_visitors(stops)), people, strict=False)]
        )
    set_clock(machine.clock_file, None)
    _pay(machine, bank, datetime.now(AMSTERDAM).date(), came_in(25_00, words="Mijn rekening"))
    propose_one(machine, schools)
    offer_dearer(schools[-1])
    return replace(year.accepted, findings=rounds.findings())


def _prepare(machine: Machine, begin: date) -> list[School]:
    """Staff, policy, people, courses, money and the yearly top-up."""
    os.environ["STAFF_PASSWORD"] = PASSWORD
    steps: list[tuple[str, list[str]]] = [
        ("Staff", ["add_staff", *STAFF]),
        ("Policy", ["load_example_policy"]),
        ("Citizens", ["import_citizens", str(ROOT / "demo/citizens.csv.gz")]),
        ("Courses", ["import_courses", str(ROOT / "demo/courses.json.gz"), "--by", "olga"]),
        ("IBANs", ["agree_to_ibans", "--by", "bas"]),
        ("Money", ["make_available", "landelijk", "6000000"]),
        ("Top-up", ["top_up", "landelijk"]),
    ]
    with tqdm(steps, desc="Setting up", unit="step", disable=None) as bar:
        for name, arguments in bar:
            bar.set_postfix_str(name)
            machine.manage(*arguments)
    printed = machine.manage("create_client", "all", "--json").splitlines()
    clients = [json.loads(line) for line in printed if line.startswith("{")]
    (machine.data / "clients.json").write_text(json.dumps(clients, indent=2, ensure_ascii=False))
    return [
        School(machine.url, client["clientId"], client["clientSecret"], client["kvkNumber"])
        for client in clients
    ]


def _people(chance: random.Random) -> list[str]:
    """The BSNs of those who will visit, in random order; the named persons of the login come first."""
    with gzip.open(ROOT / "demo/citizens.csv.gz", "rt") as file:
        known = list(dict.fromkeys(row["bsn"] for row in csv.DictReader(file)))
    named, others = known[:6], known[6:]
    chance.shuffle(others)
    return named + others[: PEOPLE - len(named)]


def _stops(first: date, last: date) -> list[date]:
    number = (last - first).days // DAYS_BETWEEN_STOPS
    return [first + timedelta(days=DAYS_BETWEEN_STOPS * step) for step in range(number)] + [last]


def _visitors(stops: list[date]) -> int:
    return -(-PEOPLE // len(stops))


def _live_on(machine: Machine, day: date) -> None:
    set_clock(machine.clock_file, datetime.combine(day, time(10), UTC))


def _at_once(act: Callable[[Any], Any], subjects: Iterable[Any]) -> list[Any]:
    with ThreadPoolExecutor(AT_HAND) as pool:
        return list(pool.map(act, subjects))


def _one_stop(year: Year, today: date, bsns: list[str]) -> None:
    """One day: people choose, providers redeem what they were handed and claim what is due."""
    plans = [(bsn, year.chance.random(), year.chance.randrange(1, 15)) for bsn in bsns]
    visits = _at_once(lambda plan: _visit(year.machine.url, today, *plan), plans)
    for visit in visits:
        if visit is not None:
            year.accepted.enrolments.add(visit.enrolment)
            year.waiting.append(visit)
    handed_in = [v for v in year.waiting if v.is_handed_in]
    year.waiting.clear()
    due = [course for course in year.running if course.is_due(today)]
    busy = {year.teaches[visit.course] for visit in handed_in} | {course.school for course in due}
    _at_once(School.log_in, busy)
    year.running += _at_once(lambda visit: _redeem(year, visit), handed_in)
    for claimed in _at_once(lambda course: _claim(course, today), due):
        year.accepted.claims.update(claimed)
    year.running = [course for course in year.running if course.open_terms]


def _visit(url: str, today: date, bsn: str, mood: float, days: int) -> Visit | None:
    """Log in, look at the account, choose a course, agree, sometimes think better of it."""
    with Browser(url) as browser:
        home = browser.submit(browser.open("/inloggen"), "/inloggen", bsn=bsn)
        listed = browser.open(f"/opleidingen?pagina={1 + int(mood * 20)}")
        offered = [link for link in listed.links if "/opleidingen/" in link]
        if home.status != 200 or not offered:
            return None
        link = offered[int(mood * 1000) % len(offered)]
        starts_on = today + timedelta(days=days)
        question = browser.open(f"{link}/kiezen")
        check = browser.submit(question, "/controleren", start=starts_on.isoformat())
        if check.status != 200 or not any(
            form.method == "post" and "/controleren" in form.action for form in check.forms
        ):
            return None
        agreed = browser.submit(check, "/controleren")
        if "/keuzes/" not in agreed.url or "code" not in agreed.text:
            return None
        if mood > 0.94:
            browser.submit(browser.open(f"{agreed.url}/annuleren"), "/annuleren")
        return Visit(
            enrolment=agreed.url.rsplit("/", 1)[-1],
            course=link.rsplit("/", 1)[-1],
            code=agreed.text["code"].strip(),
            starts_on=starts_on,
            is_handed_in=mood < 0.88,
        )


def _redeem(year: Year, visit: Visit) -> Course:
    """The citizen hands the code to the provider, who will teach, and note how it went."""
    school = year.teaches[visit.course]
    enrolment = school.redeem(visit.code)
    ending = random.Random(visit.enrolment).random()
    evidence: dict[str, Any] = {"certificate": True}
    if ending > 0.65:
        evidence = {"attendance": 80 + int(ending * 20)}
    if ending > 0.90:
        evidence = {"exam": True, "attendance": 60}
    if ending > 0.96:
        evidence = {"attendance": 40}
    return Course(school, enrolment, list(enrolment["terms"]), evidence)


def _claim(course: Course, today: date) -> list[str]:
    """Claim every instalment that is due; return the ids of the claims taken in."""
    accepted = []
    while course.is_due(today):
        term = course.open_terms.pop(0)
        evidence = course.evidence if term["after"] == "completion" else {}
        answer = course.school.claim(course.enrolment["id"], term, evidence)
        if "submittedAt" in answer:
            accepted.append(answer["id"])
    return accepted


def _pay(machine: Machine, bank: Bank, day: date, *others: Line) -> None:
    """Once a quarter: credit that ran out expires; one prepares the payments, another releases them.

    The bank pays them the same day, and says what else came in.
    """
    machine.manage("expire_credit")
    machine.manage("prepare_payments", "--by", "ineke")
    said = machine.manage("release_payments", "--by", "bas", "--out", str(machine.data))
    file = Path(said.rpartition("The file is ")[2].strip().removesuffix("."))
    _take_in(machine, bank.write(day, paid(file.read_bytes()), *others))


def _take_in(machine: Machine, statement: Path) -> None:
    machine.manage("take_in_statement", str(statement), "--by", "ineke")
