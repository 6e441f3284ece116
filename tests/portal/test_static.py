"""The committed style sheet is the built one, light enough, and says what it is made of."""

import gzip
import re
from pathlib import Path

STATIC = Path("ontwikkelrekening/portal/static/portal")
CSS = (STATIC / "site.css").read_text()


def squeezed(css: str) -> str:
    """The same squeeze as frontend/build.mjs."""
    css = re.sub(r"/\*[\s\S]*?\*/", "", css)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r" ?([{};,]) ?", r"\1", css).replace(";}", "}").strip()


def test_our_own_styles_are_built_in_as_they_are() -> None:
    for name in ("tokens", "base", "components", "print"):
        assert squeezed(Path(f"frontend/styles/{name}.css").read_text()) in CSS, (
            f"{name}.css changed: npm ci && npm run build, in frontend/"
        )


def test_the_style_sheet_and_fonts_leave_room_for_a_page() -> None:
    fonts = sum(file.stat().st_size for file in STATIC.glob("fonts/*.woff2"))

    assert len(CSS.encode()) + fonts < 85 * 1024
    assert len(gzip.compress(CSS.encode())) < 10 * 1024


def test_nothing_comes_from_elsewhere() -> None:
    assert re.findall(r'url\((?!"fonts/)', CSS) == []
    assert "@import" not in CSS


def test_licences_stand_beside_what_they_cover() -> None:
    notice = (STATIC / "NOTICE.txt").read_text()

    assert "EUPL-1.2" in notice
    assert "@utrecht/button-css" in notice
    assert "SIL OPEN FONT LICENSE" in (STATIC / "fonts/OFL.txt").read_text().upper()
