"""Another Django project installs the ledger and uses it: nothing else of ours is there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

import ledger

PROJECT = """
import os, sys
from datetime import UTC, date, datetime
from uuid import uuid4
import django
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["ledger"], USE_TZ=True,
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": os.environ["NAME"],
        "HOST": os.environ["HOST"], "PORT": os.environ["PORT"], "USER": os.environ["USER"],
        "PASSWORD": os.environ["PASSWORD"]}},
)
django.setup()
from django.core.management import call_command
from ledger.accounts import open_accounts
from ledger.balances import balance
from ledger.checking import check_ledger
from ledger.models import AccountClass
from ledger.posting import NewBooking, NewTransfer, post
call_command("migrate", verbosity=0)
now, today = datetime.now(UTC), date.today()
AccountClass.objects.create(code="cash", name="Cash", normal_side="debit", may_overdraw=True)
AccountClass.objects.create(code="wallet", name="Wallets", normal_side="credit")
ids = open_accounts(["cash"], account_class="cash", at=now)
ids |= open_accounts(["wallet:ada"], account_class="wallet", at=now)
booking = NewBooking(uuid4(), kind="deposit", cause="order:1", description="cash in", effective_on=today)
post(booking, [NewTransfer(debit=ids["cash"], credit=ids["wallet:ada"], cents=500)], at=now)
assert balance(ids["wallet:ada"]) == 500
assert not check_ledger()
call_command("begin_era")
call_command("close_period", "2020-12-31")
for format in ("evidence", "csv", "hledger"):
    call_command("export_ledger", format, f"books.{format}")
others = ("ontwikkelrekening", "providers", "cryptography", "djmoney", "pyarrow")
assert not [name for name in sys.modules if name.startswith(others)]
call_command("migrate", "ledger", "zero", verbosity=0)
"""


@pytest.mark.django_db
def test_another_project_can_use_the_ledger(tmp_path: Path) -> None:
    shutil.copytree(Path(ledger.__file__).parent, tmp_path / "ledger")
    (tmp_path / "project.py").write_text(PROJECT)
    where = connection.settings_dict
    name = f"{where['NAME']}_alone"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}"')

    try:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "project.py"],
            cwd=tmp_path,
            env={
                "PATH": os.environ["PATH"],
                "NAME": name,
                **{key: str(where[key]) for key in ("HOST", "PORT", "USER", "PASSWORD")},
            },
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    assert done.returncode == 0, done.stderr
