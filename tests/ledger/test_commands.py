"""The ledger's commands, asked what cannot be: a sentence and an exit code, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import IO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from pytest_django import Settings

from ledger.closing import close_period, closed_through
from tests.ledger.attacks import write_seal

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("days", [0, 1, 36_500])
def test_a_day_that_is_not_over_is_not_closed(days: int) -> None:
    through = datetime.now(UTC).date() + timedelta(days=days)

    with pytest.raises(CommandError, match="is not over yet") as error, transaction.atomic():
        call_command("close_period", str(through))

    assert error.value.returncode == 2
    assert closed_through() is None


def test_closing_again_is_refused_in_words() -> None:
    close_period(through=date(2025, 12, 31))

    with pytest.raises(CommandError, match="closed through 2025-12-31 already"):
        call_command("close_period", "2025-12-31")


@pytest.mark.parametrize("through", ["0001-01-01", "1899-12-31", "3000-01-01", "x"])
def test_a_day_that_the_books_do_not_take_is_refused_in_words(through: str) -> None:
    with pytest.raises(CommandError, match=f"{through} is not a day"):
        call_command("close_period", through)


@pytest.mark.parametrize("every", ["x", "-1", "0", "nan", "inf"])
def test_a_wait_that_is_none_is_refused_in_words(every: str) -> None:
    with pytest.raises(CommandError, match="is not a number of seconds"):
        call_command("seal_ledger", f"--every={every}")


def test_a_seal_that_would_have_another_key_is_refused_in_words(
    settings: Settings, tmp_path: Path
) -> None:
    settings.LEDGER_SEALS_DIR = tmp_path
    with connection.cursor() as cursor:
        cursor.execute(write_seal())

    with pytest.raises(CommandError, match="seal 1 was not signed with this key"):
        call_command("seal_ledger")
    call_command("seal_ledger", "--with-another-key")


def test_a_published_file_that_is_no_list_of_seals_is_left_alone(
    settings: Settings, tmp_path: Path
) -> None:
    settings.LEDGER_SEALS_DIR = tmp_path
    (tmp_path / "seals.jsonl").write_text("not a seal\n")

    with pytest.raises(CommandError, match=r"sealed, but not published: .* is no seal: "):
        call_command("seal_ledger")

    assert (tmp_path / "seals.jsonl").read_text() == "not a seal\n"


def test_a_folder_that_cannot_be_written_is_said(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.LEDGER_SEALS_DIR = tmp_path / "file"

    with pytest.raises(CommandError, match="sealed, but not published"):
        call_command("seal_ledger")


def help_printed_to(out: IO[str] | int) -> subprocess.CompletedProcess[bytes]:
    nowhere = {"ENVIRONMENT": "development", "DATABASE_URL": "postgres://nobody@localhost/nothing"}
    return subprocess.run(
        [sys.executable, "manage.py", "help"],
        cwd=settings.BASE_DIR,
        env=os.environ | nowhere,
        stdout=out,
        stderr=subprocess.PIPE,
        check=False,
    )


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_a_full_disk_behind_what_is_printed_is_said_in_one_line() -> None:
    with open("/dev/full", "w") as full:
        done = help_printed_to(full)

    assert done.returncode == 1
    assert done.stderr == b"Not read or written: No space left on device.\n"


def test_a_reader_who_leaves_early_gets_no_traceback() -> None:
    unread, out = os.pipe()
    os.close(unread)
    done = help_printed_to(out)
    os.close(out)

    assert (done.returncode, done.stderr) == (1, b"")
