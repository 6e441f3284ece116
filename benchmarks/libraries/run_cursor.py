"""A bare Django cursor: the bare statement between random accounts for some seconds: SECONDS NUMBER."""

import sys
import time

import django
from django.db import connection

from benchmarks.clients import one_statement

django.setup()

statement, draw = one_statement("raw_random", "%({})s".format)
seconds, _ = map(int, sys.argv[1:])
done, start = 0, time.perf_counter()
while time.perf_counter() - start < seconds:
    with connection.cursor() as cursor:
        cursor.execute(statement, draw())
    done += 1
print(done / (time.perf_counter() - start))
