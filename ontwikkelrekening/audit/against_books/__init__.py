"""What the scheme's own rows say, compared with the books: each check is one query, as `check_ledger`'s are.

The seals guard the books, not these rows; but a booking vouches for the rows that it was made from
(`providers.vouching`). A claim whose booking was reversed by hand stays as it was approved: its page says so.
Each query yields one text per finding.
"""

from __future__ import annotations

from ledger.checking import Finding, findings_of
from ontwikkelrekening.audit.against_books import bank, claims, credit, payments, records

CHECKS = credit.CHECKS | claims.CHECKS | payments.CHECKS | bank.CHECKS | records.CHECKS


def check_against_books() -> list[Finding]:
    """Run every check; an empty list means that claims, payments and grants say what the books say."""
    return findings_of(CHECKS)
