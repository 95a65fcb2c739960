"""Workload b: one validated record of 60 fields, with its history row, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable

from bench import product
from bench.catalog import entity
from bench.fields import form_data, record, specs
from bench.references import django_admin_form, flask_admin_form
from bench.references.raw_insert import NAME, RawTable
from bench.workloads.context import Context
from bench.workloads.peers import peer
from bench.wsgi import Answer, encoded

TARGET = 4.5


def run(ctx: Context) -> None:
    """Measure saving by form and by API beside one raw INSERT with its commit."""
    raw = RawTable(ctx.url, "raw_save", specs())
    try:
        base = raw.inserter()
        ctx.compare("b save", f"{product.NAME}, form posted (WSGI)", NAME, base, _form(ctx), ctx.target(TARGET))
        ctx.compare("b save", f"{product.NAME}, API (WSGI)", NAME, base, _api(ctx), ctx.target(TARGET))
        for name, maker in ((flask_admin_form.NAME, _flask_admin), (django_admin_form.NAME, _django_admin)):
            try:
                call = maker(ctx)
            except ImportError as error:
                ctx.missing("b save", name, error)
                continue
            ctx.compare("b save", f"{name}, form posted (WSGI)", NAME, base, call)
    finally:
        raw.close()


def _form(ctx: Context) -> Callable[[], Answer]:
    client = ctx.product.signed_in(ctx.application)
    address = f"/{entity(0)}/new"
    token = client.get(address).expect(200).token
    posted = encoded(form_data(ctx.product.record(1)) | {"csrf_token": token})
    client.learns = False
    return lambda: client.post_encoded(address, posted).expect(303)


def _api(ctx: Context) -> Callable[[], Answer]:
    client = ctx.product.api(ctx.application)
    body = json.dumps(ctx.product.record(1)).encode()
    return lambda: client.post_json(f"/api/v1/{entity(0)}", body).expect(201)


def _flask_admin(ctx: Context) -> Callable[[], Answer]:
    found = peer(ctx, flask_admin_form.NAME)
    found.client.learns = False
    posted = {name: value.replace("T", " ") + ":00" if _moment(name) else value for name, value in form_data(record(1, specs())).items()}
    body = encoded(posted)
    return lambda: found.client.post_encoded(found.path(0), body).expect(302)


def _django_admin(ctx: Context) -> Callable[[], Answer]:
    found = peer(ctx, django_admin_form.NAME)
    posted: dict[str, str] = {"_save": "Save", "csrfmiddlewaretoken": found.client.get(found.path(0)).expect(200).token}
    found.client.learns = False
    for name, value in form_data(record(1, specs())).items():
        parts = zip((f"{name}_0", f"{name}_1"), value.split("T"), strict=True) if _moment(name) else ((name, value),)
        posted |= dict(parts)
    body = encoded(posted)
    return lambda: found.client.post_encoded(found.path(0), body).expect(302)


def _moment(name: str) -> bool:
    return name.startswith("datetime")
