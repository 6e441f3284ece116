"""django-ledger's `commit_txs`: `setup`, or SECONDS to post for some seconds.

Runs in an environment of its own with the library from its package; see `benchmarks.yardsticks`.
"""

import os
import random
import sys
from decimal import Decimal

import django
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict

where = conninfo_to_dict(os.environ["LIBRARY_DATABASE_URL"])
settings.configure(
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": where["dbname"],
            "USER": where.get("user", ""),
            "HOST": where.get("host", ""),
            "CONN_MAX_AGE": None,
        }
    },
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django_ledger"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
    SECRET_KEY=os.urandom(16).hex(),
)
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402
from django_ledger.models import EntityModel  # noqa: E402

from benchmarks.libraries.pace import print_pace  # noqa: E402

if sys.argv[1] == "setup":
    call_command("migrate", verbosity=0)
    user = get_user_model().objects.create(username="bench")
    entity = EntityModel.create_entity(
        name="bench", admin=user, use_accrual_method=True, fy_start_month=1
    )
    entity.create_chart_of_accounts(assign_as_default=True, commit=True, coa_name="bench")
    for number in range(21):
        entity.create_account(
            code=str(1000 + number),
            role="asset_ca_cash",
            name=f"account {number}",
            balance_type="debit",
            active=True,
        )
    entity.create_ledger(name="bench", posted=True)
else:
    entity = EntityModel.objects.get()
    ledger = entity.get_ledgers().first()
    accounts = list(entity.get_all_accounts().filter(role="asset_ca_cash"))
    fund, citizens = accounts[0], accounts[1:]

    def act() -> None:
        legs = [
            {"account": fund, "tx_type": "debit", "amount": Decimal(1), "description": ""},
            {
                "account": random.choice(citizens),
                "tx_type": "credit",
                "amount": Decimal(1),
                "description": "",
            },
        ]
        entity.commit_txs(
            je_timestamp=timezone.localtime(),
            je_txs=legs,
            je_posted=True,
            je_ledger_model=ledger,
            je_desc="bench",
        )

    print_pace(act, int(sys.argv[1]))
