"""A bare Django cursor: the bare statement between random accounts for some seconds: SECONDS."""

import sys

import django
from django.db import connection

from benchmarks.clients import one_statement
from benchmarks.libraries.pace import print_pace

django.setup()

statement, draw = one_statement("raw_random", "%({})s".format)


def act() -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, draw())


print_pace(act, int(sys.argv[1]))
