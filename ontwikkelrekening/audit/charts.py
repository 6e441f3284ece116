"""Charts as plain SVG, drawn on the server: no script and no inline style, so a strict CSP holds.

A chart says one thing and stands above the table that holds its figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ontwikkelrekening.audit.tables import Text

ROW, BAR, TOP = 44, 24, 4
LABELS, WIDTH = 150, 560


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its words, its value in cents and the class that colours it."""

    label: Text
    cents: int
    tone: str
    y: int = 0
    width: int = 0

    @property
    def text_y(self) -> int:
        return self.y + BAR // 2

    @property
    def value_x(self) -> int:
        return LABELS + self.width + 8


@dataclass(frozen=True, slots=True)
class BarChart:
    """Horizontal bars on one scale that starts at nought."""

    name: str
    title: Text
    bars: Sequence[Bar]

    @property
    def height(self) -> int:
        return TOP + ROW * len(self.bars)

    @property
    def width(self) -> int:
        return LABELS + WIDTH + 140

    @property
    def labels_end(self) -> int:
        return LABELS - 10

    @property
    def axis_x(self) -> int:
        return LABELS


def bar_chart(name: str, title: Text, bars: Sequence[tuple[Text, int, str]]) -> BarChart:
    """A chart of (label, cents, tone); the longest bar takes the full width."""
    longest = max((cents for _, cents, _ in bars), default=0) or 1
    return BarChart(
        name,
        title,
        [
            Bar(label, cents, tone, y=TOP + row * ROW, width=max(cents, 0) * WIDTH // longest)
            for row, (label, cents, tone) in enumerate(bars)
        ],
    )
