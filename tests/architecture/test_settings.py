"""Production starts only when every secret is given and nothing insecure is on."""

import os
import subprocess
import sys
from runpy import run_path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.deploy import PRODUCTION, run_with


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


def read_settings(changes: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Read them anew in this process, which is quicker than to start another."""
    for name, value in {**PRODUCTION, **changes}.items():
        monkeypatch.setenv(name, value)
    return run_path("ontwikkelrekening/settings.py")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgres://a@localhost/b?foo=bar"),
        ("DATABASE_URL", "postgres://a@localhost/b?connect_timeout=banana"),
        ("DATABASE_URL", "postgres://a@localhost/b?conn_max_age=5"),
        ("DATABASE_URL", "postgres://a:b@localhost"),
        ("DATABASE_URL", "postgres://a:b@localhost/"),
        ("DATABASE_URL", "postgres://a@localhost/b?sslmode=bogus"),
        ("CELERY_BROKER_URL", "http://x"),
        ("CELERY_BROKER_URL", "kafka://x"),
        ("CELERY_BROKER_URL", "redis://127.0.0.1:notaport"),
        ("CELERY_BROKER_URL", "redis://[::1"),
        ("CELERY_BROKER_URL", "amqp://x:99999"),
        ("CELERY_BROKER_URL", "nonsense"),
        ("CELERY_BROKER_URL", "redis:x"),
        ("CELERY_BROKER_URL", "redis://127.0.0.1:6379/notanumber"),
        ("CELERY_BROKER_URL", "redis://127.0.0.1:6379/0/1"),
        ("CELERY_BROKER_URL", "redis://127.0.0.1:6379/0?foo=bar"),
        ("CELERY_BROKER_URL", "rediss://broker.example:6380/0?ssl_cert_reqs=bogus"),
        ("CELERY_BROKER_URL", "rediss://broker.example:6380/0"),
        ("IDENTITY_MASTER_KEY", "a" * 20 + "," + "b" * 20),
        ("IDENTITY_MASTER_KEY", " " + "a" * 40),
        ("IDENTITY_OLD_MASTER_KEYS", "short"),
        ("IDENTITY_OLD_MASTER_KEYS", "abcde" * 8 + ",short"),
        ("LOTTERY_KEY", "a" * 60),
        ("SECRET_KEY", "abcd" * 20),
        ("PUBLIC_URL", "https://[::1"),
        ("PUBLIC_URL", "https://example.org/"),
        ("PUBLIC_URL", "https://example.org/path"),
        ("PUBLIC_URL", "https://example.org:port"),
        ("PUBLIC_URL", "https://example.org:99999"),
        ("PUBLIC_URL", "https://example.org?x"),
        ("PUBLIC_URL", "https://exa mple.org"),
        ("SECURITY_CONTACT", "nonsense"),
        ("SECURITY_CONTACT", "mailto:a@b.nl\nPolicy: x"),
        ("SECURITY_CONTACT", "https://example.org\nPolicy: x"),
        ("PAYER_NAME", "   "),
        ("PAYER_NAME", "a" * 200),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "=,"),
        ("ALLOWED_HOSTS", ","),
        ("OIDC_ISSUER", "http://x"),
        ("EHERKENNING_ISSUER", "https://"),
        ("WAITING_MINUTES", "9" * 5000),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ImproperlyConfigured, match=name) as refused:
        read_settings({name: value}, monkeypatch)

    assert len(str(refused.value).splitlines()) == 1


def test_two_secrets_with_one_value_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match="BSN_LOOKUP_KEY and LOTTERY_KEY") as refused:
        read_settings({"BSN_LOOKUP_KEY": PRODUCTION["LOTTERY_KEY"]}, monkeypatch)

    assert PRODUCTION["LOTTERY_KEY"] not in str(refused.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"CELERY_BROKER_URL": "redis://:secret@[::1]:6379/0", "PUBLIC_URL": "https://[::1]:8443"},
        {"CELERY_BROKER_URL": "rediss://broker.example:6380/0?ssl_cert_reqs=required"},
        {"CELERY_BROKER_URL": "redis://127.0.0.1", "IDENTITY_OLD_MASTER_KEYS": "abcde" * 8},
        {"CELERY_BROKER_URL": "pgmq://", "ALLOWED_HOSTS": ".example.org, 127.0.0.1,[::1]"},
        {
            "DATABASE_URL": "postgres://a@/b?host=/tmp/x&sslmode=require&connect_timeout=3",
            "SECURITY_CONTACT": "https://example.org/security?",
            "OIDC_ISSUER": "https://broker.example/realms/x",
            "OIDC_CLIENT_ID": "x",
            "OIDC_CLIENT_SECRET": "x",
        },
    ],
)
def test_production_takes(changes: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read_settings(changes, monkeypatch)

    assert settings["PRODUCTION"] is True
    for name in ("CELERY_BROKER_URL", "PUBLIC_URL"):
        assert settings[name] == {**PRODUCTION, **changes}[name]
