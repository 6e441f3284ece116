"""An account's statement as a table: newest first, each page from where the last one ended.

Going on from a line instead of counting pages keeps the hundredth page as quick as the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from ledger.reports import StatementLine, statement
from ontwikkelrekening.tables.table import Cell, Column, Table, Text

CHUNK = 2000
CURSOR = re.compile(r"\d{1,18}-\d{1,18}\.\d{1,18}")


@dataclass(frozen=True, slots=True)
class Statement:
    """The lines of one account that are older than a line."""

    account_id: int
    before: str | None = None

    def ordered(self, column: Column, *, descending: bool) -> Statement:
        return self

    def slice(self, start: int, stop: int) -> Sequence[StatementLine]:
        return statement([self.account_id], limit=stop, before=self.before)

    def stream(self) -> Iterator[StatementLine]:
        before = self.before
        while lines := statement([self.account_id], limit=CHUNK, before=before):
            yield from lines
            before = lines[-1].cursor


class StatementTable(Table):
    """A table whose next page begins after the last line of this one."""

    @property
    def page(self) -> int:
        return 1

    @property
    def next_href(self) -> str:
        self._read()
        return self._with({"before": self._last}) if self._more else ""

    @property
    def download_href(self) -> str:
        """All lines, on whichever page this is."""
        return self._with({"before": "", "download": self.name})

    @property
    def previous_href(self) -> str:
        return self._with({"before": ""}) if asked_cursor(self.query.get("before")) else ""

    @property
    def previous_words(self) -> Text:
        return _("Newest lines")

    def _read(self) -> tuple[list[list[Cell]], bool]:
        if self._page is None:
            lines = self.source.slice(0, self.per_page + 1)
            self._more = len(lines) > self.per_page
            shown = lines[: self.per_page]
            self._last: str = shown[-1].cursor if shown else ""
            self._page = [[c.cell(line) for c in self.columns] for line in shown], self._more
        return self._page


def asked_cursor(text: str | None) -> str | None:
    """A cursor as we gave it out, or none."""
    return text if text and CURSOR.fullmatch(text) else None
