"""The committed style sheet is the built one, light enough, and says what it is made of."""

import gzip
import re
from pathlib import Path

STATIC = Path("ontwikkelrekening/portal/static/portal")
CSS = (STATIC / "site.css").read_text()
HOME = Path("ontwikkelrekening")
# The pages of our own; Django's administration and the waiting room bring their own styles.
PAGES = [
    page.read_text()
    for page in HOME.glob("**/*.html")
    if not {"admin", "waiting_room"} & set(page.parts)
]
SHEETS = CSS + "".join(
    Path(HOME / sheet).read_text()
    for sheet in ("tables/static/tables/tables.css", "audit/static/audit/audit.css")
)


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


def test_every_class_on_a_page_has_a_style_and_every_style_is_on_a_page() -> None:
    selectors = re.sub(r"/\*[\s\S]*?\*/|\{[^{}]*\}|:not\([^)]*\)", " ", SHEETS)
    styled = set(re.findall(r"\.([a-z][\w-]*)", selectors))
    classes = re.findall(r'class="((?:\{%.*?%\}|[^"])*)"', "".join(PAGES))
    written = " ".join(re.sub(r"\{%.*?%\}|\S*\{\{.*?\}\}", " ", each) for each in classes).split()
    code = "".join(file.read_text() for file in HOME.glob("**/*.[jp][sy]"))

    assert set(written) <= styled
    assert {name for name in styled if not _stands_in("".join(PAGES) + code, name)} == set()


def _stands_in(text: str, name: str) -> bool:
    """The whole name, or what it begins with where a page fills in the rest."""
    stem, modifier, _ = name.partition("--")
    return bool(re.search(rf"(?<![\w-]){name}(?![\w-])", text)) or (
        bool(modifier) and f"{stem}--{{" in text
    )
