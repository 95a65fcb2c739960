"""PO files: bilingual, the label's key as context, opened by Poedit, Weblate and `msgfmt` as they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

import polib

from engine.i18n.book import Book, Entry
from engine.i18n.exchange import BadFile, Line, Upload, check_language, check_repeats, decoded, moment
from engine.i18n.language import Language
from engine.i18n.languages import sentence_key
from engine.i18n.plurals import BadPluralForms, forms_of, mapping, plurals
from engine.messages import M_
from engine.metadata.label_store import FORM_MARK
from engine.metadata.units import Unit

EXPORTED = "X-Fieldloom-Exported"
_LINE = re.compile(r'(?:#.*|(?:(?:msgctxt|msgid|msgid_plural|msgstr(?:\[\d{1,2}\])?)\s*)?"(?:[^"\\]|\\.)*")?')
"""A line without the spaces around it: a pattern that looks for them on both sides takes the square of their number."""
MOST_JOINED = 2_000
_AT_LINE = re.compile(r"\(line (\d+)\)")
_WRAP = 100


def written(book: Book, entries: Iterable[Entry], when: datetime) -> str:
    """A PO file of these entries, as it stood at `when`."""
    po = polib.POFile(wrapwidth=_WRAP)
    po.metadata = {
        "Project-Id-Version": "fieldloom",
        "PO-Revision-Date": f"{when:%Y-%m-%d %H:%M}+0000",
        "Last-Translator": "Fieldloom",
        "Language-Team": "Fieldloom",
        "Language": book.language.tag.replace("-", "_"),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": book.plurals.header,
        EXPORTED: when.isoformat(),
    }
    po.extend(_written(book, one) for one in entries)
    return f"{str(po).rstrip()}\n"


def _written(book: Book, one: Entry) -> polib.POEntry:
    unit, forms = one.unit, one.forms(book.plurals)
    source, _, plural = unit.source.partition(FORM_MARK)
    entry = polib.POEntry(msgid=source, comment="\n".join(notes(unit)), occurrences=[(place, "") for place in _places(unit)])
    if unit.kind != "sentence":
        entry.msgctxt = unit.key
    elif "%(" in unit.source:
        entry.flags.append("python-format")
    if plural:
        entry.msgid_plural, entry.msgstr_plural = plural, dict(enumerate(forms))
    else:
        entry.msgstr = forms[0]
    if one.state == "needs_editing":
        entry.flags.insert(0, "fuzzy")
        if one.former:
            entry.previous_msgid, _, former = one.former.partition(FORM_MARK)
            entry.previous_msgid_plural = former or None
    return entry


def _places(unit: Unit) -> Sequence[str]:
    if unit.kind == "sentence":
        return unit.places
    return [f"meta:{'.'.join(filter(None, (unit.entity, unit.field)))}"]


def notes(unit: Unit) -> list[str]:
    """What an editor shows beside a text: what it is, where it stands, how long it may be. In English, for every tool alike."""
    found = [unit.comment] if unit.comment else []
    if unit.kind != "sentence":
        told = [("type", f"{unit.kind}, {unit.type}" if unit.type else unit.kind), ("group", unit.group)]
        found.append("; ".join(f"{name}: {value}" for name, value in told if value))
    found.append(f"length: {unit.limit}" + (f", fits in one line: {unit.room}" if unit.room else ""))
    return found


def read(content: bytes, language: Language) -> Upload:
    """What a PO file holds for a language. Raises BadFile."""
    text = decoded(content)
    if "msgid" not in text:
        raise BadFile([(1, M_("This is no PO file."))])
    _look(text)
    try:
        po = polib.pofile(f"{text}\n")  # with a line's end no text is taken for the name of a file
    except (OSError, ValueError, IndexError, KeyError, AttributeError, TypeError, RecursionError) as error:
        found = _AT_LINE.search(str(error))
        raise BadFile([(int(found[1]) if found else None, M_("This is not how a PO file is written."))]) from None
    check_language(po.metadata.get("Language", ""), language)
    order, count = _order(po, language)
    lines = [_line(entry, order, count) for entry in po if not entry.obsolete and entry.msgid]
    check_repeats(lines)
    return Upload(tuple(lines), moment(po.metadata.get(EXPORTED)))


def _look(text: str) -> None:
    """Raises BadFile for what the library would read wrongly, or join line by line for hours."""
    joined = 0
    for number, line in enumerate(text.split("\n"), start=1):
        told = line.strip()
        if not _LINE.fullmatch(told):
            raise BadFile([(number, M_("This is not how a PO file is written."))])
        joined = joined + 1 if told.startswith(("#", '"')) else 0
        if joined > MOST_JOINED:
            raise BadFile([(number, M_("A text or a note of more than %(most)s lines is not read.", most=MOST_JOINED))])


def _order(po: polib.POFile, language: Language) -> tuple[Sequence[int], int]:
    """(the file's number of each of our forms, how many forms its texts have)."""
    wanted = plurals(language.tag)
    header = po.metadata.get("Plural-Forms")
    if header is None:
        counted = next((entry for entry in po if entry.msgid_plural and not entry.obsolete), None)
        if counted is not None:
            raise BadFile([(counted.linenum or 1, M_("The header Plural-Forms is missing."))])
        return range(len(wanted.categories)), len(wanted.categories)
    try:
        return mapping(header, wanted), forms_of(header)
    except BadPluralForms:
        raise BadFile([(1, M_("The header Plural-Forms is broken."))]) from None


def _line(entry: polib.POEntry, order: Sequence[int], count: int) -> Line:
    key = entry.msgctxt or sentence_key(entry.msgid)
    source = FORM_MARK.join(filter(None, (entry.msgid, entry.msgid_plural)))
    former = FORM_MARK.join(filter(None, (entry.previous_msgid, entry.previous_msgid_plural))) if entry.fuzzy else ""
    if not entry.msgid_plural:
        return Line(key, source, entry.msgstr, entry.fuzzy, entry.linenum or 1, former)
    told = dict(entry.msgstr_plural)
    if strange := [place for place in told if place not in range(count)]:
        raise BadFile([(entry.linenum or 1, M_("There is no plural form number %(number)s in this language.", number=strange[0]))])
    text = FORM_MARK.join(told.get(place, "") for place in order)
    # A formula that tells fewer forms apart than the language has gives one text for several: somebody has to look.
    fuzzy = entry.fuzzy or len(set(order)) < len(order)
    return Line(key, source, text if text.strip(FORM_MARK) else "", fuzzy, entry.linenum or 1, former)
