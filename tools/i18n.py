"""`make i18n`: bring locales/*/LC_MESSAGES/ui.po up to date with the sentences of the program.

Sentences are what `_` and `ngettext` are called with in templates, `M_` and `MN_` in Python, and there also the `text`
and `count` of a translator: `visit.translator.text("…")`, or `say("…")` after `say = visit.translator.text`. The receiver
decides, for other things have a `text` and a `count` too. Translations and headers are kept; a sentence that is gone moves
to the file's end. Nothing is dated by the clock and no line is numbered, so the same program always gives the same file.
Languages that ship as far as they are get the labels of the complete one as well, and say how much is missing in them.
With --check nothing is written, and anything wrong or out of date is a failure, and in complete languages anything missing.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polib
from babel.messages.extract import extract_from_file

from engine.i18n.plurals import BadPluralForms, mapping, plurals

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = ("engine/render/templates", "web/templates")
PYTHON = ("engine", "crm", "web")
MODULES = ("app.py", "cli.py", "settings.py")
JINJA_KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "ngettext": (1, 2)}
JINJA = {"silent": "false", "trimmed": "true", "encoding": "utf-8"}
FORMS = {"M_": 1, "MN_": 2, "text": 1, "count": 2}
"""How many sentences each call starts with: two when it counts, one and many."""
SPEAKERS = ("translator", "speaker")
"""What whoever speaks is called where its `text` and `count` are used."""
TOLD = "Translators:"
"""How a comment above a sentence starts that its translators should read."""
HEADERS = {
    "Project-Id-Version": "fieldloom",
    "PO-Revision-Date": "2026-11-24 00:00+0000",
    "Last-Translator": "Fieldloom",
    "Language-Team": "Fieldloom",
}
"""Headers of a new file. Where a file has its own, those are kept."""
COMPLETE, UNFINISHED = "zh_Hans", ("ar", "de", "zh_Hant")
"""The language whose labels are complete, and those that ship as far as they are."""
_MISSING = "missing: "
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@dataclass(slots=True)
class Sentence:
    """A sentence of the program, the files that say it, and what its author tells translators."""

    text: str
    plural: str = ""
    files: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)


def sources(root: Path) -> Iterator[tuple[Path, str]]:
    """(file, extraction method), always in the same order."""
    python = [path for folder in PYTHON for path in (root / folder).rglob("*.py")]
    python += [root / name for name in MODULES if (root / name).exists()]
    yield from ((path, "python") for path in sorted(python))
    templates = [path for folder in TEMPLATES for path in (root / folder).rglob("*.html")]
    yield from ((path, "jinja2.ext:babel_extract") for path in sorted(templates))


@dataclass(frozen=True, slots=True)
class Saying:
    """A place in Python where a sentence is said. `texts` is empty where it is not written out there."""

    line: int
    texts: tuple[str, ...]
    given: ast.expr


def sayings(tree: ast.Module) -> list[Saying]:
    """All such places of a file, in their order."""
    nicknames = dict(filter(None, (_nickname(node) for node in ast.walk(tree))))
    calls = [(node, _forms(node.func, nicknames)) for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    found = sorted(((node, forms) for node, forms in calls if forms), key=lambda pair: (pair[0].lineno, pair[0].col_offset))
    return [Saying(node.lineno, _written(node.args[:forms], forms), node.args[0]) for node, forms in found]


def _nickname(node: ast.AST) -> tuple[str, int] | None:
    """`say = visit.translator.text` gives what it speaks with a name of its own."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Attribute() as value) if forms := _forms(value, {}):
            return name, forms
    return None


def _forms(called: ast.expr, nicknames: Mapping[str, int]) -> int:
    match called:
        case ast.Name(id=name) if name in ("M_", "MN_"):
            return FORMS[name]
        case ast.Name(id=name):
            return nicknames.get(name, 0)
        case ast.Attribute(value=ast.Name(id=speaker) | ast.Attribute(attr=speaker), attr=name) if speaker in SPEAKERS:
            return FORMS.get(name, 0)
    return 0


def _written(given: list[ast.expr], forms: int) -> tuple[str, ...]:
    texts = tuple(one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str))
    return texts if len(texts) == forms else ()


def _comments_above(lines: list[str], line: int) -> list[str]:
    """The comment for translators right above a line, as one text."""
    first = line - 1
    while first > 0 and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    text = " ".join(one.strip().lstrip("# ") for one in lines[first : line - 1])
    return [text.partition(TOLD)[2].strip()] if TOLD in text else []


def _said(path: Path, method: str) -> Iterator[tuple[str, str, list[str]]]:
    """(sentence, its plural or '', comments for translators) of one file."""
    if method == "python":
        source = path.read_text(encoding="utf-8")
        for one in sayings(ast.parse(source)):
            if one.texts:
                yield one.texts[0], "".join(one.texts[1:]), _comments_above(source.splitlines(), one.line)
        return
    for _, told, comments, _ in extract_from_file(method, path, JINJA_KEYWORDS, (TOLD,), JINJA, strip_comment_tags=True):
        yield (told[0], told[1], comments) if isinstance(told, tuple) else (told, "", comments)


def extract(root: Path) -> dict[str, Sentence]:
    """Every sentence of the program, in the order of first use. One that also counts somewhere is one entry, with its plural."""
    found: dict[str, Sentence] = {}
    for path, method in sources(root):
        name = path.relative_to(root).as_posix()
        for text, plural, comments in _said(path, method):
            one = found.setdefault(text, Sentence(text))
            one.plural = one.plural or plural
            one.files += [name] if name not in one.files else []
            one.comments += [comment for comment in comments if comment not in one.comments]
    return found


def merged(old: polib.POFile, language: str, sentences: Mapping[str, Sentence]) -> polib.POFile:
    """The file as it should be: all sentences in order, with the translations there are; then those not said any more."""
    told = plurals(language.replace("_", "-"))
    new = polib.POFile(wrapwidth=100)
    new.metadata = {
        **{name: old.metadata.get(name) or default for name, default in HEADERS.items()},
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": told.header,
    }
    held = {entry.msgid: entry for entry in old}
    try:
        order = mapping(old.metadata.get("Plural-Forms", ""), told)
    except BadPluralForms:
        order = tuple(range(len(told.categories)))
    new.extend(_entry(one, held.get(text), order) for text, one in sentences.items())
    for text, entry in held.items():
        if text not in sentences and is_translated(entry):
            entry.obsolete, entry.occurrences, entry.flags, entry.comment = True, [], [], ""
            new.append(entry)
    return new


def merged_labels(old: polib.POFile, language: str, reference: polib.POFile) -> polib.POFile:
    """The labels of the complete language in another, with the translations there are."""
    new = merged(old, language, {})
    new.clear()
    held = {entry.msgctxt: entry for entry in old}
    for one in (entry for entry in reference if not entry.obsolete):
        kept = held.get(one.msgctxt)
        text, flags = (kept.msgstr, list(kept.flags)) if kept and kept.msgid == one.msgid else ("", [])
        new.append(polib.POEntry(msgctxt=one.msgctxt, msgid=one.msgid, msgstr=text, flags=flags, occurrences=one.occurrences))
    return new


def _entry(one: Sentence, old: polib.POEntry | None, order: Sequence[int]) -> polib.POEntry:
    """The entry of a sentence. `order` has the number in the old file of each of the language's forms."""
    entry = polib.POEntry(msgid=one.text, occurrences=[(name, "") for name in one.files], comment="\n".join(one.comments))
    kept = [flag for flag in (old.flags if old else ()) if flag != "python-format"]
    entry.flags = [*kept, "python-format"] if _PLACEHOLDER.search(one.text + one.plural) else kept
    entry.tcomment = old.tcomment if old else ""
    kept_forms = texts(old) if old else []
    if one.plural:
        entry.msgid_plural = one.plural
        counted = old.msgstr_plural if old and old.msgid_plural else dict.fromkeys(order, kept_forms[0] if kept_forms else "")
        entry.msgstr_plural = {place: counted.get(number, "") for place, number in enumerate(order)}
    else:
        entry.msgstr = kept_forms[0] if kept_forms else ""
    return entry


def texts(entry: polib.POEntry) -> list[str]:
    """The translation, in all its plural forms."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def is_translated(entry: polib.POEntry) -> bool:
    """Whether every form is there and none is only a guess."""
    return all(texts(entry)) and "fuzzy" not in entry.flags


def problems(po: polib.POFile) -> Iterator[str]:
    """What is missing, and what would go wrong when the translation is filled in."""
    for entry in po:
        if entry.obsolete:
            continue
        if not is_translated(entry):
            yield f"{_MISSING}{entry.msgid}"
            continue
        wanted = set(_PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
        for text in texts(entry):
            there = set(_PLACEHOLDER.findall(text))
            if "%" in _PLACEHOLDER.sub("", text).replace("%%", "") and wanted:
                yield f"a lone % (write %%): {text}"
            if strange := there - wanted:
                yield f"unknown placeholder {', '.join(sorted(strange))}: {text}"
            if not entry.msgid_plural and (lost := wanted - there):
                yield f"lost placeholder {', '.join(sorted(lost))}: {text}"


def main(arguments: list[str] | None = None) -> int:
    """Update, or with --check only look."""
    parser = argparse.ArgumentParser(prog="tools.i18n", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where anything is missing, wrong or out of date")
    parser.add_argument("--missing", action="store_true", help="also name what is missing in languages that ship as far as they are")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    told = parser.parse_args(arguments)
    sentences = extract(told.root)
    failures = 0
    for folder in sorted(told.root.glob("locales/*/LC_MESSAGES")):
        language = folder.parent.name
        po = merged(_opened(folder / "ui.po"), language, sentences)
        failures += _brought_up(folder / "ui.po", po, told, unfinished=language in UNFINISHED)
        reference = told.root / "locales" / COMPLETE / "LC_MESSAGES" / "meta.po"
        if language in UNFINISHED and reference.exists():
            labels = merged_labels(_opened(folder / "meta.po"), language, _opened(reference))
            failures += _brought_up(folder / "meta.po", labels, told, unfinished=True)
    return 1 if told.check and failures else 0


def _opened(path: Path) -> polib.POFile:
    return polib.pofile(path.read_text(encoding="utf-8")) if path.exists() else polib.POFile()


def _brought_up(path: Path, po: polib.POFile, told: argparse.Namespace, *, unfinished: bool) -> int:
    """Write the file where that is wanted, and say what is to be looked at. Returns how many failures that is."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    after = f"{str(po).rstrip()}\n"
    found = [*problems(po), *(["out of date: run make i18n"] if told.check and after != before else [])]
    wrong = [one for one in found if not (unfinished and one.startswith(_MISSING))]
    if not told.check and after != before:
        path.write_text(after, encoding="utf-8")
    missing = f", {len(found) - len(wrong)} missing" if unfinished else ""
    print(f"{path.relative_to(told.root)}: {sum(not one.obsolete for one in po)} texts, {len(wrong)} to look at{missing}")
    for problem in found if told.missing else wrong:
        print(f"  {problem}")
    return len(wrong)


if __name__ == "__main__":
    sys.exit(main())
