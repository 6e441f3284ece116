"""The Dutch is complete, compiled, and what is really shown."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import polib
import pytest
from django.template.base import Lexer, TokenType
from django.utils.translation import gettext, override, pgettext

from providers.claiming.submitting import UnableToClaim
from providers.clients import KeysInTwoPlaces, SignsWithKeys
from providers.enrolling import UnableToEnrol
from providers.importing import FileHasFaults, Reason
from providers.keys import KeysAreNotUsable
from providers.models import Doubt
from providers.outside import UnableToCall
from providers.publishing import UnableToRegister
from providers.webhooks.managing import UnableToManage

FAMILIES = (UnableToCall, UnableToClaim, UnableToEnrol, UnableToManage, UnableToRegister)
REFUSALS = [
    *(FileHasFaults, KeysAreNotUsable, KeysInTwoPlaces, SignsWithKeys),
    *(each for family in FAMILIES for each in family.__subclasses__()),
]

PORTAL = Path("ontwikkelrekening/portal")
AREA = Path("ontwikkelrekening/provider_area")
FUNCTIONS = {"_", "gettext", "gettext_lazy", "pgettext_lazy", "pgettext"}
QUOTED = r"""(?:"([^"]*)"|'([^']*)')"""


def po_of(package: Path) -> Path:
    return package / "locale/nl/LC_MESSAGES/django.po"


def in_templates(package: Path) -> set[str]:
    found = set()
    for file in package.rglob("*.html"):
        source = file.read_text()
        for match in re.finditer(rf"{{%\s*translate\s+{QUOTED}|_\({QUOTED}\)", source):
            found.add(next(group for group in match.groups() if group is not None))
        found |= _blocks(source)
    return found


def _blocks(source: str) -> set[str]:
    """The texts between blocktranslate and endblocktranslate, with %(name)s for each variable."""
    texts, open_text = set(), None
    for token in Lexer(source).tokenize():
        words = token.contents.split()
        if token.token_type == TokenType.BLOCK and words[0] == "blocktranslate":
            open_text = ""
        elif token.token_type == TokenType.BLOCK and words[0] in ("endblocktranslate", "plural"):
            if open_text is not None:
                texts.add(open_text.strip())
            open_text = None
        elif open_text is not None:
            is_variable = token.token_type == TokenType.VAR
            open_text += f"%({token.contents})s" if is_variable else token.contents
    return texts


def in_code(package: Path) -> set[str]:
    found = set()
    for file in package.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in FUNCTIONS:
                text = node.args[-1]
                if isinstance(text, ast.Constant):
                    found.add(str(text.value))
    return found


def in_domain() -> set[str]:
    """What the domain says to a provider: refusals, why a claim waits, what is wrong with a file."""
    sentences = {each.sentence for each in REFUSALS if each.sentence}
    with override("en"):
        doubts = {str(doubt.label) for doubt in Doubt}
    return sentences | doubts | {reason.value for reason in Reason}


@pytest.mark.parametrize(("package", "elsewhere"), [(PORTAL, set), (AREA, in_domain)])
def test_every_text_has_its_dutch_and_no_dutch_is_left_over(
    package: Path, elsewhere: Callable[[], set[str]]
) -> None:
    known = {entry.msgid for entry in polib.pofile(str(po_of(package)))}

    assert in_templates(package) | in_code(package) | elsewhere() == known


@pytest.mark.parametrize("package", [PORTAL, AREA])
def test_the_dutch_is_complete_and_compiled(package: Path) -> None:
    po = polib.pofile(str(po_of(package)))
    compiled = polib.mofile(str(po_of(package).with_suffix(".mo")))

    assert po.untranslated_entries() == []
    assert po.fuzzy_entries() == []
    assert {(e.msgctxt, e.msgid): (e.msgstr, e.msgstr_plural) for e in po} == {
        (e.msgctxt, e.msgid): (e.msgstr, e.msgstr_plural) for e in compiled
    }


@pytest.mark.parametrize("package", [PORTAL, AREA])
def test_no_other_catalogue_speaks_for_ours(package: Path) -> None:
    plain = [entry for entry in polib.pofile(str(po_of(package))) if not entry.msgid_plural]
    with override("nl"):
        for entry in plain:
            context, text = entry.msgctxt, entry.msgid
            shown = pgettext(context, text) if context else gettext(text)
            assert shown == entry.msgstr, text


@pytest.mark.parametrize("package", [PORTAL, AREA])
def test_a_translation_keeps_its_places(package: Path) -> None:
    for entry in polib.pofile(str(po_of(package))):
        wanted = set(re.findall(r"%\(\w+\)s", entry.msgid + entry.msgid_plural))
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            assert not text or set(re.findall(r"%\(\w+\)s", text)) == wanted
