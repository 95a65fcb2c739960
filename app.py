"""The application: settings, database, blueprints, errors. Nothing else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from flask import Flask, redirect, request, session
from flask_wtf import CSRFProtect
from werkzeug.exceptions import NotFound
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from engine import i18n
from engine.accounts import SESSION_DAYS
from engine.metadata.database import Database
from engine.render.page import Pages
from engine.service import drift, evolution, setup
from engine.service.visit import Site
from settings import ROOT, BadSetting, Settings, from_environment
from web import (
    admin,
    admin_changes,
    admin_rules,
    api,
    api_metadata,
    assets,
    cards,
    home,
    problems,
    search,
    security,
    sheets,
    translate,
    trees,
)
from web.visits import Number

MAX_BODY = 9 * 2**20
"""The largest request: one file of the largest kind allowed and a card around it."""


def create_app(settings: Settings | None = None) -> Flask:
    """The WSGI application for these settings. The database is expected to be set up (`fieldloom init`).

    Raises BadSetting, BadDatabaseUrl.
    """
    told = settings or from_environment()
    if i18n.describe(told.default_language) is None:
        raise BadSetting(f"FIELDLOOM_LANGUAGE is “{told.default_language}”; it must be the tag of a language, like zh-Hans or en.")
    app = Flask("fieldloom", root_path=str(ROOT), static_folder=None)
    app.config.update(
        SECRET_KEY=told.secret_key,
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=4 * 2**20,
        MAX_FORM_PARTS=5_000,
        PERMANENT_SESSION_LIFETIME=timedelta(days=SESSION_DAYS),
        SESSION_COOKIE_NAME="fieldloom",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=told.secure_cookies,
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a card may stay open over lunch
    )
    if n := told.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]  # as Flask's manual says
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Flask's default provider has it
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["fieldloom"] = open_site(told)
    app.url_map.converters["number"] = Number
    csrf = CSRFProtect(app)
    for guarded in (api.blueprint, api_metadata.blueprint):  # they guard themselves: see there
        csrf.exempt(guarded)
    csrf.exempt(translate.send)
    app.register_blueprint(assets.assets)
    for screens in (home, api_metadata, api, admin, admin_changes, admin_rules, translate, cards, sheets, search, trees):
        app.register_blueprint(screens.blueprint)
    security.register(app, secure=told.secure_cookies)
    problems.register(app)
    app.before_request(_refuse_control_characters)
    app.before_request(_switch_language)
    return app


def open_site(told: Settings) -> Site:
    """The running program on its database, in which what an earlier process left undone is seen to. Raises BadDatabaseUrl."""
    pages = Pages([Path(ROOT, "web", "templates")], assets.Assets().url)
    site = Site(Database(told.database_url), pages, told.locales, told.default_language, told.timezone, archive=told.instance / "purged")
    if setup.answers(site.database):
        evolution.recover_behind(site)
        drift.set_aside(site.database)
    return site


def _refuse_control_characters() -> None:
    """No address of ours holds any; they only ever try to reach a header or a log."""
    if not request.path.isprintable():
        raise NotFound


def _may_be_language(tag: str) -> bool:
    return i18n.language(tag) is not None or i18n.describe(tag) is not None


def _switch_language() -> Response | None:
    """`?lang=en` on any page changes the language and leaves the address without it."""
    tag = request.args.get("lang")
    if request.method != "GET" or tag is None or request.path.startswith("/api/") or not _may_be_language(tag):
        return None
    session["language"] = tag
    rest = "&".join(part for part in request.query_string.decode().split("&") if not part.startswith("lang="))
    return redirect(f"{request.path}?{rest}" if rest else request.path, 303)
