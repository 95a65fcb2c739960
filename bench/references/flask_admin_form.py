"""Flask-Admin: the create view of a 60-column SQLAlchemy model, nobody signed in. Needs requirements/bench.txt."""

from __future__ import annotations

import importlib
import warnings
from typing import Any

import sqlalchemy as sa
from sqlalchemy import URL
from sqlalchemy.orm import DeclarativeBase, relationship, scoped_session, sessionmaker

from bench.fields import CHOICES, INDUSTRIES, Spec
from bench.wsgi import Application

NAME = "Flask-Admin"


def path(further: int) -> str:
    """Where the create form is."""
    return f"/admin/record{further}/new/"


def application(url: URL, sizes: dict[int, tuple[Spec, ...]]) -> Application:
    """An application with one model for each number of further fields. Raises ImportError."""
    admin_module: Any = importlib.import_module("flask_admin")
    sqla: Any = importlib.import_module("flask_admin.contrib.sqla")
    rules: Any = importlib.import_module("flask_admin.form.rules")
    flask: Any = importlib.import_module("flask")

    class Base(DeclarativeBase):
        """The models' registry."""

    industry = type("PeerIndustry", (Base,), _industry())
    models = {further: _model(Base, industry, further, fields) for further, fields in sizes.items()}
    engine = sa.create_engine(url)
    Base.metadata.create_all(engine)
    session = scoped_session(sessionmaker(engine))
    session.execute(sa.insert(industry), [{"name": name} for name in INDUSTRIES])
    session.commit()
    app = flask.Flask("peer")
    app.secret_key = "peer"
    admin = admin_module.Admin(app, name="Peer")
    for further, model in models.items():
        sections = [rules.FieldSet(names, f"Group {number + 1}") for number, names in _groups(sizes[further]).items()]
        told = {"form_create_rules": sections, "form_choices": _choices(sizes[further])}
        view = type(f"View{further}", (sqla.ModelView,), told)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it would rather be given a Flask-SQLAlchemy object
            admin.add_view(view(model, session, endpoint=f"record{further}"))
    app.teardown_appcontext(lambda _: session.remove())
    return app  # type: ignore[no-any-return]  # the class is not known here


def _industry() -> dict[str, Any]:
    return {
        "__tablename__": "peer_industry",
        "id": sa.Column(sa.Integer, primary_key=True),
        "name": sa.Column(sa.String(100)),
        "__str__": lambda self: self.name,
    }


def _model(base: Any, industry: Any, further: int, fields: tuple[Spec, ...]) -> Any:
    columns: dict[str, Any] = {"__tablename__": f"peer_record{further}", "id": sa.Column(sa.Integer, primary_key=True)}
    for one in fields:
        if one.kind == "industry":
            columns[f"{one.name}_id"] = sa.Column(sa.ForeignKey("peer_industry.id"))
            columns[one.name] = relationship(industry)
        else:
            columns[one.name] = sa.Column(_type(one), nullable=not one.required)
    return type(f"Record{further}", (base,), columns)


def _type(one: Spec) -> Any:
    match one.kind:
        case "long":
            return sa.Text()
        case "integer":
            return sa.BigInteger()
        case "decimal":
            return sa.Numeric(12, 2)
        case "date":
            return sa.Date()
        case "datetime":
            return sa.DateTime()
        case "check":
            return sa.Boolean()
        case _:
            # unbounded where many stand side by side: a row of MariaDB has a limit
            return sa.String(255) if not one.name.startswith("more_") else sa.Text()


def _groups(fields: tuple[Spec, ...]) -> dict[int, list[str]]:
    groups: dict[int, list[str]] = {}
    for one in fields:
        groups.setdefault(one.group, []).append(one.name)
    return groups


def _choices(fields: tuple[Spec, ...]) -> dict[str, list[tuple[str, str]]]:
    return {one.name: [(value, value) for value in CHOICES] for one in fields if one.kind == "choice"}
