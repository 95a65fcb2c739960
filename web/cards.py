"""Cards: new, record, edit, delete, restore."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from engine.render.bind import Submission
from engine.service import cards, deleting, details, ordering, row_names, transitions
from web.visits import RECORD, answer, submission, visiting

blueprint = Blueprint("cards", __name__)


@blueprint.get("/<entity>/new")
def new(entity: str) -> Response:
    """An empty card."""
    with visiting() as visit:
        return answer(visit, cards.new(visit, entity, Submission(request.args.to_dict(flat=False))))


@blueprint.post("/<entity>/new")
def create(entity: str) -> Response:
    """Store a new record."""
    with visiting(write=True) as visit:
        return answer(visit, cards.create(visit, entity, submission()))


@blueprint.get(f"/<entity>/{RECORD}")
def record(entity: str, id: int) -> Response:
    """A record's page."""
    with visiting() as visit:
        return answer(visit, details.show(visit, entity, id))


@blueprint.get(f"/<entity>/{RECORD}/edit")
def edit(entity: str, id: int) -> Response:
    """A record's card."""
    with visiting() as visit:
        return answer(visit, cards.edit(visit, entity, id))


@blueprint.post(f"/<entity>/{RECORD}/edit")
def save(entity: str, id: int) -> Response:
    """Store a record's changes."""
    with visiting(write=True) as visit:
        return answer(visit, cards.save(visit, entity, id, submission()))


@blueprint.post(f"/<entity>/{RECORD}/transition")
def transition(entity: str, id: int) -> Response:
    """Let a record go a step of its lifecycle."""
    with visiting(write=True) as visit:
        told = request.form.get("step", ""), request.form.get("version", "")
        return answer(visit, transitions.go_on_page(visit, entity, id, *told))


@blueprint.get(f"/<entity>/{RECORD}/delete")
def confirm(entity: str, id: int) -> Response:
    """What deleting a record would mean."""
    with visiting() as visit:
        return answer(visit, deleting.confirm(visit, entity, id))


@blueprint.post(f"/<entity>/{RECORD}/delete")
def delete(entity: str, id: int) -> Response:
    """Delete a record."""
    with visiting(write=True) as visit:
        return answer(visit, deleting.delete(visit, entity, id, request.form.get("version", "")))


@blueprint.post(f"/<entity>/{RECORD}/replace")
def replace(entity: str, id: int) -> Response:
    """Let others refer to another record in the place of this one, and delete it."""
    with visiting(write=True) as visit:
        told = [request.form.get(name, "") for name in ("by", "by__text", "version", "agreed")]
        return answer(visit, deleting.replace(visit, entity, id, told[0], told[1].strip(), *told[2:]))


@blueprint.get(f"/<entity>/{RECORD}/names")
def ask_for_names(entity: str, id: int) -> Response:
    """The texts of a list's entry in every language."""
    with visiting() as visit:
        return answer(visit, row_names.show(visit, entity, id))


@blueprint.post(f"/<entity>/{RECORD}/names")
def names(entity: str, id: int) -> Response:
    """Keep them."""
    with visiting(write=True) as visit:
        return answer(visit, row_names.save(visit, entity, id, request.form.to_dict(), request.form.get("version", "")))


@blueprint.get("/<entity>/order")
def order(entity: str) -> Response:
    """The entries of a list in their order, to be moved."""
    with visiting() as visit:
        return answer(visit, ordering.show(visit, entity))


@blueprint.post("/<entity>/order")
def sort(entity: str) -> Response:
    """Sort the entries of a list by what they are called."""
    with visiting(write=True) as visit:
        return answer(visit, ordering.sort(visit, entity))


@blueprint.post(f"/<entity>/{RECORD}/move")
def move(entity: str, id: int) -> Response:
    """Move an entry: up, down, first, last, or before another."""
    with visiting(write=True) as visit:
        return answer(visit, ordering.move(visit, entity, id, request.form.get("to", ""), request.form.get("before", "")))


@blueprint.get("/<entity>/deleted")
def deleted(entity: str) -> Response:
    """What was deleted and can be restored."""
    with visiting() as visit:
        return answer(visit, deleting.deleted(visit, entity))


@blueprint.post(f"/<entity>/{RECORD}/restore")
def restore(entity: str, id: int) -> Response:
    """Bring a deleted record back."""
    with visiting(write=True) as visit:
        return answer(visit, deleting.restore(visit, entity, id))
