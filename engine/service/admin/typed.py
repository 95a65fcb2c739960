"""What people type into the administrator's forms: too long, or with characters that cannot be kept. Nothing is cut: it is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.messages import M_
from engine.render.bind import Submission
from engine.schema.operation import UNSTORABLE, storable
from engine.service.visit import Visit

LABEL, LONG_LABEL, HELP, NOTE = 200, 2000, 500, 500
MOST: Mapping[str, int] = {"label": LABEL, "plural": LABEL, "placeholder": LABEL, "help": HELP}
"""The most characters of a control, by the first part of its name."""


def too_long(visit: Visit, text: str, most: int) -> str:
    """The sentence for a text of too many characters; '' for one that fits."""
    n = len(text.strip())
    return visit.translator.say(M_("Too long: it has %(n)s characters, at most %(most)s can be kept.", n=n, most=most)) if n > most else ""


def wrong_with(visit: Visit, text: str, most: int) -> str:
    """What is wrong with a text, or ''."""
    return too_long(visit, text, most) or ("" if storable(text) else visit.translator.say(UNSTORABLE))


def problems(visit: Visit, sent: Submission) -> dict[str, list[str]]:
    """What is wrong with the texts of a form, by control."""
    return {control: told for control in sent.texts if (told := list(_of(visit, control, sent.one(control))))}


def _of(visit: Visit, control: str, text: str) -> Iterator[str]:
    if control == "option.choices":
        lines = text.splitlines()
        found = (wrong_with(visit, line.partition("=")[2] or line, LABEL) for line in lines)
    else:
        stem = control.partition(".")[0]
        found = (wrong_with(visit, text, MOST[one]) for one in (stem,) if one in MOST)
    yield from dict.fromkeys(filter(None, found))
