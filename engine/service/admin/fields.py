"""Acting on the table of fields: each press becomes operations of the draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.errors import BadValue, ChangeRefused
from engine.messages import M_
from engine.metadata.model import Json
from engine.service.admin import acts, grid, telling
from engine.service.admin import desk as desks
from engine.service.admin.acts import Sent
from engine.service.admin.desk import Desk
from engine.service.screen import Done
from engine.service.visit import Visit

CURSOR: Mapping[str, Callable[[Desk], Desk]] = {"undo": desks.undo, "redo": desks.redo, "discard": desks.discard}


def turn(desk: Desk, do: str) -> Desk:
    """Move the draft's cursor. Raises BadValue for what is none of its moves."""
    if do not in CURSOR:
        raise BadValue("do", M_("There is nothing called “%(name)s” to be done here.", name=do[:60]))
    return CURSOR[do](desk)


def act(visit: Visit, name: str, sent: Sent) -> tuple[Desk, Desk]:
    """Do it to the draft; gives the desk before and after. Raises Forbidden, UnknownEntity, BadValue, UnknownField, ChangeRefused."""
    before = desks.open_desk(visit)
    entity = before.catalog.entity(name)
    if sent.do in CURSOR:
        return before, CURSOR[sent.do](before)
    if sent.do == "":
        return before, before
    return before, desks.perform(before, *acts.operations(entity, sent))


def done(visit: Visit, name: str, sent: Sent) -> Done:
    """The same, for a browser without scripts: back to the table, at the row."""
    try:
        _, after = act(visit, name, sent)
    except ChangeRefused as error:
        return Done(f"/admin/{name}/fields", refusal(visit, name, error), "error")
    parts = sent.do.split(":")
    row = parts[2] if parts[0] in ("toggle", "step") and len(parts) > 2 else ""
    return Done(f"/admin/{name}/fields" + (f"#row-{row}" if row else ""), desks.bar(after)["last"], "info")


def refusal(visit: Visit, name: str, error: ChangeRefused) -> str:
    """Why something is not possible, as the reader names things."""
    catalog = desks.open_desk(visit).catalog
    return " ".join(telling.sentence(visit, catalog, reason, name) for reason in error.reasons)


def answer(visit: Visit, name: str, sent: Sent) -> dict[str, Json]:
    """The same, for the page's own script: what it has to change, or `detail`, why nothing is. `reload` asks for the whole page."""
    try:
        before, after = act(visit, name, sent)
    except ChangeRefused as error:
        return {"detail": refusal(visit, name, error)}
    if name not in after.catalog.entities:
        return {"reload": True}
    changed = grid.difference(after, before.catalog, name)
    bar = desks.bar(after)
    told: dict[str, Json] = {"reload": changed is None, "said": bar["last"], "done": after.draft.done, **(changed or {})}
    told["bar"] = _bar(visit, bar, f"/admin/{name}/fields")
    return told


def bar_alone(visit: Visit, back: str) -> str:
    """The draft's bar as markup, for a page's script. `back` is where its buttons return to."""
    return _bar(visit, desks.bar(desks.open_desk(visit)), back)


def _bar(visit: Visit, bar: Mapping[str, Json], back: str) -> str:
    return str(visit.site.pages.fragment(visit.translator, "admin/_bar_only.html", bar=bar, back=back))
