"""The administrator's screens: the table of fields, and the way around."""

from __future__ import annotations

from flask import Blueprint, jsonify, make_response, request
from werkzeug.wrappers import Response

from engine.service.admin import adding, editing, fields, grid, groups, guide, home, lists, names, preview, retired, usage
from engine.service.admin.acts import Sent
from engine.service.admin.desk import administrator
from engine.service.screen import Done, Screen
from web.security import POLICY
from web.visits import answer, submission, visiting, wants_json

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
PREVIEW_POLICY = POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'").replace("form-action 'self'", "form-action 'none'")
"""A preview stands in the page it belongs to, and sends nothing."""


@blueprint.get("/")
def front() -> Response:
    """What is set up, and what is missing."""
    with visiting() as visit:
        return answer(visit, home.show(visit))


@blueprint.get("/style-guide")
def style_guide() -> Response:
    """Every part of the screens in all its states."""
    with visiting() as visit:
        return answer(visit, guide.show(visit))


@blueprint.get("/lists/new")
def name_list() -> Response:
    """The form of a new list."""
    with visiting() as visit:
        return answer(visit, lists.show(visit))


@blueprint.post("/lists/new")
def add_list() -> Response:
    """Put a new list into the draft."""
    with visiting(write=True) as visit:
        return answer(visit, lists.create(visit, submission()))


@blueprint.get("/<entity>/fields")
def table(entity: str) -> Response:
    """The table of an entity's fields."""
    with visiting() as visit:
        page = answer(visit, grid.show(visit, entity, request.args.get("q", "")[:200], counted="counted" in request.args))
    page.headers["Content-Security-Policy"] = f"{POLICY}; frame-src 'self'"
    return page


@blueprint.post("/<entity>/fields")
def act(entity: str) -> Response:
    """A press on the table: a move, a switch, several at once."""
    form = request.form
    sent = Sent(form.get("do", ""), tuple(form.getlist("chosen")), form.get("group", ""), form.get("before", ""))
    with visiting(write=True) as visit:
        if wants_json():
            told = fields.answer(visit, entity, sent)
            return make_response(jsonify(told), 422 if "detail" in told else 200)
        return answer(visit, fields.done(visit, entity, sent))


@blueprint.get("/<entity>/usage")
def full(entity: str) -> Response:
    """How full each field is."""
    with visiting() as visit:
        administrator(visit)
        found = usage.filled(visit, visit.catalog.entity(entity))
        return jsonify({"total": found.total, "fields": {name: [count, found.percent(name)] for name, count in found.fields.items()}})


@blueprint.get("/<entity>/preview")
def card(entity: str) -> Response:
    """The card as the draft makes it."""
    given = request.args
    with visiting() as visit:
        told = {name: given.get(name, "") for name in ("language", "direction")}
        page = make_response(preview.show(visit, entity, **told, role=given.get("role", "administrator"), framed="framed" in given))
    page.headers["Content-Security-Policy"] = PREVIEW_POLICY
    return page


@blueprint.get("/<entity>/fields/new")
def choose(entity: str) -> Response:
    """The types of a new field, or the form of one."""
    with visiting() as visit:
        return answer(visit, adding.start(visit, entity, group=request.args.get("group", ""), kind=request.args.get("type", "")))


@blueprint.post("/<entity>/fields/new")
def add(entity: str) -> Response:
    """Put a new field into the draft, or show what would come of it."""
    with visiting(write=request.form.get("do") != "try") as visit:
        return answer(visit, adding.create(visit, entity, submission()))


@blueprint.get("/<entity>/fields/propose")
def propose(entity: str) -> Response:
    """A database name for a display name."""
    with visiting() as visit:
        return jsonify(adding.proposal(visit, entity, request.args.get("label", "")[:200], request.args.get("name", "")[:60]))


@blueprint.get("/<entity>/fields/<field>")
def field(entity: str, field: str) -> Response:
    """A field's own page."""
    with visiting() as visit:
        return answer(visit, editing.show(visit, entity, field))


@blueprint.post("/<entity>/fields/<field>")
def change(entity: str, field: str) -> Response:
    """Put a field's changes into the draft."""
    with visiting(write=True) as visit:
        return answer(visit, editing.save(visit, entity, field, submission()))


@blueprint.get("/<entity>/groups")
def headings(entity: str) -> Response:
    """The groups of a card."""
    with visiting() as visit:
        return answer(visit, groups.show(visit, entity))


@blueprint.post("/<entity>/groups")
def change_groups(entity: str) -> Response:
    """Change, add, move or remove a group."""
    with visiting(write=True) as visit:
        return answer(visit, groups.act(visit, entity, submission()))


@blueprint.get("/<entity>/labels")
def labels(entity: str) -> Response:
    """Display names in every language."""
    with visiting() as visit:
        return answer(visit, names.show(visit, entity, request.args.get("only", "")))


@blueprint.post("/<entity>/labels")
def change_labels(entity: str) -> Response:
    """Put display names into the draft."""
    with visiting(write=True) as visit:
        sent = submission()
        done = names.save(visit, entity, sent)
        if wants_json() and isinstance(done, Screen):
            return make_response(jsonify({"detail": names.why(done), "now": names.as_now(done, sent)}), 422)
        if wants_json() and isinstance(done, Done):
            return jsonify({"said": done.message, "bar": fields.bar_alone(visit, done.url)})
        return answer(visit, done)


@blueprint.get("/<entity>/retired")
def retired_fields(entity: str) -> Response:
    """The retired fields."""
    with visiting() as visit:
        return answer(visit, retired.show(visit, entity))


@blueprint.post("/<entity>/retired")
def change_retired(entity: str) -> Response:
    """Restore or purge a retired field."""
    with visiting(write=True) as visit:
        return answer(visit, retired.act(visit, entity, submission()))
