"""Random changes by two processes, beside a model in memory: after every step database, metadata, journal and model agree."""

from __future__ import annotations

import os
from collections.abc import Callable
from copy import deepcopy
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from engine.errors import ChangeRefused
from engine.metadata import store
from engine.metadata.database import Database
from engine.metadata.model import Json
from engine.metadata.store import CatalogStore
from engine.records import read, write
from engine.schema import apply, journal, stages
from engine.schema import operation as operations
from engine.schema.follow import follow
from engine.schema.operation import Operation
from engine.schema.ops import (
    JOURNALLED,
    AddEntity,
    AddField,
    AddGroup,
    ChangeField,
    ConvertField,
    MoveFields,
    MoveGroup,
    PurgeEntity,
    PurgeField,
    RemoveGroup,
    RestoreField,
    RetireEntity,
    RetireField,
    WidenField,
)  # fmt: skip
from engine.schema.running import Orders
from tests.databases import url_of
from tests.engine.schema.beside import Model, plain, recorded, values_agree
from tests.engine.schema.invariants import check, round_trip
from tests.faults.conftest import a_definition

EXAMPLES = int(os.environ.get("FIELDLOOM_TEST_CHANGES", "5"))
STEPS = 20
KINDS = ("text", "integer", "check")
_numbers = count(1)


class Changes(RuleBasedStateMachine):
    """The machine. `databases` are those of two processes."""

    databases: tuple[Database, Database]
    folder: Path

    @initialize()
    def begin(self) -> None:
        """An entity of the machine's own."""
        self.entity = f"c_random_{next(_numbers)}"
        self.names = count(1)
        self.model = Model()
        self.following = CatalogStore(follow)
        self.last: tuple[int, Callable[[], None]] | None = None
        self.change(0, AddEntity(a_definition(self.entity)))
        self.last = None

    def teardown(self) -> None:
        """Leave nothing to those that follow."""
        if hasattr(self, "entity"):
            self.change(0, RetireEntity(self.entity))
            self.change(1, PurgeEntity(self.entity))
            check(self.databases[0])

    def change(self, who: int, *wanted: Operation, undoes: int | None = None) -> int:
        """Publish, and see that what ran is what the journal says. Returns the change's id."""
        names = [getattr(one, "field", "") for one in wanted]
        confirmed = frozenset({f"D1:{self.entity}", *(f"{code}:{self.entity}:{name}" for code in ("D1", "O2") for name in names)})
        with recorded() as ran:
            done = apply.publish(self.databases[who], wanted, Orders(confirmed=confirmed, archive=self.folder, undoes=undoes))
        with self.databases[1 - who].reading() as conn:
            told = journal.read_change(conn, done.change)
        assert told
        assert told.state == "applied"
        assert set(ran) == {one["sql"] for one in told.statements}  # what found the table held was tried again
        return done.change

    # -- what administrators do -----------------------------------------------------------------------------

    @precondition(lambda self: len(self.model.own) < 8)
    @rule(who=st.sampled_from((0, 1)), kind=st.sampled_from(KINDS), searchable=st.booleans(), data=st.data())
    def add(self, who: int, kind: str, searchable: bool, data: st.DataObject) -> None:
        """Add a field."""
        name, group = f"c_f{next(self.names)}", data.draw(st.sampled_from(sorted(self.model.groups)))
        options = {"max_length": 6} if kind == "text" else {}
        change = self.change(who, AddField(self.entity, name, kind, group, name, options=options, searchable=searchable))
        self.model.place([name], group)
        self.model.kinds[name] = kind
        self.model.length[name] = 6
        self.model.searchable |= {name} if searchable else set()

        def back() -> None:
            self.model.take(name)
            self.model.retired.add(name)

        self.last = change, back

    @precondition(lambda self: self.model.own)
    @rule(who=st.sampled_from((0, 1)), data=st.data())
    def retire(self, who: int, data: st.DataObject) -> None:
        """Retire one."""
        name = data.draw(st.sampled_from(self.model.own))
        before = deepcopy(self.model.groups)
        change = self.change(who, RetireField(self.entity, name))
        self.model.take(name)
        self.model.retired.add(name)

        def back() -> None:
            self.model.groups = before
            self.model.retired.remove(name)

        self.last = change, back

    @precondition(lambda self: self.model.retired)
    @rule(who=st.sampled_from((0, 1)), data=st.data())
    def restore(self, who: int, data: st.DataObject) -> None:
        """Restore one."""
        name = data.draw(st.sampled_from(sorted(self.model.retired)))
        change = self.change(who, RestoreField(self.entity, name))
        self.model.retired.remove(name)
        self.see_places()

        def back() -> None:
            self.model.take(name)
            self.model.retired.add(name)

        self.last = change, back

    @precondition(lambda self: self.model.retired)
    @rule(who=st.sampled_from((0, 1)), data=st.data())
    def purge(self, who: int, data: st.DataObject) -> None:
        """Purge one."""
        name = data.draw(st.sampled_from(sorted(self.model.retired)))
        self.change(who, PurgeField(self.entity, name))
        self.model.retired.remove(name)
        self.model.purged.add(name)
        for values in self.model.records.values():
            values.pop(name, None)
        self.last = None

    @precondition(lambda self: self.model.own)
    @rule(who=st.sampled_from((0, 1)), data=st.data())
    def search(self, who: int, data: st.DataObject) -> None:
        """Let one be searched, or no longer."""
        name = data.draw(st.sampled_from(self.model.own))
        wanted = name not in self.model.searchable
        change = self.change(who, ChangeField(self.entity, name, {"searchable": wanted, "required": False}))
        self.model.searchable ^= {name}

        def back() -> None:
            self.model.searchable ^= {name}

        self.last = change, back

    @precondition(lambda self: any(self.model.kinds[name] == "text" for name in self.model.own))
    @rule(who=st.sampled_from((0, 1)), data=st.data())
    def widen(self, who: int, data: st.DataObject) -> None:
        """Widen one."""
        name = data.draw(st.sampled_from([one for one in self.model.own if self.model.kinds[one] == "text"]))
        held = self.model.length[name]
        change = self.change(who, WidenField(self.entity, name, {"max_length": held + 3}))
        self.model.length[name] += 3

        def back() -> None:
            self.model.length[name] = held

        self.last = change, back

    @precondition(lambda self: any(self.model.kinds[name] == "text" for name in self.model.own))
    @rule(who=st.sampled_from((0, 1)), data=st.data())
    def convert(self, who: int, data: st.DataObject) -> None:
        """Convert one."""
        old = data.draw(st.sampled_from([one for one in self.model.own if self.model.kinds[one] == "text"]))
        new = f"c_f{next(self.names)}"
        before = deepcopy(self.model.groups)
        change = self.change(who, ConvertField(self.entity, old, new, "integer"))
        group = next(group for group, names in self.model.groups.items() if old in names)
        self.model.place([new], group, old)
        self.model.take(old)
        self.model.retired.add(old)
        self.model.kinds[new] = "integer"
        self.model.searchable |= {new} if old in self.model.searchable else set()
        for values in self.model.records.values():
            if str(values.get(old, "")).isdecimal():
                values[new] = int(values[old])

        def back() -> None:
            self.model.groups = before
            self.model.retired ^= {old, new}

        self.last = change, back

    @precondition(lambda self: self.model.own)
    @rule(who=st.sampled_from((0, 1)), data=st.data())
    def move(self, who: int, data: st.DataObject) -> None:
        """Move some."""
        group = data.draw(st.sampled_from(sorted(self.model.groups)))
        names = data.draw(st.lists(st.sampled_from(self.model.own), min_size=1, max_size=3, unique=True))
        before = data.draw(st.sampled_from([None, *(one for one in self.model.groups[group] if one not in names)]))
        held = deepcopy(self.model.groups)
        change = self.change(who, MoveFields(self.entity, tuple(names), group, before))
        self.model.place(names, group, before)

        def back() -> None:
            self.model.groups = held

        self.last = change, back

    @precondition(lambda self: len(self.model.groups) < 4)
    @rule(who=st.sampled_from((0, 1)), data=st.data())
    def add_group(self, who: int, data: st.DataObject) -> None:
        """Add a group."""
        name, before = f"c_g{next(self.names)}", data.draw(st.sampled_from([None, *self.model.groups]))
        held = deepcopy(self.model.groups)
        change = self.change(who, AddGroup(self.entity, name, name, before=before))
        self.model.arrange(name, before)

        def back() -> None:
            self.model.groups = held

        self.last = change, back

    @precondition(lambda self: len(self.model.groups) > 1)
    @rule(who=st.sampled_from((0, 1)), data=st.data())
    def move_group(self, who: int, data: st.DataObject) -> None:
        """Move one."""
        name = data.draw(st.sampled_from(sorted(self.model.groups)))
        before = data.draw(st.sampled_from([None, *(one for one in self.model.groups if one != name)]))
        held = deepcopy(self.model.groups)
        change = self.change(who, MoveGroup(self.entity, name, before))
        self.model.arrange(name, before)

        def back() -> None:
            self.model.groups = held

        self.last = change, back

    @precondition(lambda self: len(self.model.groups) > 1)
    @rule(who=st.sampled_from((0, 1)), data=st.data())
    def remove_group(self, who: int, data: st.DataObject) -> None:
        """Remove one, if it is empty."""
        name = data.draw(st.sampled_from([one for one in self.model.groups if one != "basic"]))
        if self.model.groups[name]:
            with pytest.raises(ChangeRefused):
                self.change(who, RemoveGroup(self.entity, name))
            return
        held = deepcopy(self.model.groups)
        change = self.change(who, RemoveGroup(self.entity, name))
        del self.model.groups[name]

        def back() -> None:
            self.model.groups = held

        self.last = change, back

    @precondition(lambda self: self.last is not None)
    @rule(who=st.sampled_from((0, 1)))
    def undo(self, who: int) -> None:
        """Take the last change back."""
        assert self.last
        change, back = self.last
        with self.databases[who].reading() as conn:
            told = journal.read_change(conn, change)
        assert told
        assert told.reverses is not None
        wanted = operations.read(told.reverses, JOURNALLED)
        longest = {
            one.to_json()["field"]: max((len(values.get(one.to_json()["field"]) or "") for values in self.model.records.values()), default=0)
            for one in wanted
            if one.kind == "narrow_field"
        }
        if any(length > self.model.length[name] - 3 for name, length in longest.items()):
            with pytest.raises(ChangeRefused):
                self.change(who, *wanted, undoes=change)
            return
        self.change(who, *wanted, undoes=change)
        back()
        self.last = None

    @precondition(lambda self: self.model.purged or self.model.retired)
    @rule(who=st.sampled_from((0, 1)), data=st.data())
    def take_a_used_name(self, who: int, data: st.DataObject) -> None:
        """A name is given once."""
        name = data.draw(st.sampled_from(sorted(self.model.purged | self.model.retired)))
        with pytest.raises(ChangeRefused):
            self.change(who, AddField(self.entity, name, "text", "basic", "Again"))

    # -- what everybody does --------------------------------------------------------------------------------

    @rule(who=st.sampled_from((0, 1)), data=st.data())
    def store(self, who: int, data: st.DataObject) -> None:
        """Store a record."""
        database = self.databases[who]
        values = {"name": "N"} | {name: data.draw(self.value(name)) for name in self.model.own}
        filled = {name: value for name, value in values.items() if value is not None}
        with database.reading() as conn:
            catalog = store.load(conn)
        self.model.records[round_trip(database, catalog, self.entity, filled)] = filled

    @rule(who=st.sampled_from((0, 1)), data=st.data())
    def bring_in(self, who: int, data: st.DataObject) -> None:
        """Import some, not all with the same columns."""
        rows = data.draw(st.lists(st.fixed_dictionaries({name: self.value(name) for name in self.model.own}), min_size=2, max_size=4))
        filled = [{"name": "N"} | {name: value for name, value in row.items() if value is not None} for row in rows]
        with self.databases[who].writing() as conn:
            catalog = store.load(conn)
            ids = write.insert_many(conn, catalog, catalog.entity(self.entity), filled, by=None)
        self.model.records |= zip(ids, filled, strict=True)

    @precondition(lambda self: self.model.records and self.model.own)
    @rule(who=st.sampled_from((0, 1)), data=st.data())
    def correct(self, who: int, data: st.DataObject) -> None:
        """Correct one."""
        id = data.draw(st.sampled_from(sorted(self.model.records)))
        name = data.draw(st.sampled_from(self.model.own))
        value = data.draw(self.value(name))
        with self.databases[who].writing() as conn:
            catalog = store.load(conn)
            entity = catalog.entity(self.entity)
            write.update(conn, catalog, entity, read.fetch(conn, catalog, entity, id), {name: value}, by=None)
        self.model.records[id].pop(name, None)
        if value is not None:
            self.model.records[id][name] = value

    def value(self, name: str) -> st.SearchStrategy[Json]:
        """A value that the field takes, now and then none."""
        match self.model.kinds[name]:
            case "integer":
                return st.sampled_from((None, 0, 7, 10**9))
            case "check":
                return st.sampled_from((None, True, False))
        return st.sampled_from((None, "1", "22", "É二", "x" * self.model.length[name]))

    # -- what must hold -------------------------------------------------------------------------------------

    @invariant()
    def all_agree(self) -> None:
        """I1–I8, and the model."""
        if not hasattr(self, "entity"):
            return
        catalog = check(self.databases[0])
        entity = catalog.entity(self.entity)
        held: dict[str, list[str]] = {group.name: [] for group in entity.groups}
        for one in entity.fields:
            held[one.group].append(one.name)
        assert list(held.items()) == list(self.model.groups.items())
        assert {one.name for one in entity.retired} == self.model.retired
        assert {name for owner, name in catalog.spent if owner == self.entity} == self.model.purged
        assert {one.name for one in entity.fields if one.searchable} == self.model.searchable - self.model.retired - self.model.purged
        values_agree(self.databases[0], catalog, self.entity, self.model.records)
        with self.databases[1].reading() as conn:  # a process that has followed every change knows what one knows that starts now
            assert plain(self.following.current(conn, store.read_version(conn))) == plain(catalog)

    def see_places(self) -> None:
        """Where a restored field stands is the program's to say, as long as the others stand as they did."""
        with self.databases[0].reading() as conn:
            entity = store.load(conn).entity(self.entity)
        held: dict[str, list[str]] = {group.name: [] for group in entity.groups}
        for one in entity.fields:
            held[one.group].append(one.name)
        for group, names in self.model.groups.items():
            assert [one for one in held[group] if one in names] == names
        self.model.groups = held


def test_random_changes(workshop: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "GRACE", 0.0)
    other = Database(url_of(workshop))

    class OfThese(Changes):
        databases = (workshop, other)
        folder = tmp_path

    told = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate])
    try:
        run_state_machine_as_test(OfThese, settings=told)
    finally:
        other.close()
