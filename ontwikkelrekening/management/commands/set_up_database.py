from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from ontwikkelrekening.database import left_to_a_superuser, set_up_database


class Command(BaseCommand):
    help = "Migrate, then create the database roles, the chart of accounts and the queue. Run as owner."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        set_up_database()
        self.stdout.write("The database is ready.")
        if statements := left_to_a_superuser():
            self.stderr.write("\n".join(["Let a superuser run in it:", *statements]))
