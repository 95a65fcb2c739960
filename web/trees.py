"""Trees: branches, one row, moving, adding, pasting; a script is answered with what happened, a browser with a page."""

from __future__ import annotations

from flask import Blueprint, make_response, request
from werkzeug.wrappers import Response

from engine.errors import BadValue
from engine.messages import M_
from engine.service import branches, merging, pasting, trees, undoing
from web.visits import RECORD, answer, visiting

blueprint = Blueprint("trees", __name__)


@blueprint.get(f"/<entity>/{RECORD}/branch")
def branch(entity: str, id: int) -> Response:
    """The rows directly below one."""
    with visiting() as visit:
        return make_response(trees.branch(visit, entity, id))


@blueprint.get(f"/<entity>/{RECORD}/node")
def node(entity: str, id: int) -> Response:
    """One row, beside its tree."""
    with visiting() as visit:
        return make_response(trees.node(visit, entity, id))


@blueprint.post("/<entity>/add")
def add(entity: str) -> Response:
    """A new row, under another or after it."""
    with visiting(write=True) as visit:
        return answer(visit, branches.add(visit, entity, request.form.get("name", ""), under=_row("under"), after=_row("after")))


@blueprint.post(f"/<entity>/{RECORD}/rename")
def rename(entity: str, id: int) -> Response:
    """Another name."""
    with visiting(write=True) as visit:
        return answer(visit, branches.rename(visit, entity, id, request.form.get("name", "")))


@blueprint.post(f"/<entity>/{RECORD}/step")
def step(entity: str, id: int) -> Response:
    """One step up, down, in or out."""
    with visiting(write=True) as visit:
        return answer(visit, branches.step(visit, entity, id, request.form.get("to", "")))


@blueprint.post(f"/<entity>/{RECORD}/place")
def place(entity: str, id: int) -> Response:
    """To another place."""
    with visiting(write=True) as visit:
        if typed := request.form.get("under__text", "").strip() if not request.form.get("under") else "":
            return answer(visit, branches.move_to(visit, entity, id, typed))
        return answer(visit, branches.move(visit, entity, id, _row("under"), _row("before")))


@blueprint.get("/<entity>/paste")
def paste(entity: str) -> Response:
    """The form for many rows at once."""
    with visiting() as visit:
        return answer(visit, pasting.show(visit, entity, _row("under")))


@blueprint.post("/<entity>/paste")
def plant(entity: str) -> Response:
    """Show what a list would make, or make it."""
    text = request.form.get("text", "")
    with visiting(write="make" in request.form) as visit:
        if "make" in request.form:
            return answer(visit, pasting.plant(visit, entity, _row("under"), text))
        return answer(visit, pasting.show(visit, entity, _row("under"), text, told=True))


@blueprint.get(f"/<entity>/{RECORD}/merge")
def ask_to_merge(entity: str, id: int) -> Response:
    """What merging a row would change."""
    with visiting() as visit:
        return answer(visit, merging.show(visit, entity, id, into=_row("into")))


@blueprint.post(f"/<entity>/{RECORD}/merge")
def merge(entity: str, id: int) -> Response:
    """Merge a row into another."""
    with visiting(write=True) as visit:
        return answer(visit, merging.merge(visit, entity, id, _row("into"), request.form.get("into__text", "").strip(), _row("agreed")))


@blueprint.post("/undo")
def undo() -> Response:
    """Take an act on several records back."""
    with visiting(write=True) as visit:
        return answer(visit, undoing.take_back(visit, request.form.get("batch", "")))


def _row(name: str) -> int | None:
    """The row that a form or address names, if any. Raises BadValue."""
    text = request.values.get(name, "").strip()
    if text and not (text.isascii() and text.isdigit() and len(text) < 16):
        raise BadValue(name, M_("Choose one from the list."))
    return int(text) if text else None
