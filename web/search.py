"""Search screens, picker suggestions, stored files."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, jsonify, make_response, request, send_file
from werkzeug.wrappers import Response

from engine.errors import UnknownParameter
from engine.files import KINDS
from engine.service import attachments, charts, lookup, searching, trees
from web.visits import RECORD, answer, pairs, visiting

blueprint = Blueprint("search", __name__)
SHOWN = {kind.media_type for kind in KINDS.values() if kind.shown}


@blueprint.get("/<entity>/")
def show(entity: str) -> Response:
    """The search screen with its result."""
    with visiting() as visit:
        screen = trees if trees.wanted(visit, entity, pairs()) else searching
        return answer(visit, screen.show(visit, entity, pairs()))


@blueprint.get("/<entity>/charts")
def counted(entity: str) -> Response:
    """The records counted by their lists, as charts."""
    with visiting() as visit:
        return answer(visit, charts.show(visit, entity, pairs()))


@blueprint.get("/<entity>/charts/part")
def counted_part(entity: str) -> Response:
    """The charts without a page around them."""
    with visiting() as visit:
        return make_response(charts.part(visit, entity, pairs()))


@blueprint.get("/<entity>/suggest")
def suggest(entity: str) -> Response:
    """Suggestions for a picker."""
    card = {key.removeprefix("record[").removesuffix("]"): value for key, value in request.args.items() if key.startswith("record[")}
    if unknown := {key for key in request.args if key not in ("q", "for", "only") and not key.startswith("record[")}:
        raise UnknownParameter(sorted(unknown)[0])
    with visiting() as visit:
        only = _ids(request.args["only"]) if "only" in request.args else None
        return jsonify(lookup.suggestions(visit, entity, request.args.get("q", "")[:200], request.args.get("for", ""), card, only))


def _ids(text: str) -> frozenset[int]:
    """The ids of a list of them; what is none is passed over."""
    return frozenset(int(one) for one in text.split(",") if one.isascii() and one.isdigit() and len(one) < 19)


@blueprint.get(f"/<entity>/{RECORD}/files/<field>")
def file(entity: str, id: int, field: str) -> Response:
    """A stored file: pictures in place, all else as a download that no browser runs."""
    with visiting() as visit:
        found = attachments.fetch(visit, entity, id, field)
    shown = found.media_type in SHOWN
    answer = send_file(BytesIO(found.content), mimetype=found.media_type, as_attachment=not shown, download_name=found.name)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
