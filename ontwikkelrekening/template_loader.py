"""Templates that are read once, in which what they say to everybody is one piece.

Most of a page is the same for everybody who reads one language: the text and its translations, the
addresses of pages and files, the icons. Django makes each of these anew for every answer. Here
those that stand next to each other are made once a process and language (decision 503).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from django.template import Context, Origin, Template, Variable
from django.template.base import FilterExpression, Node, NodeList, TextNode
from django.template.defaulttags import IfNode, URLNode
from django.template.library import SimpleNode
from django.template.loaders import base, cached
from django.templatetags.i18n import TranslateNode
from django.templatetags.static import StaticNode
from django.utils.translation import get_language

from ontwikkelrekening.portal.templatetags.scheme import icon


class Same(Node):
    """Neighbours in a template that say the same to everybody who reads one language."""

    child_nodelists = ()

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = nodes
        self.texts: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        language = get_language()
        if language not in self.texts:
            said = (str(each.render_annotated(context)) for each in self.nodes)
            self.texts[language] = "".join(said)
        return self.texts[language]


class _Joining(base.Loader):
    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        template = super().get_template(template_name, skip)
        _join(template.nodelist)
        return template


class Loader(cached.Loader, _Joining):
    """Django's own that keeps templates, of templates that were joined first."""


def _join(nodes: NodeList) -> None:
    """Put one node in the place of neighbours that say the same to everybody, at every depth."""
    joined: list[Node] = []
    for is_same, neighbours in groupby(nodes, _is_same):
        run = list(neighbours)
        is_plain = len(run) == 1 and isinstance(run[0], TextNode)
        joined += [Same(run)] if is_same and not is_plain else run
    nodes[:] = joined
    for node in joined:
        for inner in _inside(node):
            _join(inner)


def _inside(node: Node) -> Iterator[NodeList]:
    if isinstance(node, IfNode):  # whose `nodelist` is a copy of all its branches
        yield from (branch for _, branch in node.conditions_nodelists)
    else:
        lists = (getattr(node, name, None) for name in node.child_nodelists)
        yield from (each for each in lists if each)


def _is_same(node: Node) -> bool:
    """Whether it says what it says without looking at whom it is for."""
    asked: Any
    match node:
        case TextNode():
            return True
        case TranslateNode(asvar=None, filter_expression=text, message_context=context):
            asked = [text, context] if context else [text]
        case URLNode(asvar=None, view_name=name, args=[], kwargs=by_name) if not by_name:
            asked = [name]
        case StaticNode(varname=None, path=path):
            asked = [path]
        case SimpleNode(target_var=None, args=args) if node.func is icon:
            asked = args
        case _:
            return False
    return all(_is_literal(each) for each in asked)


def _is_literal(expression: FilterExpression) -> bool:
    value = expression.var
    is_name = isinstance(value, Variable) and value.lookups is not None
    return not (is_name or expression.filters)
