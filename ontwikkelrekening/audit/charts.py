"""Charts as plain SVG, drawn on the server: no script and no inline style, so a strict CSP holds.

A chart says one thing and stands above the table that holds its figures. Widths are shares of the
drawing, so words keep their size on a phone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ontwikkelrekening.tables.table import Text

ROW, BAR = 52, 20


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its words, its value, the class that colours it and its place in the drawing."""

    label: Text
    value: int
    tone: str
    y: int
    share: str  # of the full width, such as "12.5%"

    @property
    def text_y(self) -> int:
        return self.y + 15

    @property
    def bar_y(self) -> int:
        return self.y + 23


@dataclass(frozen=True, slots=True)
class BarChart:
    """Horizontal bars on one scale that starts at nought; `kind` is how values are written."""

    name: str
    title: Text
    bars: Sequence[Bar]
    kind: str = "cents"

    @property
    def height(self) -> int:
        return ROW * len(self.bars)


def bar_chart(
    name: str,
    title: Text,
    bars: Sequence[tuple[Text, int, str]],
    *,
    kind: str = "cents",
    longest: int = 0,
) -> BarChart:
    """A chart of (label, value, tone); `longest`, or the longest bar, takes the full width."""
    longest = longest or max((value for _, value, _ in bars), default=0) or 1
    return BarChart(
        name,
        title,
        [
            Bar(label, value, tone, y=row * ROW, share=_share(value, longest))
            for row, (label, value, tone) in enumerate(bars)
        ],
        kind,
    )


def _share(value: int, longest: int) -> str:
    """What is there is seen: half a percent at least."""
    return f"{max(100 * value / longest, 0.5) if value > 0 else 0:.2f}%"
