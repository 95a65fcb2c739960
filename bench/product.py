"""The product as the workloads see it. When the product's own interfaces change, only this module has to follow."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import sqlalchemy as sa
from sqlalchemy import URL
from sqlalchemy.schema import CreateIndex

from bench import catalog as catalogs
from bench.customers import Customer
from bench.fields import record, specs
from bench.scratch import placeholder, raw_connection
from bench.wsgi import Application, Client
from engine import accounts
from engine.metadata.database import Database
from engine.metadata.model import Catalog, Json
from engine.metadata.physical import tables, whole_tables
from engine.query import tree
from engine.records.write import column_values
from engine.render import form
from engine.render.page import Pages
from engine.schema.indexes import indexes
from engine.schema.ops import AddEntity, AddField
from engine.service import evolution, imports, searching, setup
from engine.service.visit import Credentials, Site, Visit
from settings import ROOT, Settings

NAME = "Fieldloom"
ADMINISTRATOR, PASSWORD = "admin", "bench-password"


class Product:
    """An installation with the benchmark's entities, and the calls that the workloads time."""

    def __init__(self, url: URL, folder: Path, sizes: tuple[int, ...]) -> None:
        self.url = url
        self._told = url.render_as_string(hide_password=False)
        self.instance = folder / "instance"
        self.instance.mkdir()
        catalogs.write(ROOT / "field_catalogs", folder / "catalogs", sizes)
        self.database = Database(self._told)
        setup.install(self.database, folder / "catalogs", ROOT / "locales")
        setup.make_administrator(self.database, PASSWORD)
        with self.database.writing() as conn:
            user = accounts.find_user(conn, ADMINISTRATOR)
            self.token = accounts.add_token(conn, user.id if user else 0, "bench")
        pages = Pages([ROOT / "web" / "templates"], lambda path: f"/static/{path}")
        self._site = Site(self.database, pages, ROOT / "locales", default_language="en")

    # -- over WSGI ------------------------------------------------------------------------------------------

    def application(self) -> Application:
        """The whole program as a WSGI application."""
        from app import create_app

        return create_app(Settings(self._told, self.instance, secret_key="bench", default_language="en"))

    def signed_in(self, app: Application) -> Client:
        """A reader who has signed in with a password."""
        client = Client(app)
        sign_in = {"username": ADMINISTRATOR, "password": PASSWORD, "csrf_token": client.get("/sign-in").expect(200).token}
        client.post("/sign-in", sign_in).expect(303)
        return client

    def api(self, app: Application) -> Client:
        """A program with an API token."""
        return Client(app, {"HTTP_AUTHORIZATION": f"Bearer {self.token}", "HTTP_ACCEPT": "application/json"})

    def record(self, number: int, further: int = 0) -> dict[str, Json]:
        """A record of the form as the product takes it: the industry by its id."""
        values = record(number, specs(further))
        with self.visit() as visit:
            rows = visit.rows.of(catalogs.INDUSTRY)
            found = rows.by_key[f"industry_{values['industry_01']:03d}"] if rows else 0
        return values | {"industry_01": found}

    # -- without HTTP ---------------------------------------------------------------------------------------

    @contextmanager
    def visit(self, *, write: bool = False) -> Iterator[Visit]:
        """One request's unit of work."""
        with self._site.visit(Credentials(token=self.token), write=write) as visit:
            yield visit

    def form_call(self, further: int, *, filled: bool = False) -> Callable[[], str]:
        """A call that draws the card's form: permission, baked pieces, values."""
        name = catalogs.entity(further)
        values = self.record(1, further) if filled else {}
        with self.visit() as visit:
            view, region, entity = visit.view, visit.region, visit.restricted(name, "create")

        def draw() -> str:
            baked = form.bake(self._site.pages, view, entity)
            return form.fill(baked, form.entries_of(entity, values, view, region)) if values else form.blank(baked)

        return draw

    def bake_call(self, further: int) -> Callable[[], object]:
        """A call that does what a new catalog version costs: drawing the pieces."""
        with self.visit() as visit:
            view, entity = visit.view, visit.restricted(catalogs.entity(further), "create")
        return lambda: form.drawn(self._site.pages, view, entity)

    def import_call(self, count: int) -> Callable[[], int]:
        """A call that imports so many records of the form; it gives how many were stored."""
        rows = [self.record(number) for number in range(count)]

        def run() -> int:
            with self.visit(write=True) as visit:
                done = imports.insert_many(visit, catalogs.entity(0), rows)
            if done.problems:
                raise RuntimeError(f"the import was refused: {next(iter(done.problems.items()))}")
            return len(done.ids)

        return run

    # -- search ---------------------------------------------------------------------------------------------

    def search_call(self, pairs: Sequence[tuple[str, str]]) -> Callable[[], int]:
        """A call that runs the search in the engine; it gives the total."""

        def run() -> int:
            with self.visit() as visit:
                entity = visit.restricted("customer", "read")
                names = [one.name for one in entity.by_name.values() if one.in_list]
                return searching.run(visit, entity, tree.parse(pairs, entity), names).page.total

        return run

    def load_customers(self, rows: Sequence[Customer]) -> None:
        """Put customers into the product's own table, folded columns included, by the quickest way there is."""
        with self.visit() as visit:
            held = visit.catalog
            types, statuses = ([row.id for row, _ in visit.rows.sets[name].ordered] for name in ("customer_type", "customer_status"))
        columns = (self._columns(held, one, types, statuses) for one in rows)
        connection = raw_connection(self.url)
        names = list(self._columns(held, rows[0], types, statuses))
        cursor = connection.cursor()
        if self.database.dialect == "postgresql":
            with cursor.copy(f"COPY customer ({', '.join(names)}) FROM STDIN") as copy:
                for row in columns:
                    copy.write_row(list(row.values()))
        else:
            table, dialect = tables(held)["customer"], self.database.engine.dialect
            told = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) or _same for name in names]
            marks = ", ".join([placeholder(self.url)] * len(names))
            values = ([process(value) for process, value in zip(told, row.values(), strict=True)] for row in columns)
            cursor.executemany(f"INSERT INTO customer ({', '.join(names)}) VALUES ({marks})", values)
        connection.commit()
        connection.close()

    def _columns(self, held: Catalog, one: Customer, types: list[int], statuses: list[int]) -> dict[str, Any]:
        values: dict[str, Json] = {name: getattr(one, name) for name in ("name", "code", "address", "county", "phone", "email", "website")}
        values |= {"introduction": one.introduction, "credit_amount": f"{one.credit_amount}", "created": one.created.isoformat()}
        values |= {"type": types[one.type - 1], "status": statuses[one.status - 1]}
        stamps = {"version": 1, "created_at": one.created_at, "updated_at": one.created_at}
        return column_values(held, held.entity("customer"), values) | stamps

    def type_key(self, place: int) -> str:
        """The stable key of the customer type at this place."""
        with self.visit() as visit:
            rows = visit.rows.sets["customer_type"]
            return str(rows.ordered[place - 1][0].key)

    def set_indexes(self, *, made: bool) -> None:
        """Make the customer table's indexes as the engine does, or drop all but the primary key."""
        with self.visit() as visit:
            held = visit.catalog
        with self.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            table = whole_tables(held, held.entity("customer"))[0]
            present = {one["name"] for one in sa.inspect(conn).get_indexes("customer")}
            for index in indexes(held, held.entity("customer"), table, conn.dialect.name, trigrams=self._trigrams(conn)):
                if made and index.name not in present:
                    conn.execute(CreateIndex(index))
                elif not made and index.name in present and not self._needed(index):
                    conn.exec_driver_sql(f"DROP INDEX {index.name}" + (" ON customer" if conn.dialect.name in ("mysql", "mariadb") else ""))
            analyse = {"sqlite": "ANALYZE", "postgresql": "VACUUM ANALYZE customer"}.get(conn.dialect.name, "ANALYZE TABLE customer")
            conn.exec_driver_sql(analyse)

    def _trigrams(self, conn: sa.Connection) -> bool:
        return conn.dialect.name == "postgresql" and bool(
            conn.exec_driver_sql("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'").scalar()
        )

    def _needed(self, index: sa.Index) -> bool:
        """MariaDB keeps the index that a foreign key leans on."""
        return self.database.dialect in ("mysql", "mariadb") and any(column.foreign_keys for column in index.columns)

    # -- changes of fields ----------------------------------------------------------------------------------

    def add_field(self, entity: str, *names: str) -> None:
        """Publish one change that adds text fields to the entity's first group."""
        with self.visit() as visit:
            actor, group = visit.signed_in(), visit.catalog.entity(entity).groups[0].name
        wanted = tuple(AddField(entity, name, "text", group, name) for name in names)
        evolution.publish(self._site, actor, evolution.Request(wanted))

    def add_entity(self, name: str) -> None:
        """Publish a small entity."""
        fields = [{"name": "name", "label": "Name", "type": "text", "required": True}]
        groups = [{"name": "basic", "label": "Basic", "fields": fields}]
        told = AddEntity({"entity": name, "label": name, "plural": name, "title": "name", "groups": groups})
        with self.visit() as visit:
            actor = visit.signed_in()
        evolution.publish(self._site, actor, evolution.Request((told,)))

    # -- as a process ---------------------------------------------------------------------------------------

    def serve(self, port: int) -> list[str]:
        """The command line of a server."""
        del port  # told by the environment
        script = Path(sys.executable).with_name("fieldloom")
        return [str(script), "serve"] if script.exists() else [sys.executable, str(ROOT / "cli.py"), "serve"]

    @property
    def serve_environment(self) -> dict[str, str]:
        """The settings of a server; `{port}` stands for its port."""
        told = {"DATABASE_URL": self._told, "INSTANCE": str(self.instance), "PORT": "{port}", "SECRET_KEY": "bench", "LANGUAGE": "en"}
        return {f"FIELDLOOM_{name}": value for name, value in told.items()}

    def close(self) -> None:
        """Give the connections back."""
        self.database.close()


def search_pairs(type_key: str) -> list[tuple[str, str]]:
    """The search that everybody runs: name contains, type equals, span of dates, sorted by name, page of 50."""
    return [
        ("filter[name][_contains]", SEARCH_TERM),
        ("filter[type]", type_key),
        ("filter[created][_between]", ",".join(SEARCH_SPAN)),
        ("sort", "name"),
        ("page[size]", "50"),
    ]


SEARCH_TERM, SEARCH_TYPE, SEARCH_SPAN = "acme", 3, ("2024-01-01", "2024-12-31")


def query_string(pairs: Sequence[tuple[str, str]]) -> str:
    """Conditions as an address."""
    return urlencode(pairs)


def next_mark(body: bytes) -> str:
    """The mark of the next page in an answer of the API."""
    following = str(json.loads(body)["links"]["next"])
    return dict(parse_qsl(urlsplit(following).query))["page[after]"]


def now() -> str:
    """When this run was made."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _same(value: Any) -> Any:
    return value
