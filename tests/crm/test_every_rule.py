"""docs/classification.md leads from each rule to tests that there are."""

from __future__ import annotations

import ast
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RULES = ("2.1", "2.2", "2.3", *(f"4.{number}" for number in range(1, 11)))
ROWS = re.findall(r"^\| (\d\.\d+) \| .* \| (.*) \| (.*) \|$", (ROOT / "docs" / "classification.md").read_text(encoding="utf-8"), re.MULTILINE)


def named_here() -> set[str]:
    """The names of all tests beside this one."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in Path(__file__).parent.glob("test_*.py")]
    return {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_has_tests_and_they_are_there(rule: str) -> None:
    told = [tests for number, _, tests in ROWS if number == rule]
    assert told
    named = [name for tests in told for name in re.findall(r"`(test_\w+\*?)`", tests)]
    assert named
    for name in named:
        assert name.startswith(f"test_{rule.replace('.', '_')}_")
        assert [one for one in named_here() if fnmatch(one, name)], name


def test_what_is_said_to_keep_a_rule_is_there() -> None:
    for _, kept, tests in ROWS:
        for name in re.findall(r"`([\w/]+\.(?:py|yaml))`", f"{kept} {tests}"):
            assert any((ROOT / folder / name).exists() for folder in ("", "engine", "field_catalogs")), name


def test_every_test_of_a_rule_is_led_to() -> None:
    patterns = [name for _, _, tests in ROWS for name in re.findall(r"`(test_\w+\*?)`", tests)]
    numbered = {name for name in named_here() if re.match(r"test_[24]_\d", name)}
    assert {name for name in numbered if not any(fnmatch(name, pattern) for pattern in patterns)} == set()
