from ledger.checking import CHECKS
from ledger.management.findings import CheckCommand


class Command(CheckCommand):
    help = "Check the books; exit 1 when something is wrong."
    checks = CHECKS
