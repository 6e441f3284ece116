"""A browser without JavaScript, small enough to play hundreds of people: pages, links and forms."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx


class Unexpected(Exception):
    """The product answered something the story did not foresee."""


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)  # radio buttons and selects


class _Reader(HTMLParser):
    """Collects forms, links and the text of elements with an id."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.text: dict[str, str] = {}
        self._form: Form | None = None
        self._select: str | None = None
        self._open: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in ("input", "br", "img", "meta", "link", "hr"):
            self._open.append((tag, given.get("id")))
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is not None:
            self._read_control(self._form, tag, given)

    def _read_control(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name, value = given.get("name", ""), given.get("value", "")
        kind = given.get("type", "text")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            form.choices.setdefault(self._select, []).append(value)
            if "selected" in given:
                form.fields[self._select] = value
        elif tag == "input" and kind == "radio":
            form.choices.setdefault(name, []).append(value)
            if "checked" in given:
                form.fields[name] = value
        elif tag == "input" and name and (kind != "checkbox" or "checked" in given):
            form.fields[name] = value
        elif tag == "button" and name and value:
            form.choices.setdefault(name, []).append(value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        while self._open:
            if self._open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        for _, name in self._open:
            if name:
                self.text[name] = self.text.get(name, "") + data


@dataclass(frozen=True)
class Page:
    url: str
    status: int
    forms: list[Form]
    links: list[str]
    text: dict[str, str]  # by id of the element

    def form(self, action: str) -> Form:
        """The form whose action contains `action`."""
        for form in self.forms:
            if action in urljoin(self.url, form.action):
                return form
        raise Unexpected(f"{self.url} has no form for {action}")


class Browser:
    """One person's session."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, follow_redirects=True, timeout=30)

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def open(self, path: str) -> Page:
        return _read(self._client.get(path))

    def submit(self, page: Page, action: str, **answers: str) -> Page:
        """Fill in a form of the page and send it."""
        form = page.form(action)
        target = urljoin(page.url, form.action)
        fields = {**form.fields, **answers}
        if form.method == "get":
            return _read(self._client.get(target, params=fields))
        return _read(self._client.post(target, data=fields, headers={"Referer": page.url}))


def _read(response: httpx.Response) -> Page:
    if response.status_code >= 500:
        raise Unexpected(f"{response.request.method} {response.url}: {response.status_code}")
    reader = _Reader()
    reader.feed(response.text)
    return Page(str(response.url), response.status_code, reader.forms, reader.links, reader.text)
