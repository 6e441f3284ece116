"""No line of the log holds the text of an exception: a database's message may quote the row it refused."""

import json
import logging

import pytest
from django.db import IntegrityError
from django.test import Client

from ontwikkelrekening.celery import drain
from ontwikkelrekening.logs import JsonLines

ROW = 'new row violates "nonzero"\nDETAIL:  Failing row contains (Fatima, 999990019).'
celery = logging.getLogger("celery.worker")


def told(caplog: pytest.LogCaptureFixture) -> dict[str, object]:
    (record,) = caplog.records
    text = JsonLines().format(record)
    assert "Fatima" not in text
    line: dict[str, object] = json.loads(text)
    return line


def test_a_task_that_fails(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> int:
        raise IntegrityError(ROW)

    monkeypatch.setattr("providers.outbox.drain", fail)

    task = drain.apply()

    line = told(caplog)
    assert line["message"] == f"Task drain[{task.id}] raised unexpected: IntegrityError"
    assert line["error"] == "IntegrityError"
    assert "test_logs.py" in str(line["where"])


def test_a_task_that_is_done(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("providers.outbox.drain", lambda: 3)

    with caplog.at_level(logging.INFO):
        task = drain.apply()

    message = str(told(caplog)["message"])
    assert message.startswith(f"Task drain[{task.id}] succeeded in ")
    assert message.endswith("s: 3")


def test_a_worker_that_has_to_end(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise IntegrityError(ROW)
    except IntegrityError as error:
        celery.critical("Unrecoverable error: %r", error, exc_info=True)

    line = told(caplog)
    assert line["message"] == "Unrecoverable error: 'IntegrityError'"
    assert line["error"] == "IntegrityError"


def test_an_exception_as_the_message_or_beside_it(caplog: pytest.LogCaptureFixture) -> None:
    celery.error(IntegrityError(ROW), extra={"cause": IntegrityError(ROW)})

    line = told(caplog)
    assert line["message"] == line["cause"] == "IntegrityError"


def test_other_values_stay_as_they_are(caplog: pytest.LogCaptureFixture) -> None:
    celery.warning("100%% of %s in %d s", "it", 3)
    assert told(caplog)["message"] == "100% of it in 3 s"

    caplog.clear()
    celery.warning("100%")
    assert told(caplog)["message"] == "100%"


def test_a_message_of_more_lines_is_one_line_of_text(caplog: pytest.LogCaptureFixture) -> None:
    celery.error(
        "Cannot connect to %s.\n%s\n", ConnectionRefusedError(), "Trying again... (1/100)\n"
    )

    assert (
        told(caplog)["message"]
        == "Cannot connect to ConnectionRefusedError. Trying again... (1/100)"
    )


@pytest.mark.parametrize(("header", "status"), [("host", 400), ("origin", 403)])
def test_a_request_that_is_refused_is_no_error_and_repeats_nothing(
    header: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    client = Client(enforce_csrf_checks=True, headers={header: "https://Fatima.example"})

    with caplog.at_level(logging.INFO):
        assert client.post("/").status_code == status

    line = told(caplog)
    assert (line["level"], line["status"]) == ("info", status)
