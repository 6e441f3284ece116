"""Measuring ours beside a yardstick: interleaved rounds, medians, ratios taken inside a round."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

Measure = Callable[[], float]


class Figures(Protocol):
    """What goes into the JSON under a name."""

    @property
    def name(self) -> str: ...

    def as_json(self) -> dict[str, object]: ...


@dataclass
class Metric:
    """What was measured in each round, and the yardstick of the same round."""

    name: str
    unit: str
    yardstick: str
    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)
    less_is_better: bool = False

    @property
    def ratios(self) -> list[float]:
        """How many times better than the yardstick, round by round."""
        pairs = zip(self.ours, self.theirs, strict=True)
        return [b / a if self.less_is_better else a / b for a, b in pairs]

    def as_json(self) -> dict[str, object]:
        """The figures as they are published."""
        return {
            "median": _short(statistics.median(self.ours)),
            "min": _short(min(self.ours)),
            "max": _short(max(self.ours)),
            "unit": self.unit,
            "yardstick": {
                "what": self.yardstick,
                "median": _short(statistics.median(self.theirs)),
                "min": _short(min(self.theirs)),
                "max": _short(max(self.theirs)),
            },
            "ratio": _short(statistics.median(self.ratios)),
            "ratio_min": _short(min(self.ratios)),
            "ratio_max": _short(max(self.ratios)),
        }


def compare(
    name: str,
    ours: Measure,
    yardstick: tuple[str, Measure],
    *,
    unit: str,
    rounds: int = 3,
    less_is_better: bool = False,
) -> Metric:
    """Measure ours and the yardstick in turn, round after round, and print the line."""
    what, theirs = yardstick
    metric = Metric(name, unit, what, less_is_better=less_is_better)
    for number in range(rounds):
        pair = [(metric.ours, ours), (metric.theirs, theirs)]
        for values, measure in pair if number % 2 else reversed(pair):
            values.append(measure())
    print_line(metric)
    return metric


def print_line(metric: Metric) -> None:
    """One line of the table."""
    figures = metric.as_json()
    yardstick = statistics.median(metric.theirs)
    print(
        f"{metric.name:24} {figures['median']:>12} {metric.unit:14}"
        f" [{figures['min']} - {figures['max']}]  ratio {figures['ratio']}"
        f" [{figures['ratio_min']} - {figures['ratio_max']}]"
        f"  {metric.yardstick}: {_short(yardstick)}"
    )
    sys.stdout.flush()


def write(name: str, metrics: Sequence[Figures], *, folder: Path) -> Path:
    """Write var/bench/NAME.json; metrics that this run left out keep their last figures."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.json"
    figures = json.loads(file.read_text()) if file.exists() else {}
    figures |= {metric.name: metric.as_json() for metric in metrics}
    file.write_text(json.dumps(figures, indent=2) + "\n")
    return file


def _short(value: float) -> float:
    return round(value) if value >= 1000 else float(f"{value:.3g}")
