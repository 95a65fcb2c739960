"""Home, signing in and out, preferences, health."""

from __future__ import annotations

from flask import Blueprint, jsonify, redirect, request, session
from werkzeug.wrappers import Response

from engine.errors import BadCredentials, TooManyAttempts
from engine.service import home as home_page
from engine.service import setup, signing
from engine.service.screen import Screen
from web.visits import answer, draw, site, visiting

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def home() -> Response:
    """The first page."""
    with visiting() as visit:
        return answer(visit, home_page.show(visit))


@blueprint.get("/sign-in")
def sign_in() -> Response:
    """The sign-in form; whoever is signed in goes on."""
    with visiting() as visit:
        if visit.actor is not None:
            return redirect(inside(request.args.get("next", "")), 303)
        return draw(visit, Screen("sign_in.html", {"next": request.args.get("next", ""), "username": "", "error": None}))


@blueprint.post("/sign-in")
def enter() -> Response:
    """Sign in."""
    username, target = request.form.get("username", "")[:100], request.form.get("next", "")
    try:
        token = signing.sign_in(site(), username, request.form.get("password", ""), request.remote_addr or "")
    except (BadCredentials, TooManyAttempts) as error:
        with visiting() as visit:
            context = {"next": target, "username": username, "error": visit.translator.say(error.message)}
            return draw(visit, Screen("sign_in.html", context, 429 if isinstance(error, TooManyAttempts) else 422))
    chosen = {name: session[name] for name in ("language", "theme", "density") if name in session}
    session.clear()  # a session that somebody else may have begun ends here
    session.update(chosen, token=token)
    session.permanent = True
    return redirect(inside(target), 303)


@blueprint.post("/sign-out")
def leave() -> Response:
    """Sign out."""
    if token := session.get("token"):
        signing.sign_out(site(), token)
    session.clear()
    return redirect("/sign-in", 303)


@blueprint.post("/preferences")
def prefer() -> Response:
    """Keep a language or an appearance, and come back."""
    with visiting(write=True) as visit:
        kept = signing.prefer(visit, **{name: request.form.get(name, "") for name in ("language", "theme", "density")})
    session.update(kept)
    return redirect(inside(request.form.get("next", "")), 303)


def inside(target: str) -> str:
    """The target if it is an address of ours, else the home page: a link must not lead anywhere else after signing in."""
    inside = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if inside else "/"


@blueprint.get("/healthz")
def healthy() -> Response:
    """Whether the process answers."""
    return jsonify({"status": "ok"})


@blueprint.get("/readyz")
def ready() -> tuple[Response, int]:
    """Whether the database is there and set up."""
    found = setup.answers(site().database)
    return jsonify({"status": "ok" if found else "unavailable"}), 200 if found else 503


