"""The administrator's screens."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from engine.service.admin import guide
from web.visits import answer, visiting

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


@blueprint.get("/style-guide")
def style_guide() -> Response:
    """Every part of the screens in all its states."""
    with visiting() as visit:
        return answer(visit, guide.show(visit))
