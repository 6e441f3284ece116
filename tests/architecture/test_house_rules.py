"""Rules of the house that no linter knows."""

import ast
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("ledger", "providers", "ontwikkelrekening")
WRITES = {
    "save",
    "create",
    "bulk_create",
    "bulk_update",
    "update",
    "delete",
    "get_or_create",
    "update_or_create",
}
NETWORK = {
    *("aiohttp", "asyncio", "authlib", "ftplib", "http.client", "httpx", "imaplib", "poplib"),
    *("requests", "smtplib", "socket", "ssl", "urllib.request", "urllib3", "xmlrpc"),
}
CALLERS = {
    "providers/outside.py",  # addresses that others chose: public ones only, and briefly
    "ontwikkelrekening/login/oidc.py",  # the brokers that the settings name
}
INTERFACES = re.compile(
    r"(^|/)(views(/\w+|\w*)|\w*admin\w*|urls\w*|forms\w*|serializers|commands/\w+)\.py$"
)


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--", *(f":(glob){pattern}" for pattern in patterns)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def interfaces() -> list[Path]:
    files = tracked(*(f"{package}/**/*.py" for package in PACKAGES))
    return [file for file in files if INTERFACES.search(file.relative_to(ROOT).as_posix())]


def queryset_writes(source: str) -> list[str]:
    """Calls such as `x.save()` or `X.objects.create(...)`; `dict.update` on a plain name is no write."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        target, name = ast.unparse(node.func.value), node.func.attr
        if name in WRITES and (name == "save" or ".objects" in target or "filter(" in target):
            found.append(f"{node.lineno}: {target}.{name}(...)")
    return found


@pytest.mark.parametrize(
    "name",
    [
        "ontwikkelrekening/budgets/admin_rounds.py",
        "ontwikkelrekening/portal/views_account.py",
        "ontwikkelrekening/provider_area/views/claims.py",
        "providers/administration.py",
        "providers/api/views/claims.py",
    ],
)
def test_an_interface_is_guarded_whatever_it_is_about(name: str) -> None:
    assert ROOT / name in interfaces()


@pytest.mark.parametrize("file", interfaces(), ids=lambda file: file.relative_to(ROOT).as_posix())
def test_an_interface_never_writes_itself(file: Path) -> None:
    assert queryset_writes(file.read_text()) == []


def test_the_guard_sees_a_write() -> None:
    assert queryset_writes("Claim.objects.create(state='paid')\nclaim.save()\nseen.update({})") == [
        "1: Claim.objects.create(...)",
        "2: claim.save(...)",
    ]


def network_imports(source: str) -> list[str]:
    """Modules that can open a connection, wherever in the file they are imported."""
    named = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            named += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            named += [f"{node.module}.{alias.name}" for alias in node.names]
    return [name for name in named if any(f"{name}.".startswith(f"{each}.") for each in NETWORK)]


def test_one_module_calls_out_and_one_logs_people_in() -> None:
    files = tracked(*(f"{package}/**/*.py" for package in PACKAGES))
    found = {
        file.relative_to(ROOT).as_posix() for file in files if network_imports(file.read_text())
    }

    assert found == CALLERS


def test_the_guard_sees_a_way_out() -> None:
    source = "import json, http.client\ndef f():\n    from urllib import request, parse\n"

    assert network_imports(source) == ["http.client", "urllib.request"]


def test_no_signals_and_no_logic_in_save() -> None:
    for file in tracked(*(f"{package}/**/*.py" for package in PACKAGES)):
        source = file.read_text()
        assert "django.db.models.signals" not in source, file
        if file.name != "sessions.py":  # a session store has to save itself, and is no model
            assert not re.search(r"^\s+def save\(", source, re.MULTILINE), file


def test_locks_pin_every_package_with_hashes_and_name_no_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        lock = (ROOT / name).read_text()
        assert "://" not in lock
        for requirement in re.split(r"\n(?=\S)", lock.strip()):
            assert re.search(r"^\S+==[\s\S]+--hash=sha256:", requirement), requirement
    for file in tracked("**/package-lock.json", "package-lock.json"):
        assert '"resolved"' not in file.read_text(), file


def imported(source: str) -> set[str]:
    """The packages that a file imports, wherever in it."""
    nodes = list(ast.walk(ast.parse(source)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    froms = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    return {name.partition(".")[0] for name in plain | froms if name}


def test_the_product_imports_only_what_its_own_lock_installs() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    installed = {name.lower() for name in re.findall(r"^(\S+?)==", lock, re.MULTILINE)}
    sources = packages_distributions()
    files = tracked("manage.py", *(f"{package}/**/*.py" for package in (*PACKAGES, "demo")))
    ours = {*PACKAGES, "demo", "manage", *sys.stdlib_module_names}

    for file in files:
        for name in imported(file.read_text()) - ours:
            offered = {each.lower().replace("_", "-") for each in sources.get(name, [])}
            assert offered & installed, f"{file.relative_to(ROOT)} imports {name}"


def test_the_guard_sees_an_import_in_a_function() -> None:
    assert imported("import os.path\ndef f():\n    from pyarrow import parquet\n") == {
        "os",
        "pyarrow",
    }


def test_every_decision_is_numbered_once() -> None:
    numbers = [file.name[:4] for file in (ROOT / "docs/decisions").glob("*.md")]

    assert len(numbers) == len(set(numbers))
    assert all(number.isdigit() for number in numbers)


def test_links_in_the_docs_lead_somewhere() -> None:
    for file in tracked("README.md", "docs/**/*.md", "*/README.md"):
        for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", file.read_text()):
            assert (file.parent / target).exists(), f"{file.relative_to(ROOT)} -> {target}"
