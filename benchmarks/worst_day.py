"""STAP's worst day: everybody at the door at once, then let in at the rate of that day.

On 17 March 2023 250,000 devices stood before STAP and two and a half hours later the money was gone.
Here the devices, the time and the crowd at the door are all divided by SCALE, so everything a second is
as it was: in the first ten minutes (divided) all devices ask for the page; each waits for the turn on
its ticket, logs in, reads the round, applies and reads the receipt. The waiting room stands in the web
processes themselves, two on two cores, beside the client and PostgreSQL.
"""

from __future__ import annotations

import heapq
import http.client
import os
import random
import re
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from threading import Condition, Thread
from urllib.parse import urlencode

from django.utils import timezone

from benchmarks.measuring import Metric
from benchmarks.rush import CSRF, open_round, slowest
from benchmarks.serving import HOST, PORT, server
from ontwikkelrekening.budgets.models import Application
from ontwikkelrekening.citizens.identity import Identity
from ontwikkelrekening.citizens.registering import NewCitizen, register

SCALE = int(os.environ.get("WORST_DAY_SCALE", "100"))
DEVICES = 250_000 // SCALE
SECONDS = 9000 // SCALE  # two and a half hours
AT_THE_DOOR = 600 // SCALE  # seconds in which all come
READS = 3.0  # seconds before the next page, at most
PROCESSES = os.cpu_count() or 2
A_MINUTE = DEVICES * 60 // SECONDS // PROCESSES
THREADS = 24


@dataclass
class Device:
    """One visitor: its cookies, and what it does next."""

    bsn: str
    step: int = 0
    cookies: dict[str, str] = field(default_factory=dict)


def run() -> list[Metric]:
    round_ = open_round()
    people = [_person(number) for number in range(DEVICES)]
    register(people, at=timezone.now())
    crowd = Crowd([Device(person.identity.bsn) for person in people], f"/tijdvakken/{round_.code}")
    room = {"WAITING_MINUTES": str(SECONDS // 60 + 2), "ADMITTED_A_MINUTE": str(A_MINUTE)}
    with server("ontwikkelrekening.wsgi:application", **room):
        seconds = crowd.come()
    applied = Application.objects.count()
    print(
        f"{applied} of {DEVICES} devices applied in {seconds:.0f} s; {crowd.waited} waited,"
        f" {crowd.waited_most:.0f} s at most; {len(crowd.wrong)} other answers {crowd.wrong[:3]}"
    )
    if applied != DEVICES or crowd.wrong:
        raise RuntimeError("not everybody could apply")
    return [slowest(f"worst_day_{name}", each) for name, each in crowd.latencies.items()]


class Crowd:
    """All devices, each doing its next step when it is time, by a few threads."""

    def __init__(self, devices: list[Device], page: str) -> None:
        self.page = page
        self.latencies: defaultdict[str, list[float]] = defaultdict(list)
        self.wrong: list[str] = []
        self.waited, self.waited_most = 0, 0.0
        self.todo = [
            (random.random() * AT_THE_DOOR, number, each) for number, each in enumerate(devices)
        ]
        heapq.heapify(self.todo)
        self.left = len(devices)
        self.change = Condition()

    def come(self) -> float:
        """Everybody from the door to the receipt; the seconds it took."""
        self.began = time.perf_counter()
        threads = [Thread(target=self._work) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.perf_counter() - self.began

    def _work(self) -> None:
        while True:
            with self.change:
                while self.left and (not self.todo or self.todo[0][0] > self._now()):
                    self.change.wait(max(self.todo[0][0] - self._now(), 0) if self.todo else 1)
                if not self.left:
                    self.change.notify_all()
                    return
                _, number, device = heapq.heappop(self.todo)
            pause = self._step(device)
            with self.change:
                if pause is None:
                    self.left -= 1
                else:
                    heapq.heappush(self.todo, (self._now() + pause, number, device))
                self.change.notify_all()

    def _now(self) -> float:
        return time.perf_counter() - self.began

    def _step(self, device: Device) -> float | None:
        """One request on a connection of its own; the seconds until the next one, None after the last."""
        form = {"bsn": device.bsn, "next": self.page}
        kind, method, path, body, expected = [
            ("page", "GET", self.page, None, 200),
            ("login", "POST", "/inloggen", urlencode(form), 302),
            ("page", "GET", self.page, None, 200),
            ("check", "GET", f"{self.page}/aanvragen?wanted=1000", None, 200),
            ("apply", "POST", f"{self.page}/aanvragen", "wanted=1000", 302),
            ("page", "GET", self.page, None, 200),
        ][device.step]
        headers = {"X-CSRFToken": CSRF, "Cookie": f"csrftoken={CSRF}"}
        for name, value in device.cookies.items():
            headers["Cookie"] += f"; {name}={value}"
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        connection = http.client.HTTPConnection(HOST, PORT, timeout=60)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        took = time.perf_counter() - began
        for cookie in answer.headers.get_all("Set-Cookie", []):
            if found := re.match(r"(turn|sessionid)=([^;]+)", cookie):
                device.cookies[found[1]] = found[2]
        if answer.status == 503 and device.step == 0 and answer.headers["Refresh"]:
            self.latencies["waiting"].append(took)
            pause = float(answer.headers["Refresh"])
            self.waited, self.waited_most = self.waited + 1, max(self.waited_most, pause)
            return pause
        self.latencies[kind].append(took)
        if answer.status != expected:
            self.wrong.append(f"{answer.status} to {kind}")
            return None
        device.step += 1
        return random.random() * READS if device.step < 6 else None


def _person(number: int) -> NewCitizen:
    return NewCitizen(
        identity=Identity("Voornaam", "Achternaam", _bsn(10_000_000 + number)),
        born_on=date(1990, 1, 1),
        circumstances=(),
    )


def _bsn(number: int) -> str:
    """A number that passes the eleven test."""
    digits = [int(digit) for digit in f"{number:08d}"]
    check = sum(weight * digit for weight, digit in zip(range(9, 1, -1), digits, strict=True)) % 11
    return _bsn(number + 10_000_000) if check == 10 else f"{number:08d}{check}"
