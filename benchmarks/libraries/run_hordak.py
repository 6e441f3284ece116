"""django-hordak's `transfer_to`: `setup`, or SECONDS to post for some seconds.

Runs in an environment of its own with the library from its package; see `benchmarks.yardsticks`.
"""

import os
import random
import sys

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
from django.db import connection, transaction  # noqa: E402
from hordak.models import Account  # noqa: E402
from moneyed import Money  # noqa: E402

from benchmarks.libraries.pace import print_pace  # noqa: E402

# Without its triggers: for every new account they go through all of them (django-hordak issue 49).
MANY = """
    INSERT INTO hordak_account
        (uuid, name, code, full_code, type, is_bank_account, currencies, lft, rght, level, tree_id)
    SELECT gen_random_uuid(), 'account ' || n, n, n, type, is_bank_account, currencies, lft, rght,
           level, tree_id + n
    FROM hordak_account, generate_series(1, 100000) AS n
"""

if sys.argv[1] == "setup":
    call_command("migrate", verbosity=0)
    Account.objects.create(name="fund", code="0", type="LI", currencies=["EUR"])
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(MANY)
        cursor.execute("VACUUM ANALYZE")
else:
    fund, *citizens = Account.objects.order_by("id")
    one = Money(1, "EUR")

    def act() -> None:
        with transaction.atomic():
            random.choice(citizens).transfer_to(fund, one)

    print_pace(act, int(sys.argv[1]))
