"""The peers that take part in more than one workload, each made once, when first asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.fields import specs
from bench.references import django_admin_form, flask_admin_form
from bench.workloads.context import Context
from bench.wsgi import Client


@dataclass(frozen=True)
class Peer:
    """A peer's application with somebody who may use it."""

    client: Client
    path: Callable[[int], str]


def _flask_admin(ctx: Context) -> Peer:
    sizes = {further: specs(further) for further in ctx.sizes}
    return Peer(Client(flask_admin_form.application(ctx.url, sizes)), flask_admin_form.path)


def _django_admin(ctx: Context) -> Peer:
    sizes = {further: specs(further) for further in ctx.sizes}
    client = Client(django_admin_form.application(ctx.url, sizes))
    django_admin_form.sign_in(client)
    return Peer(client, django_admin_form.path)


PEERS: dict[str, Callable[[Context], Peer]] = {flask_admin_form.NAME: _flask_admin, django_admin_form.NAME: _django_admin}


def peer(ctx: Context, name: str) -> Peer:
    """The peer of that name. Raises ImportError where it is not installed."""
    if name not in ctx.peers:
        try:
            ctx.peers[name] = PEERS[name](ctx)
        except ImportError as error:
            ctx.peers[name] = error
    found = ctx.peers[name]
    if isinstance(found, ImportError):
        raise found
    assert isinstance(found, Peer)
    return found
