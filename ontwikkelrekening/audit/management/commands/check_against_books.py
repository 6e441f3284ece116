from ledger.management.findings import CheckCommand
from ontwikkelrekening.audit.against_books import CHECKS


class Command(CheckCommand):
    help = "Compare claims, payments and grants with the books; exit 1 when something differs."
    checks = CHECKS
