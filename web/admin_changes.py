"""The draft as a whole: its bar, its review, publishing, history."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from engine.errors import ChangeRefused, ChangeUnderWay, FieldloomError, NotConfirmed, NotUndoable, Outdated, TableHeld
from engine.service import evolution
from engine.service.admin import changes, fields
from engine.service.admin import desk as desks
from engine.service.evolution import Request
from web.home import inside
from web.visits import answer, site, submission, visiting

blueprint = Blueprint("admin_changes", __name__, url_prefix="/admin")
REVIEW = "/admin/changes"


@blueprint.get("/changes")
def review() -> Response:
    """The draft, and everything that was published."""
    before = request.args.get("before", "")
    with visiting() as visit:
        return answer(visit, changes.show(visit, before=_number(before)))


@blueprint.post("/changes")
def decide() -> Response:
    """Publish the draft, take a change back, settle a clash, drop an operation."""
    do = request.form.get("do", "")
    if do == "publish":
        return _publish(REVIEW)
    if do.startswith("undo:") and (change := _number(do[5:])) is not None:
        return _undo(change)
    with visiting(write=True) as visit:
        return answer(visit, changes.decide(visit, submission()))


@blueprint.post("/draft")
def bar() -> Response:
    """The bar at the foot of every page."""
    do, back = request.form.get("do", ""), inside(request.form.get("next", "")) or REVIEW
    if do == "publish":
        return _publish(back)
    with visiting(write=True) as visit:
        fields.turn(desks.open_desk(visit), do)
    return redirect(back, 303)


def _number(text: str) -> int | None:
    """The number of a change; None where it cannot be one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _publish(back: str) -> Response:
    try:
        with visiting() as visit:
            wanted = changes.wanted(visit, confirmed=request.form.getlist("confirmed"), note=request.form.get("note", ""))
        evolution.publish(site(), wanted.actor, wanted.request)
        with visiting(write=True) as visit:
            flash(changes.published(visit, wanted), "success")
        return redirect(back, 303)
    except (ChangeRefused, NotConfirmed) as error:
        with visiting() as visit:
            told = [visit.translator.say(changes.UNSEEN)] if isinstance(error, NotConfirmed) else changes.in_words(visit, error)
            return answer(visit, changes.show(visit, wrong=told, note=request.form.get("note", ""), status=422))
    except (Outdated, ChangeUnderWay, TableHeld) as error:
        return _refused(error, request.form.get("note", ""))


def _undo(change: int) -> Response:
    try:
        with visiting() as visit:
            actor = desks.administrator(visit)
        evolution.undo(site(), actor, change, Request((), confirmed=frozenset(request.form.getlist("confirmed"))))
        with visiting() as visit:
            flash(visit.translator.text("Taken back, as a change of its own."), "success")
        return redirect(REVIEW, 303)
    except NotConfirmed as error:
        with visiting() as visit:
            return answer(visit, changes.show(visit, asked=changes.asked(visit, change, error), status=422))
    except ChangeRefused as error:
        with visiting() as visit:
            return answer(visit, changes.show(visit, wrong=changes.in_words(visit, error), status=422))
    except (NotUndoable, ChangeUnderWay, TableHeld) as error:
        return _refused(error)


def _refused(error: FieldloomError, note: str = "") -> Response:
    with visiting() as visit:
        return answer(visit, changes.show(visit, wrong=[visit.translator.say(error.message)], note=note, status=409))
