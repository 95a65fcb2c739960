"""The translators' screens: coverage, workbench, files."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, jsonify, make_response, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from engine.service import label_api, label_files, label_upload, language_care, workbench
from engine.service.label_files import Format
from engine.service.text_card import Typed
from web.api import guard
from web.visits import answer, pairs, submission, visiting

blueprint = Blueprint("translate", __name__, url_prefix="/translate")
FILE = f"/<locale>.<any({', '.join(label_files.FORMATS)}):kind>"


@blueprint.get("/")
def coverage() -> Response:
    """How far every language is."""
    with visiting() as visit:
        return answer(visit, language_care.show(visit))


@blueprint.post("/")
def decide() -> Response:
    """Add, change or take away a language."""
    with visiting(write=True) as visit:
        return answer(visit, language_care.decide(visit, submission()))


@blueprint.get("/<locale>")
def show(locale: str) -> Response:
    """The workbench of a language."""
    with visiting() as visit:
        return answer(visit, workbench.show(visit, locale, workbench.asked(pairs())))


@blueprint.post("/<locale>")
def save(locale: str) -> Response:
    """Keep a translation."""
    told = request.form
    typed = Typed(tuple(told.getlist("form")), told.get("seen", ""), told.get("action", "save"), told.get("needs_editing") == "true")
    with visiting(write=True) as visit:
        return answer(visit, workbench.save(visit, locale, workbench.asked(pairs()), typed))


@blueprint.post("/<locale>/check")
def check(locale: str) -> Response:
    """What checks say while somebody types."""
    with visiting() as visit:
        return jsonify(workbench.findings(visit, locale, request.form.get("key", ""), request.form.getlist("form")))


@blueprint.get(FILE)
def download(locale: str, kind: str) -> Response:
    """A file for translators."""
    with visiting() as visit:
        content = label_upload.download(visit, locale, cast(Format, kind), workbench.asked(pairs()))
    found = make_response(content)
    found.headers["Content-Type"] = label_files.MEDIA[kind]
    found.headers["Content-Disposition"] = f'attachment; filename="{locale}.{kind}"'
    return found


@blueprint.post(FILE)
def upload(locale: str, kind: str) -> Response:
    """Read a translator's file; its own ending says the format."""
    with visiting(write=True) as visit:
        return answer(visit, label_upload.upload(visit, locale, submission()))


@blueprint.put(FILE)
def send(locale: str, kind: str) -> Response:
    """Take a program's file over: the body is the file."""
    guard()
    with visiting(write=True) as visit:
        told, status = label_api.take(visit, locale, cast(Format, kind), request.get_data(), pairs())
    found = jsonify(told)
    found.status_code = status
    if status >= 400:
        found.mimetype = "application/problem+json"
    return found


@blueprint.get("/<locale>/import/<id>")
def difference(locale: str, id: str) -> Response:
    """What a file would change."""
    with visiting() as visit:
        return answer(visit, label_upload.show(visit, locale, id))


@blueprint.post("/<locale>/import/<id>")
def take(locale: str, id: str) -> Response:
    """Take a file over."""
    with visiting(write=True) as visit:
        return answer(visit, label_upload.take(visit, locale, id, submission()))


@blueprint.post("/<locale>/undo")
def undo(locale: str) -> Response:
    """Undo a file that was taken over."""
    if not (batch := request.form.get("batch", "")):
        raise NotFound
    with visiting(write=True) as visit:
        return answer(visit, label_upload.take_back(visit, locale, batch[:32]))
