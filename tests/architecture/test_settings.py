"""Production starts only when every secret is given and nothing insecure is on."""

import os
import subprocess
import sys

import pytest

from tests.deploy import run_with


def test_production_starts_without_a_warning_when_everything_is_given() -> None:
    done = run_with({})

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "missing",
    [
        "SECRET_KEY",
        "BSN_LOOKUP_KEY",
        "IDENTITY_MASTER_KEY",
        "ENROLMENT_CODE_KEY",
        "LEDGER_SEAL_SECRET",
        "LOTTERY_KEY",
        "PAYER_NAME",
        "PAYER_IBAN",
        "PAYER_BIC",
        "PUBLIC_URL",
        "ALLOWED_HOSTS",
        "DATABASE_URL",
        "CELERY_BROKER_URL",
    ],
)
def test_production_refuses_to_start_without(missing: str) -> None:
    for nothing in None, "":
        done = run_with({missing: nothing})

        assert done.returncode != 0
        assert f"Set the environment variable {missing}." in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "true"),
        ("LOGIN", "mock"),
        ("INSECURE_HTTP", "true"),
        ("STAFF_SECOND_FACTOR", "false"),
        ("SECRET_KEY", "short"),
        ("PUBLIC_URL", "http://example.org"),
        ("PUBLIC_URL", "https://"),
        ("PAYER_IBAN", "NL00ABNA0417164300"),
        ("PAYER_BIC", "ABNA"),
        ("DATABASE_URL", "sqlite:///books.db"),
        ("DATABASE_URL", "mysql://somebody@somewhere/books"),
        ("ENVIRONMENT", "staging"),
        ("DEBUG", "yes"),
    ],
)
def test_production_refuses_to_start_with(name: str, value: str) -> None:
    done = run_with({name: value})

    assert done.returncode != 0
    assert name in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("name", "least"), [("SECRET_KEY", 50), ("LOTTERY_KEY", 32)])
def test_a_secret_that_is_too_short_is_refused_at_the_start(name: str, least: int) -> None:
    done = run_with({name: "x" * (least - 1)})

    assert f"{name} must have at least {least} characters." in done.stderr


@pytest.mark.parametrize("command", ["makemigrations", "check_ledger", "help"])
def test_without_any_setting_every_command_says_what_to_do(command: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", command],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "Set the environment variable SECRET_KEY. To try things out: ENVIRONMENT=development."
    ]
