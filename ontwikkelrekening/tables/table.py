"""Tables: columns that sort by query parameter, pages, totals and a download.

A view describes its columns once; the page and the CSV both come from that description.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from django.db.models import F, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
NUMBERS = ("cents", "signed", "count")
PER_PAGE = 50
PAGE_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Column:
    """One column: how a row gives its value, what it links to and what it is sorted by.

    `kind` is how the value is shown (`tables/_value.html`): text, code, hash, count, cents, signed (cents
    with a plus or minus), date, moment, state, kind (of booking), event, instalment, value (of a parameter)
    or named (a pair: the name and its code).
    `order` is a field of the query set, or any true value for a list of rows.
    """

    key: str
    title: Text
    value: Callable[[Any], object]
    kind: str = "text"
    link: Callable[[Any], str | None] | None = None
    order: str = ""

    def cell(self, row: Any) -> Cell:
        return Cell(self.value(row), self.kind, self.link(row) if self.link else None, self.title)


@dataclass(frozen=True, slots=True)
class Cell:
    value: object
    kind: str = "text"
    href: str | None = None
    title: Text = ""

    @property
    def is_number(self) -> bool:
        return self.kind in NUMBERS


@dataclass(frozen=True, slots=True)
class Heading:
    title: Text
    kind: str
    href: str = ""
    direction: str = ""  # "ascending", "descending" or none

    @property
    def is_number(self) -> bool:
        return self.kind in NUMBERS


class Source(Protocol):
    """Rows that a table can put in order, cut a page from and run through."""

    def ordered(self, column: Column, *, descending: bool) -> Source: ...

    def slice(self, start: int, stop: int) -> Sequence[Any]: ...

    def stream(self) -> Iterator[Any]: ...


@dataclass(frozen=True, slots=True)
class Listed:
    """Rows that are few and already in memory."""

    rows: Sequence[Any]

    def ordered(self, column: Column, *, descending: bool) -> Listed:
        def key(row: Any) -> tuple[bool, Any]:
            value = column.value(row)
            return (value is None, "" if value is None else cast(Any, value))

        return Listed(sorted(self.rows, key=key, reverse=descending))

    def slice(self, start: int, stop: int) -> Sequence[Any]:
        return self.rows[start:stop]

    def stream(self) -> Iterator[Any]:
        return iter(self.rows)


@dataclass(frozen=True, slots=True)
class Queried:
    """Rows of a query set: one query for a page, a server-side cursor for a download."""

    rows: QuerySet[Any, Any]

    def ordered(self, column: Column, *, descending: bool) -> Queried:
        by = F(column.order)
        first = by.desc() if descending else by.asc()  # as the index is: nulls last, then first
        return Queried(self.rows.order_by(first, "-pk" if descending else "pk"))

    def slice(self, start: int, stop: int) -> Sequence[Any]:
        return list(self.rows[start:stop])

    def stream(self) -> Iterator[Any]:
        return self.rows.iterator(chunk_size=2000)


@dataclass
class Table:
    """Some rows under headings. `name` keeps the query parameters of two tables on a page apart."""

    name: str
    caption: Text
    columns: Sequence[Column]
    source: Source
    query: QueryDict
    sort: str = ""
    totals: Callable[[], Sequence[Cell]] | None = None
    empty: Text = ""
    per_page: int = PER_PAGE
    _page: tuple[list[list[Cell]], bool] | None = field(default=None, init=False)

    @property
    def sorted_by(self) -> tuple[Column | None, bool]:
        """The column asked for, or the default one, and whether it descends."""
        for asked in (self.query.get(f"{self.name}-sort", ""), self.sort):
            for column in self.columns:
                if column.order and asked.removeprefix("-") == column.key:
                    return column, asked.startswith("-")
        return None, False

    @property
    def page(self) -> int:
        asked = self.query.get(f"{self.name}-page", "1")
        return min(max(int(asked), 1), PAGE_MAX) if asked.isdecimal() and len(asked) < 7 else 1

    @property
    def ordered(self) -> Source:
        column, descending = self.sorted_by
        return self.source.ordered(column, descending=descending) if column else self.source

    @property
    def headings(self) -> list[Heading]:
        return [self._heading(column) for column in self.columns]

    def _heading(self, column: Column) -> Heading:
        if not column.order:
            return Heading(column.title, column.kind)
        current, descending = self.sorted_by
        if column is not current:
            return Heading(column.title, column.kind, self._href(sort=column.key))
        other_way = column.key if descending else f"-{column.key}"
        direction = "descending" if descending else "ascending"
        return Heading(column.title, column.kind, self._href(sort=other_way), direction)

    def _read(self) -> tuple[list[list[Cell]], bool]:
        if self._page is None:
            start = (self.page - 1) * self.per_page
            rows = self.ordered.slice(start, start + self.per_page + 1)
            cells = [[column.cell(row) for column in self.columns] for row in rows]
            self._page = cells[: self.per_page], len(cells) > self.per_page
        return self._page

    @property
    def rows(self) -> list[list[Cell]]:
        return self._read()[0]

    @property
    def next_href(self) -> str:
        return self._href(page=self.page + 1) if self._read()[1] else ""

    @property
    def previous_href(self) -> str:
        return self._href(page=self.page - 1) if self.page > 1 else ""

    @property
    def previous_words(self) -> Text:
        return _("Previous page")

    @property
    def download_href(self) -> str:
        return self._with({"download": self.name})

    @property
    def total_cells(self) -> Sequence[Cell]:
        return self.totals() if self.totals else ()

    def stream(self) -> Iterable[Sequence[Cell]]:
        """Every row of every page, in the order on screen."""
        for row in self.ordered.stream():
            yield [column.cell(row) for column in self.columns]

    def _href(self, *, sort: str | None = None, page: int = 1) -> str:
        changes = {f"{self.name}-page": str(page) if page > 1 else ""}
        if sort is not None:
            changes[f"{self.name}-sort"] = sort
        return self._with(changes)

    def _with(self, changes: dict[str, str]) -> str:
        query = self.query.copy()
        query.pop("download", None)
        for key, value in changes.items():
            query.pop(key, None)
            if value:
                query[key] = value
        return f"?{query.urlencode()}"


def table_on(request: HttpRequest, name: str, /, **options: Any) -> Table:
    """A table that answers to the query parameters of this request."""
    return Table(name=name, query=request.GET, **options)
