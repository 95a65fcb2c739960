"""The administrator's screens: the table of fields, and the way around."""

from __future__ import annotations

from flask import Blueprint, jsonify, make_response, request
from werkzeug.wrappers import Response

from engine.service.admin import fields, grid, guide, home, preview, usage
from engine.service.admin.acts import Sent
from engine.service.admin.desk import administrator
from web.security import POLICY
from web.visits import answer, visiting

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
        if request.accept_mimetypes.best == "application/json":
            return jsonify(fields.answer(visit, entity, sent))
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
