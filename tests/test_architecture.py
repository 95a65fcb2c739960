"""The house rules that imports can break. A failure says the rule's own sentence; ARCHITECTURE.md says why."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Imports go down only, and units of one level do not import each other. Lowest first; a unit is a module or a package.
LEVELS: tuple[tuple[str, ...], ...] = (
    ("engine.kept", "engine.messages", "engine.workbook", "settings"),
    ("engine.errors",),
    ("engine.metadata",),
    (
        "engine.access",
        "engine.accounts",
        "engine.files",
        "engine.i18n",
        "engine.lifecycle",
        "engine.query",
        "engine.records",
        "engine.render",
        "engine.rules",
        "engine.schema",
        "engine.sheets",
    ),
    ("crm",),
    ("engine.service",),
    ("commands", "web"),
    ("app",),
    ("cli",),
)

# What may be imported only from certain places: (what, from where, the rule's sentence).
ONLY_FROM: tuple[tuple[tuple[str, ...], tuple[str, ...], str], ...] = (
    (("flask", "flask_wtf", "werkzeug"), ("web", "app"), "Flask stays in web/ and app.py; what is below knows no HTTP."),
    (("jinja2",), ("engine.render",), "Jinja2 stays in engine/render; others get forms and pages ready-made."),
    (("sqlalchemy",), ("engine", "crm", "app"), "SQL stays in the engine and the module's rules; pages and commands ask engine.service."),
    (("alembic",), ("engine.schema", "engine.metadata.migrations"), "Migrations run through engine/schema/migrate.py only."),
    (
        ("engine.records", "engine.schema", "engine.metadata.tables", "engine.metadata.physical"),
        ("engine", "crm"),
        "Pages and commands reach records and tables through engine.service.",
    ),
    (("settings",), ("web", "commands", "app", "cli"), "The engine is handed values, it does not read settings."),
    (("web",), ("web", "app"), "Nobody but app.py imports web."),
    (("app",), ("cli",), "Nobody but cli.py imports app."),
)

DDL = re.compile(r"\b(CREATE|ALTER)\s+(UNIQUE\s+)?(TABLE|INDEX|SEQUENCE|EXTENSION)\b|\bDROP\s+[A-Z]+")
DDL_PLACES = ("engine/schema/ddl.py", "engine/schema/statement.py", "engine/metadata/migrations/")
LONGEST = 400


def sources(*folders: str) -> list[Path]:
    """The project's Python files: those at the top and those in the folders."""
    return sorted([*ROOT.glob("*.py"), *(path for folder in folders for path in (ROOT / folder).rglob("*.py"))])


PROGRAM = sources("engine", "crm", "web", "commands")
EVERYTHING = sources("engine", "crm", "web", "commands", "tests", "tools", "bench")


def relative(path: Path) -> str:
    """The path as people write it."""
    return path.relative_to(ROOT).as_posix()


def module_of(path: Path) -> str:
    """The dotted name of a file."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def within(module: str, *places: str) -> bool:
    """Whether a module is one of the places or inside one."""
    return any(module == place or module.startswith(f"{place}.") for place in places)


def imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of all that is imported, also inside functions and for type checking only."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{start}.{alias.name}") for alias in node.names)


def level_of(module: str) -> tuple[int, str] | None:
    """(level, unit) of one of our modules."""
    return next(((level, unit) for level, units in enumerate(LEVELS) for unit in units if within(module, unit)), None)


def broken_import_rules(module: str, tree: ast.Module) -> Iterator[str]:
    """A sentence for each import that breaks a rule."""
    here = level_of(module)
    for line, name in imports(tree):
        where = f"{module}, line {line}, imports {name}"
        if name.startswith("."):
            yield f"Imports are written in full. {where}."
        if here and (there := level_of(name)) and there != here:
            if there[0] == here[0]:
                yield f"Units of one level do not import each other; service hands over what one needs of another. {where}."
            elif there[0] > here[0]:
                yield f"Imports go down only. {where}."
        yield from (f"{rule} {where}." for what, places, rule in ONLY_FROM if within(name, *what) and not within(module, *places))


def texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, text) of all strings that are not documentation."""
    comments = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in comments:
            yield node.lineno, node.value


@pytest.mark.parametrize("path", PROGRAM, ids=relative)
def test_imports_keep_the_rules(path: Path) -> None:
    assert list(broken_import_rules(module_of(path), ast.parse(path.read_text(encoding="utf-8")))) == []


def test_every_module_has_its_level() -> None:
    homeless = [relative(path) for path in PROGRAM if path.name != "__init__.py" and level_of(module_of(path)) is None]
    assert homeless == [], "A new unit needs its place in LEVELS."


@pytest.mark.parametrize(
    ("module", "source", "sentence"),
    [
        ("engine.query.tree", "from engine.records.read import Record", "Units of one level"),
        ("engine.query.tree", "from engine import rules", "Units of one level"),
        ("engine.metadata.store", "import engine.service.setup", "Imports go down only"),
        ("crm.status", "from engine.service import setup", "Imports go down only"),
        ("engine.rules", "def f():\n    from flask import request", "Flask stays in web/"),
        ("engine.service.cards", "import jinja2", "Jinja2 stays"),
        ("web.cards", "import sqlalchemy as sa", "SQL stays in the engine"),
        ("web.cards", "from engine.records import write", "through engine.service"),
        ("engine.service.cards", "from settings import Settings", "handed values"),
        ("cli", "import web.cards", "Nobody but app.py"),
        ("engine.query.tree", "from . import page", "written in full"),
    ],
)
def test_a_broken_rule_is_found(module: str, source: str, sentence: str) -> None:
    assert any(sentence in found for found in broken_import_rules(module, ast.parse(source)))


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("engine.query.tree", "from engine.query import page\nfrom engine.metadata.types import TYPES"),
        ("engine.service.cards", "from engine import access, records, render\nfrom crm import status"),
        ("web.cards", "import flask\nfrom engine.service import cards\nfrom engine.errors import NotFound"),
        ("app", "import flask, settings, web"),
    ],
)
def test_what_is_allowed_passes(module: str, source: str) -> None:
    assert list(broken_import_rules(module, ast.parse(source))) == []


SHORT_LIVED = frozenset(("Catalog", "Dictionaries", "Entity", "RecordTable", "RowSet", "Table", "View"))
MOST_OF_A_MODULE = 4


def caches_that_hold_on(tree: ast.Module) -> Iterator[str]:
    """The functions whose module-wide cache would keep old metadata alive: more of it than one change has at once."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            asked = {name.id for one in node.args.args if one.annotation for name in ast.walk(one.annotation) if isinstance(name, ast.Name)}
            yield from (node.name for one in node.decorator_list if asked & SHORT_LIVED and _most(one) > MOST_OF_A_MODULE)


def _most(decorator: ast.expr) -> float:
    """How many results a decorator keeps in the module; 0 for one that keeps none there."""
    call = decorator if isinstance(decorator, ast.Call) else ast.Call(decorator, [], [])
    if not isinstance(call.func, ast.Name) or call.func.id not in ("cache", "lru_cache"):
        return 0
    told = [*call.args, *(one.value for one in call.keywords if one.arg == "maxsize")]
    return float(told[0].value) if told and isinstance(told[0], ast.Constant) and isinstance(told[0].value, int) else float("inf")


@pytest.mark.parametrize("path", PROGRAM, ids=relative)
def test_no_module_holds_on_to_old_metadata(path: Path) -> None:
    found = list(caches_that_hold_on(ast.parse(path.read_text(encoding="utf-8"))))
    assert found == [], "What is made of a catalog, an entity or rows is kept with it: engine/kept.py."


@pytest.mark.parametrize(("decorator", "found"), [("@lru_cache(maxsize=64)", 1), ("@cache", 1), ("@lru_cache(4)", 0), ("@kept(64)", 0), ("@property", 0)])
def test_a_cache_that_holds_on_is_found(decorator: str, found: int) -> None:
    assert len(list(caches_that_hold_on(ast.parse(f"{decorator}\ndef f(name: str, catalog: Catalog | None): ...")))) == found


def test_only_the_ddl_module_writes_ddl() -> None:
    found = [
        f"{relative(path)}, line {line}: {text.strip()[:60]}"
        for path in PROGRAM
        if not relative(path).startswith(DDL_PLACES)
        for line, text in texts(ast.parse(path.read_text(encoding="utf-8")))
        if DDL.search(text)
    ]
    assert found == [], "DDL is written in engine/schema/ddl.py, statement.py and the migrations only."


def test_modules_stay_short() -> None:
    lengths = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in EVERYTHING}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}, (
        f"A module has at most {LONGEST} lines; split it by subject."
    )


def test_the_pinned_requirements_are_those_of_the_package() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    lines = (ROOT / "requirements" / "run.in").read_text(encoding="utf-8").splitlines()
    listed = {line for line in lines if line and not line.startswith("#")}
    assert {re.split("[<>=]", name)[0] for name in told} == listed - {"hatchling"}
