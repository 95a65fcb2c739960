"""Files of records: export, and import with a look before."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from engine.service import exporting, import_page
from web.visits import answer, pairs, visiting

blueprint = Blueprint("sheets", __name__)


@blueprint.get("/<entity>/export")
def export(entity: str) -> Response:
    """The records of a list's address as a file."""
    with visiting() as visit:
        found = exporting.exported(visit, entity, pairs())
    headers = {"Content-Disposition": f'attachment; filename="{found.name}"', "Cache-Control": "private, no-store"}
    return Response(found.content, content_type=found.media_type, headers=headers)


@blueprint.get("/<entity>/import")
def choose(entity: str) -> Response:
    """Where a file is chosen."""
    with visiting() as visit:
        return answer(visit, import_page.show(visit, entity))


@blueprint.post("/<entity>/import")
def run(entity: str) -> Response:
    """Look at a file, or import what was looked at."""
    with visiting(write=True) as visit:
        if "kept" in request.form:
            return answer(visit, import_page.store(visit, entity, request.form["kept"]))
        sent = request.files.get("file")
        text = "" if sent is not None and sent.filename else request.form.get("text", "")
        content = sent.read() if sent is not None and not text else text.encode()
        return answer(visit, import_page.check(visit, entity, content, text))
