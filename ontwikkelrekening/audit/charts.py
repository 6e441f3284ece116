"""Charts as a list of plain SVG bars, drawn on the server: no script and no inline style.

A chart says one thing and stands above the table that holds its figures. Words and figures are text
of the page, so they wrap on a phone and are read aloud; only the bars are drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ontwikkelrekening.tables.table import Text


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its words, its value (None where it is hidden), the class that colours it, its length."""

    label: Text
    value: int | None
    tone: str
    share: str  # of the full width, such as "12.50%"


@dataclass(frozen=True, slots=True)
class BarChart:
    """Horizontal bars on one scale that starts at nought; `kind` is how values are written."""

    title: Text
    bars: Sequence[Bar]
    kind: str = "cents"


def bar_chart(
    title: Text,
    bars: Sequence[tuple[Text, int | None, str]],
    *,
    kind: str = "cents",
    longest: int = 0,
) -> BarChart:
    """A chart of (label, value, tone); `longest`, or the longest bar, takes the full width."""
    longest = longest or max((value or 0 for _, value, _ in bars), default=0) or 1
    drawn = [Bar(label, value, tone, _share(value or 0, longest)) for label, value, tone in bars]
    return BarChart(title, drawn, kind)


def _share(value: int, longest: int) -> str:
    """What is there is seen: half a percent at least."""
    return f"{max(100 * value / longest, 0.5) if value > 0 else 0:.2f}%"
