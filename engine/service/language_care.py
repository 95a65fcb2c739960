"""Which languages there are, how far each is, and when readers may choose it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from babel import Locale

from engine.access import Actor
from engine.errors import Forbidden
from engine.i18n import languages as kept
from engine.i18n.book import STATES as STATE_ORDER
from engine.i18n.book import State, covered
from engine.i18n.language import SHIPPED, all_tags, describe, pseudo_languages
from engine.i18n.languages import BadLanguage
from engine.messages import M_
from engine.metadata import label_store, store
from engine.render.bind import Submission
from engine.service.screen import Done, Screen
from engine.service.text_card import STATES
from engine.service.visit import Visit
from engine.service.workbench import Asked, in_turn, opened, percent, section_name, translator

HOME = "/translate/"
STEPS = 10
WIDTH = 200
"""How wide the bar of states is drawn."""


def show(visit: Visit, problem: str = "", status: int = 200) -> Screen:
    """The coverage of every language by part, and the languages themselves. Raises SignInNeeded, Forbidden."""
    actor = translator(visit)
    books = visit.in_order((opened(visit, tag) for tag in visit.languages.targets), lambda book: book.language.name)
    sections = in_turn(visit, dict.fromkeys(name for book in books for name in book.counts))
    context = {
        "sections": [{"name": name, "label": section_name(visit, name)} for name in sections],
        "rows": [
            {
                "tag": book.language.tag,
                "name": book.language.name,
                "dir": book.language.direction,
                "live": book.language.live,
                "from": percent(visit, book.language.threshold) if book.language.threshold else "",
                "url": Asked().address(book.language.tag),
                "percent": percent(visit, book.coverage),
                "step": _step(book.coverage),
                "failing": len(book.findings),
                "failing_url": Asked(state="failing").address(book.language.tag),
                "bar": _bar(visit, book.total),
                "cells": [
                    {
                        "percent": percent(visit, covered(book.counts[name])),
                        "step": _step(covered(book.counts[name])),
                        "url": Asked(section=name, state="missing" if book.counts[name]["missing"] else "all").address(book.language.tag),
                        "label": section_name(visit, name),
                    }
                    for name in sections
                ],
                "threshold": book.language.threshold,
                "fallbacks": ", ".join(book.language.chain[1:]),
                "removable": not book.language.live and book.language.tag not in SHIPPED,
            }
            for book in books
        ],
        "legend": [{"state": state, "label": visit.translator.say(STATES[state])} for state in STATE_ORDER],
        "pseudo": [{"tag": one.tag, "name": one.name} for one in pseudo_languages()],
        "keeps": actor.is_administrator,
        "tags": _offered(visit) if actor.is_administrator else [],
        "problem": problem,
    }
    return Screen("translate/coverage.html", context, status)


def _offered(visit: Visit) -> list[tuple[str, str]]:
    """The languages that could be added, each called as the reader calls it and as it calls itself, in the reader's order."""
    reader = visit.region.locale
    found = [(tag, name, _describe(tag, reader)) for tag, name in all_tags().items() if tag not in visit.languages.all and not _has_country(tag)]
    return [(tag, f"{told} – {name}" if told and told != name else name) for tag, name, told in visit.in_order(found, lambda one: one[2] or one[1])]


def _describe(tag: str, reader: Locale) -> str:
    found = describe(tag)
    return str(found.locale.get_display_name(reader) or "") if found else ""


def _has_country(tag: str) -> bool:
    last = tag.rpartition("-")[2]
    return "-" in tag and (last.isdigit() or (len(last) == 2 and last.isupper()))


def _step(value: float) -> int:
    """Which of the shades a coverage has: the last only when it is complete."""
    return STEPS if value >= 100 else int(value // STEPS)


def _bar(visit: Visit, counts: Mapping[State, int]) -> Sequence[Mapping[str, object]]:
    """The parts of the bar of states, done ones first."""
    every, at, found = sum(counts.values()) or 1, 0.0, []
    for state in reversed(STATE_ORDER):
        width = WIDTH * counts.get(state, 0) / every
        label = f"{visit.translator.say(STATES[state])}: {counts.get(state, 0)}"
        found.append({"state": state, "x": f"{at:.2f}", "width": f"{width:.2f}", "label": label})
        at += width
    return found


def _administrator(visit: Visit) -> Actor:
    actor = visit.signed_in()
    if not actor.is_administrator:
        raise Forbidden("translate")
    return actor


def decide(visit: Visit, sent: Submission) -> Screen | Done:
    """Add a language, change what readers get of it, or take it away. Raises SignInNeeded, Forbidden."""
    _administrator(visit)
    label_store.hold(visit.conn)
    held = kept.load(visit.conn, visit.catalog.version)
    say = visit.translator.text
    tag = sent.one("tag")
    try:
        match sent.one("action"):
            case "add":
                made = kept.add(visit.conn, tag)
                message = say("%(language)s is added. Readers may choose it when it is live.", language=made.name)
            case "remove":
                kept.remove(visit.conn, held, tag)
                message = say("The language is removed; its translations are kept.")
            case _:
                _change(visit, held, sent)
                message = say("Saved.")
    except BadLanguage as error:
        return show(visit, visit.translator.say(error.message), 422)
    store.bump_version(visit.conn)
    return Done(HOME, message)


def _change(visit: Visit, held: kept.Languages, sent: Submission) -> None:
    typed = sent.one("threshold").strip() or "0"
    if not (typed.isascii() and typed.isdigit()):
        raise BadLanguage(M_("A coverage is a number from 0 to 100."))
    steps = [step for one in sent.one("fallbacks").replace(";", ",").split(",") if (step := one.strip())]
    kept.change(visit.conn, held, sent.one("tag"), live=sent.one("live") == "true", threshold=int(typed[:4]), fallbacks=steps)
