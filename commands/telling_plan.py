"""A plan and the journal, told to somebody at a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.metadata.model import Json

_LEVELS = {"error": "ERROR", "confirm": "CONFIRM", "warning": "warning", "note": "note"}

_COSTS = {
    ("instant", "nobody"): "instant",
    ("online", "nobody"): "takes time, nobody waits",
    ("reads", "writers"): "reads every row, writers wait",
    ("rewrites", "writers"): "writes every row anew, writers wait",
    ("rewrites", "everybody"): "writes every row anew, everybody waits",
}


def plan(told: Mapping[str, Json]) -> None:
    """Sentences, findings, the exact DDL, what is to be confirmed."""
    for place, step in enumerate(told["steps"], start=1):
        print(f"{place:3}. {step['sentence']}")
        for one in step["findings"]:
            print(f"     {_LEVELS[one['level']]} {one['code']}: {one['message']}")
    if not told["runs"]:
        print("\nThis change cannot run.")
        return
    for one in told.get("findings", ()):
        print(f"     {_LEVELS[one['level']]} {one['code']}: {one['message']}")
    if told["statements"]:
        print("\nRuns:")
        for one in told["statements"]:
            later = ["beside the writers, once the change is in force"] if one["later"] else []
            cost = [_COSTS[one["cost"], one["waiting"]]] if "cost" in one else []
            print(f"  {one['sql']};  -- {', '.join([*cost, *later])}".replace("\n", "\n  "))
    else:
        print("\nRuns no DDL.")
    for one in told["copies"]:
        print(f"  Copies the values of {one}.")
    for budget in told.get("budgets", ()):
        told_tables = ", ".join(f"{one['table']} {one['percent']} %" for one in budget["tables"])
        print(f"\nRoom: {budget['entity']} {budget['fields']} of {budget['most_fields']} fields ({told_tables})")
    print("\nCan be undone." if told["undone_by"] is not None else "\nCANNOT be undone.")
    for key in told["confirmations"]:
        print(f"Waits for: --confirm {key}")


def done(told: Mapping[str, Json]) -> None:
    """What came of a change."""
    print(f"Change {told['change']} is in force (version {told['version']}).")
    for sql in told["left"]:
        print(f"Left for you to say when, since it stops writers: {sql}\n  fieldloom schema repair --apply")
    for sql in told["not_dropped"]:
        print(f"The database would not run this now (fieldloom schema journal {told['change']} says why): {sql}\n  fieldloom schema repair --apply")


def changes(found: Sequence[Mapping[str, Json]]) -> None:
    """The journal, a line for each change and its sentences under it."""
    for one in found:
        state = "undone" if one["undone"] else one["state"]
        undoes = f"  undoes {one['undoes']}" if one["undoes"] else ""
        print(f"{one['id']:5}  {one['at'][:19].replace('T', ' ')}  {state:10}  {one['author']}{undoes}{'  “' + one['note'] + '”' if one['note'] else ''}")
        for sentence in one["sentences"]:
            print(f"         {sentence}")


def change(one: Mapping[str, Json]) -> None:
    """One change with its statements and events."""
    changes([one])
    for statement in one["statements"]:
        print(f"         {statement['sql']};".replace("\n", "\n         "))
    for event in one["events"]:
        print(f"         {event['at'][:23].replace('T', ' ')}  {event['state']:10}  {event['process']}")


def drift(found: Sequence[Mapping[str, Json]], *, offered: bool = True) -> None:
    """What differs between definitions and database, and what would mend it."""
    if not found:
        print("Definitions and database agree.")
    for one in found:
        print(f"{_LEVELS[one['level']]} {one['code']}: {one['message']}")
        if one["repair"] and offered:
            print(f"     repair: {one['repair']}{'  ' + one['sql'] + ';' if one['sql'] else ''}")
    if offered and any(one["repair"] for one in found):
        print("\nRepair with: fieldloom schema repair --apply")
