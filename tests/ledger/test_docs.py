"""The worked examples of docs/ledger.md, run as they stand."""

import re
from pathlib import Path

import pytest

from ledger.checking import check_ledger

PAGE = Path(__file__).resolve().parents[2] / "docs" / "ledger.md"


@pytest.mark.django_db
def test_the_worked_examples_are_true() -> None:
    examples = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)

    exec("\n".join(examples), {})  # noqa: S102

    assert len(examples) == 4
    assert not check_ledger()
