"""Every pair of text and ground has enough contrast, in light and in dark."""

import re
from pathlib import Path

import pytest

TOKENS = Path("frontend/styles/tokens.css").read_text()
TEXT = [  # text, ground
    ("ink", "sand"), ("ink", "surface"), ("ink", "teal-soft"), ("ink", "green-soft"),
    ("ink", "amber-soft"), ("ink", "coral-soft"), ("teal", "sand"), ("teal", "surface"),
    ("teal", "teal-soft"), ("teal-dark", "surface"), ("teal-dark", "teal-soft"),
    ("on-teal", "teal"), ("on-teal", "teal-dark"), ("on-header", "header"), ("grey", "sand"),
    ("grey", "surface"), ("grey", "teal-soft"), ("green", "surface"), ("green", "green-soft"),
    ("amber", "amber-soft"), ("coral", "surface"), ("coral", "sand"), ("coral", "coral-soft"),
]  # fmt: skip
SHAPES = [("line", "surface"), ("bar-used", "surface"), ("focus", "sand"), ("focus", "surface")]


def palettes() -> dict[str, dict[str, str]]:
    light, dark = TOKENS.split("@media (prefers-color-scheme: dark)")
    return {"light": _colours(light), "dark": _colours(light) | _colours(dark)}


def _colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", css))


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_can_be_read(scheme: str, text: str, ground: str) -> None:
    colours = palettes()[scheme]

    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_borders_bars_and_focus_can_be_seen(scheme: str, shape: str, ground: str) -> None:
    colours = palettes()[scheme]

    assert contrast(colours[shape], colours[ground]) >= 3.0 - 0.05


def test_black_on_white_is_twenty_one_to_one() -> None:
    assert round(contrast("#000000", "#ffffff")) == 21
