"""Every sentence of the program is marked, extracted and translated; templates say nothing outside `_()`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest

from engine.i18n import sentences, translator
from engine.i18n.checks import check
from engine.i18n.plurals import plurals
from engine.metadata.label_store import FORM_MARK
from tools import i18n

ROOT = Path(__file__).resolve().parents[1]
LOCALES = ROOT / "locales"
SOURCES = [(path, path.relative_to(ROOT).as_posix(), method) for path, method in i18n.sources(ROOT)]
PYTHON = [pytest.param(path, id=name) for path, name, method in SOURCES if method == "python"]
TEMPLATES = [pytest.param(path, id=name) for path, name, method in SOURCES if method != "python"]
SENTENCES = i18n.extract(ROOT)
FILES = {path.relative_to(LOCALES).as_posix(): polib.pofile(str(path)) for path in sorted(LOCALES.glob("*/LC_MESSAGES/*.po"))}
UI = {name: po for name, po in FILES.items() if name.endswith("/ui.po")}

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
LETTERS = re.compile(r"[^\W\d_]{2,}")
HAN = re.compile(r"[\u4e00-\u9fff]")
ENDINGS = {".": "。", "?": "？", ":": "：", "…": "…"}
HEADERS = ("Project-Id-Version", "PO-Revision-Date", "Last-Translator", "Language-Team", "Language", "Content-Type", "Plural-Forms")

# -- Python ---------------------------------------------------------------------------------------------

SENTENCE = re.compile(r"[A-Z“][a-z].*(\s.*\w|\.$)", re.DOTALL)
MARKS = ("M_", "MN_", "text", "count", "say")
NOT_SPOKEN = (
    "app.py",  # what stops the program from starting is for operators, as the command line is
    "cli.py",
    "crm/sample_words.py",  # made-up data
    "crm/samples.py",
    "engine/service/openapi.py",  # documentation for programs
    "settings.py",  # for operators as well
)
NO_SENTENCES = {'Bearer realm="fieldloom"'}


def of_python(path: Path) -> ast.Module:
    """A file of Python, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"))


def strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, text) of what is neither documentation nor part of a marked sentence."""
    nodes = list(ast.walk(tree))
    calls = [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in MARKS]
    passed = {id(one) for call in calls for given in call.args for one in ast.walk(given)}
    passed |= {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed:
            yield node.lineno, node.value


@pytest.mark.parametrize("path", PYTHON)
def test_a_marked_sentence_is_written_out_where_it_is_said(path: Path) -> None:
    """A variable cannot be extracted. `M_(other.text, …)` may: the other message is marked where it was written."""
    hidden = [(one.line, ast.unparse(one.given)) for one in i18n.sayings(of_python(path)) if not one.texts]
    assert [f"line {line}: {given}" for line, given in hidden if not given.endswith(".text")] == []


@pytest.mark.parametrize("path", [param for param in PYTHON if param.id not in NOT_SPOKEN])
def test_a_sentence_in_python_is_marked(path: Path) -> None:
    found = [(line, text) for line, text in strings(of_python(path)) if SENTENCE.match(text) and text not in NO_SENTENCES]
    assert [f"line {line}: {text}" for line, text in found] == []


def test_only_what_a_translator_says_is_a_sentence() -> None:
    tree = ast.parse(
        "say = visit.translator.text\n"
        "say('one'); speaker.text('two'); view.speaker.count('three', 'threes', n); M_('four'); MN_('five', 'fives', n)\n"
        "sa.text('SELECT 1'); row.text('name', chain); words.count('x'); print(visit.translator.language)\n"
        "say(word)\n"
    )
    assert [one.texts for one in i18n.sayings(tree)] == [("one",), ("two",), ("three", "threes"), ("four",), ("five", "fives"), ()]


# -- templates ------------------------------------------------------------------------------------------

WORDS = {"Fieldloom", "Ctrl", "Alt", "K", "S"}
"""Words that are the same in every language."""
SPOKEN = {"alt", "aria-description", "aria-label", "data-label", "placeholder", "title"}
SILENT = {"script", "style"}
COMMENT = re.compile(r"{#.*?#}", re.DOTALL)
EXPRESSION = re.compile(r"{{.*?}}|{%.*?%}", re.DOTALL)
TRANSLATED = re.compile(r"\b(?:_|ngettext)\((\s*'[^']*',?)+")
ATTRIBUTE = re.compile(r'[\w-]+="[^"]*"')
QUOTED = re.compile(r"'([^']*)'")


class Words(HTMLParser):
    """Collects the bare words that a reader of the page would see or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Attributes that are read out, and those of the element that holds the scripts' texts."""
        self._silent += tag in SILENT
        held = ("id", "texts") in attrs
        for name, value in attrs:
            if (
                name in SPOKEN
                or (held and name.startswith("data-"))
                or (tag == "input" and name == "value" and ("type", "submit") in attrs)
            ):
                self._note(value or "")

    def handle_endtag(self, tag: str) -> None:
        """After a script, text counts again."""
        self._silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        """Text between tags; a macro writes attributes there, too."""
        if not self._silent:
            self._note(ATTRIBUTE.sub(" ", data))

    def _note(self, text: str) -> None:
        self.found += [word for word in LETTERS.findall(text) if word not in WORDS]


def bare_words(template: str) -> list[str]:
    """Words outside tags and expressions, and quoted ones inside expressions that begin with a capital."""
    template = COMMENT.sub("", template)
    reader = Words()
    reader.feed(EXPRESSION.sub(" ", template))
    reader.close()
    quoted = (QUOTED.findall(TRANSLATED.sub("", one)) for one in EXPRESSION.findall(template))
    return reader.found + [text for texts in quoted for text in texts if re.match(r"[A-Z][a-z]", text) and text not in WORDS]


@pytest.mark.parametrize("path", TEMPLATES)
def test_a_template_says_nothing_untranslated(path: Path) -> None:
    assert bare_words(path.read_text(encoding="utf-8")) == []


def test_bare_words_are_seen() -> None:
    page = """{# a note #}<p title="{{ _('Fine') }}" data-x="fine">Fieldloom · {{ _('It''s') }} <b class="fine">Hello</b> {{ 'Yes' if x else _('No') }}
    {% if x %}there{% endif %}</p><input placeholder="Search {{ _('here') }}"><script>const fine = 1;</script><kbd>Ctrl K</kbd>"""
    assert bare_words(page) == ["Hello", "there", "Search", "Yes"]


# -- the files ------------------------------------------------------------------------------------------


def test_the_files_hold_exactly_the_sentences_of_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert i18n.main(["--check"]) == 0, capsys.readouterr().out


def test_a_sentence_has_named_placeholders_only() -> None:
    """Values are filled in by name, with `%`: translators can move them, and nothing else is a format."""
    for one in SENTENCES.values():
        for text in filter(None, (one.text, one.plural)):
            assert not re.search(r"[%{}]", PLACEHOLDER.sub("", text)), text
        if one.plural:
            assert set(PLACEHOLDER.findall(one.text)) == set(PLACEHOLDER.findall(one.plural)), one.text


@pytest.mark.parametrize("name", FILES)
def test_everything_is_translated(name: str) -> None:
    """In complete languages; those that ship as far as they are say so by themselves."""
    po = FILES[name]
    unfinished = name.split("/", maxsplit=1)[0] in i18n.UNFINISHED
    assert unfinished or not [entry.msgid for entry in po if not entry.obsolete and not i18n.is_translated(entry)]
    keys = [(entry.msgctxt, entry.msgid) for entry in po if not entry.obsolete]
    assert len(keys) == len(set(keys))
    assert [header for header in HEADERS if not po.metadata.get(header)] == []


@pytest.mark.parametrize("name", FILES)
def test_a_translation_fills_in_the_same_values(name: str) -> None:
    for entry in (one for one in FILES[name] if not one.obsolete):
        for text in filter(None, i18n.texts(entry)):
            assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(entry.msgid)), text
            assert not re.search(r"[%{}]", PLACEHOLDER.sub("", text)), text


@pytest.mark.parametrize("name", [name for name in UI if name.startswith("zh_Hans/")])
def test_chinese_is_chinese(name: str) -> None:
    """A copied English sentence, or one that ends in Western punctuation, was forgotten."""
    for entry in (one for one in UI[name] if not one.obsolete):
        for text in i18n.texts(entry):
            assert HAN.search(text) or not LETTERS.search(PLACEHOLDER.sub("", entry.msgid)), f"not translated: {text}"
            assert not re.search(r"[\u4e00-\u9fff][,.:;?!]", text), f"Western punctuation: {text}"
            assert text.count("“") == text.count("”") == entry.msgid.count("“"), f"quotation marks: {text}"
            ending = ENDINGS.get(entry.msgid[-1])
            assert ending is None or text.endswith(ending), f"should end with {ending}: {text}"


@pytest.mark.parametrize("name", UI)
def test_a_shipped_sentence_passes_the_checks_of_the_workbench(name: str) -> None:
    """What a translator would be told about, the program does not ship: all but texts that are the same as the English ones."""
    tag = name.split("/", maxsplit=1)[0].replace("_", "-")
    told = sentences.shipped(LOCALES, tag)
    found = {}
    for unit in (one for one in sentences.sentences(LOCALES) if one.key in told):
        wrong = [one.code for one in check(unit, told[unit.key].text.split(FORM_MARK), plurals(tag), tag) if one.code != "same_as_source"]
        if wrong:
            found[unit.source] = wrong
    assert found == {}


def test_german_and_arabic_quote_in_their_own_way() -> None:
    for name, opening, closing in (("de/LC_MESSAGES/ui.po", "„", "“"), ("ar/LC_MESSAGES/ui.po", "“", "”")):
        for entry in (one for one in UI[name] if not one.obsolete):
            for text in filter(None, i18n.texts(entry)):
                assert text.count(opening) == text.count(closing) == entry.msgid.count("“"), text


def test_the_program_speaks_chinese() -> None:
    chinese = translator(LOCALES, "zh-Hans")
    assert chinese.text("Save") == "保存"
    assert chinese.count("%(count)s record", "%(count)s records", 3, count="3") == "共 3 条记录"
    assert translator(LOCALES, "en").text("Save") == "Save"


# -- the tool itself ------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A program of two sentences, one translated and one not said any more, in a language with three plural forms."""
    (tmp_path / "web" / "templates").mkdir(parents=True)
    (tmp_path / "web" / "a.py").write_text("# Translators: on a button\nSAVE = M_('Save it')\nMN_('%(n)s card', '%(n)s cards', n)\n")
    (tmp_path / "web" / "templates" / "a.html").write_text("<p>{{ _('Save it') }}</p>")
    folder = tmp_path / "locales" / "pl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "ui.po").write_text(
        'msgid ""\nmsgstr ""\n"Last-Translator: Ala\\n"\n\nmsgid "Save it"\nmsgstr "Zapisz"\n\nmsgid "Gone"\nmsgstr "Nie ma"\n'
    )
    return tmp_path


def test_the_tool_keeps_what_people_wrote(project: Path) -> None:
    path = project / "locales" / "pl" / "LC_MESSAGES" / "ui.po"
    assert i18n.main(["--root", str(project)]) == 0
    first = path.read_text()
    po = polib.pofile(first)
    assert po.metadata["Last-Translator"] == "Ala"
    assert [(entry.msgid, entry.obsolete) for entry in po] == [("Save it", False), ("%(n)s card", False), ("Gone", True)]
    saved = po[0]
    assert (saved.msgstr, saved.comment) == ("Zapisz", "on a button")
    assert [place for place, _ in saved.occurrences] == ["web/a.py", "web/templates/a.html"]
    assert len(po[1].msgstr_plural) == 3
    i18n.main(["--root", str(project)])
    assert path.read_text() == first


@pytest.mark.parametrize(
    ("translation", "told"),
    [
        ("", "missing: %(n)s card"),
        ("karta %(m)s", "unknown placeholder m"),
        ("%(n)s kart, 100%", "a lone %"),
    ],
)
def test_the_tool_names_what_is_wrong(project: Path, capsys: pytest.CaptureFixture[str], translation: str, told: str) -> None:
    i18n.main(["--root", str(project)])
    path = project / "locales" / "pl" / "LC_MESSAGES" / "ui.po"
    po = polib.pofile(str(path))
    po[1].msgstr_plural = dict.fromkeys(range(3), translation)
    po.save(str(path))
    before = path.read_text()
    assert i18n.main(["--root", str(project), "--check"]) == 1
    assert told in capsys.readouterr().out
    assert path.read_text() == before
