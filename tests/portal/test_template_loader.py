"""What a template says to everybody is made once for each language; what it says to one, each time."""

from __future__ import annotations

import pytest
from django.template import Context, Engine
from django.utils.translation import override

from ontwikkelrekening.template_loader import Same

NAMES = {
    "base.html": "<title>{% block title %}{% endblock %}</title>{% load i18n %}{% translate 'Help' %}"
    "{% block main %}{% endblock %}",
    "page.html": "{% extends 'base.html' %}{% load i18n static scheme %}"
    "{% block title %}{% translate 'Overview' %}{% endblock %}"
    "{% block main %}{{ block.super }}{% icon 'clock' %}<a href=\"{% url 'portal:home' %}\">"
    "{% if name %}{{ name }}, {% translate 'Courses' %}{% else %}{% translate 'Choices' %}{% endif %}"
    "{% for each in lines %}{% include 'line.html' %}{% empty %}{% translate 'Choices' %}{% endfor %}"
    "{% static 'portal/site.css' %}{% translate 'Log out' context 'citizen' %}{% endblock %}",
    "line.html": "{% load i18n %}<li>{{ each }} {% translate 'Help' %}",
    # None of these is the same for everybody, though each looks like it.
    "personal.html": "{% load i18n static scheme %}{% icon icon %} {% url view %} {% url 'rounds:one' code %}"
    " {% static file %} {% translate words %} {% translate 'Help' as help %}{{ help }}"
    " {% url 'portal:help' as address %}{{ address }}"
    " {% translate 'Help'|add:name %} {% translate 'Log out' context kind %}",
}
LIBRARIES = {
    "i18n": "django.templatetags.i18n",
    "static": "django.templatetags.static",
    "scheme": "ontwikkelrekening.portal.templatetags.scheme",
}
FATIMA = {
    "name": "Fatima & co",
    "lines": ["<b>", 2],
    "icon": "clock",
    "view": "portal:home",
    "code": "2026-1",
    "file": "portal/site.css",
    "words": "Help",
    "kind": "citizen",
}
HENK = {
    "name": "",
    "lines": [],
    "icon": "eye",
    "view": "portal:help",
    "code": "2026-2",
    "file": "portal/site.js",
    "words": "Courses",
    "kind": "",
}
PLAIN = [("django.template.loaders.locmem.Loader", NAMES)]


def engine(loader: str) -> Engine:
    return Engine(loaders=[(loader, PLAIN)], libraries=LIBRARIES)


@pytest.mark.parametrize("name", ["page.html", "personal.html"])
def test_everybody_reads_in_either_language_what_django_itself_would_write(name: str) -> None:
    own = engine("django.template.loaders.cached.Loader")
    ours = engine("ontwikkelrekening.template_loader.Loader")

    for _ in range(2):
        for language in ("nl", "en"):
            for reader in (FATIMA, HENK):
                with override(language):
                    expected = own.get_template(name).render(Context(reader))
                    assert ours.get_template(name).render(Context(reader)) == expected


def test_neighbours_that_are_the_same_for_everybody_are_one_node() -> None:
    ours = engine("ontwikkelrekening.template_loader.Loader")

    personal = ours.get_template("personal.html").nodelist
    same = ours.get_template("page.html").nodelist.get_nodes_by_type(Same)

    assert len(personal.get_nodes_by_type(Same)) == 0
    assert [len(each.nodes) for each in same if isinstance(each, Same)] == [1, 4, 2, 1, 1, 2]


def test_the_product_reads_its_templates_this_way() -> None:
    engine = Engine.get_default()

    assert engine.get_template("portal/base.html").nodelist.get_nodes_by_type(Same)
