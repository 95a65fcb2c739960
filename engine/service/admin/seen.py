"""What a form was drawn from comes back with it, so that only what its sender changed is changed.

Between the drawing and the sending, another window or another administrator may have changed the same field. What the sender left as it
was stays as it has become by now; what both changed is said beside its control, and sent once more it takes the other's place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.i18n.speaking import Translator
from engine.messages import M_
from engine.metadata.model import Json
from engine.render.bind import Submission

CONTROL = "seen"
MEANWHILE = M_("Meanwhile this was changed to “%(value)s”, in another window or by another administrator. Sent once more, yours takes its place.")
EMPTIED = M_("Meanwhile this was emptied, in another window or by another administrator. Sent once more, yours takes its place.")
AS_NOW = M_("Meanwhile this was changed, in another window or by another administrator. It is shown as it is now: make your change anew.")


@dataclass(frozen=True, slots=True)
class Met:
    """What a form left alone, and what it changes although somebody else did meanwhile, by control."""

    untouched: frozenset[str] = frozenset()
    clashing: tuple[str, ...] = ()


def stamp(drawn: Mapping[str, Json]) -> str:
    """What the controls of a form say as it is drawn, as one hidden text."""
    return json.dumps(drawn, ensure_ascii=False, separators=(",", ":"))


def read(sent: Submission) -> dict[str, Json]:
    """The same, come back; nothing where a form brings none. It is compared with, never kept."""
    try:
        found = json.loads(sent.one(CONTROL))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def meet(seen: Mapping[str, Json], now: Mapping[str, Json], mine: Mapping[str, Json]) -> Met:
    """Three sides of each control: as it was drawn, as it would be drawn now, as it was sent."""
    now, mine = json.loads(stamp(now)), json.loads(stamp(mine))
    known = [name for name in mine if name in seen and name in now]
    untouched = frozenset(name for name in known if mine[name] == seen[name])
    return Met(untouched, tuple(name for name in known if name not in untouched and now[name] not in (seen[name], mine[name])))


def became(translator: Translator, value: str) -> str:
    """The sentence for a control that somebody else changed meanwhile."""
    return translator.say(MEANWHILE, value=value) if value else translator.say(EMPTIED)


def text(sent: Submission, name: str) -> str:
    """What stands in a control, as it is compared."""
    return sent.one(name).replace("\r\n", "\n").strip()


def without(sent: Submission, stems: Iterable[str]) -> Submission:
    """A form without the controls of some conditions: they are as if they had not been on it."""
    gone = tuple(f"{stem}." for stem in stems)
    return Submission({name: texts for name, texts in sent.texts.items() if not name.startswith(gone)}, sent.files) if gone else sent


def with_texts(sent: Submission, texts: Mapping[str, Json]) -> Submission:
    """A form with other texts in some of its controls; a switch that is off says nothing."""
    kept = {name: held for name, held in sent.texts.items() if name not in texts}
    return Submission(kept | {name: [str(value)] for name, value in texts.items() if value != ""}, sent.files)
