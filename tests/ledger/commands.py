"""What the commands of the ledger say."""

from __future__ import annotations

from io import StringIO

from django.core.management import call_command


def told(command: str, *, fails: bool = False) -> str:
    """What a command says here, without how long it took."""
    out = StringIO()
    try:
        call_command(command, stdout=out)
    except SystemExit:
        assert fails, out.getvalue()
    else:
        assert not fails, out.getvalue()
    return out.getvalue().rpartition(", ")[0]
