"""`check --deploy` with the settings of production: `python -m tests.deploy`."""

import os
import secrets
import subprocess
import sys

PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": secrets.token_urlsafe(48),
    "BSN_LOOKUP_KEY": secrets.token_urlsafe(48),
    "IDENTITY_MASTER_KEY": secrets.token_urlsafe(48),
    "ENROLMENT_CODE_KEY": secrets.token_urlsafe(48),
    "LEDGER_SEAL_SECRET": secrets.token_urlsafe(48),
    "LOTTERY_KEY": secrets.token_urlsafe(48),
    "PAYER_NAME": "Ontwikkelrekening",
    "PAYER_IBAN": "NL91ABNA0417164300",
    "PAYER_BIC": "ABNANL2A",
    "PUBLIC_URL": "https://example.org",
    "ALLOWED_HOSTS": "example.org",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "CELERY_BROKER_URL": "amqp://nobody@127.0.0.1:1//",
}


def run_with(changes: dict[str, str | None]) -> subprocess.CompletedProcess[str]:
    """The check in an environment of its own: production, with `changes` (None removes one)."""
    wanted = {**PRODUCTION, **changes}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env={
            "PATH": os.environ["PATH"],
            **{name: value for name, value in wanted.items() if value is not None},
        },
        capture_output=True,
        text=True,
        check=False,
    )


if __name__ == "__main__":
    done = run_with({})
    print(done.stdout + done.stderr)  # noqa: T201
    sys.exit(done.returncode)
