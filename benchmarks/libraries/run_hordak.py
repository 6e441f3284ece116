"""django-hordak's `transfer_to`: `setup`, or SECONDS NUMBER to post for some seconds.

Runs in an environment of its own with the library from its package; see `benchmarks.yardsticks`.
"""

import os
import random
import sys
import time

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
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "mptt", "hordak"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    CURRENCIES=("EUR",),
    DEFAULT_CURRENCY="EUR",
    HORDAK_CURRENCIES=["EUR"],
    HORDAK_DEFAULT_CURRENCY="EUR",
    USE_TZ=True,
    SECRET_KEY=os.urandom(16).hex(),
)
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from hordak.models import Account  # noqa: E402
from moneyed import Money  # noqa: E402

CITIZENS = 200

if sys.argv[1] == "setup":
    call_command("migrate", verbosity=0)
    for number in range(CITIZENS + 1):
        Account.objects.create(
            name=f"account {number}", code=str(number), type="LI", currencies=["EUR"]
        )
else:
    accounts = list(Account.objects.order_by("id"))
    fund, citizens = accounts[0], accounts[1:]
    seconds, one = int(sys.argv[1]), Money(1, "EUR")
    done, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        with transaction.atomic():
            random.choice(citizens).transfer_to(fund, one)
        done += 1
    print(done / (time.perf_counter() - start))
