"""Operations: what each refuses and why, that it can be said, written as JSON and taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import BadOperation
from engine.metadata.definition import read as read_catalogs
from engine.metadata.model import Catalog, Entity, Field
from engine.schema.operation import Operation, read
from engine.schema.ops import (
    OPERATIONS,
    AddEntity,
    AddField,
    AddGroup,
    ChangeEntity,
    ChangeField,
    ChangeGroup,
    ConvertField,
    MoveFields,
    MoveGroup,
    NarrowField,
    PurgeField,
    RemoveGroup,
    RestoreField,
    RetireEntity,
    RetireField,
    SetLabels,
    WidenField,
)
from tests.databases import CATALOGS

SHIPPED = Catalog(1, {one.entity.name: one.entity for one in read_catalogs(CATALOGS)}, {"en": {}, "zh-Hans": {"field.customer.fax.label": "传真"}})
GRADES = {"choices": [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]}
GRADE = AddField("customer", "c_grade", "choice", "other", "Grade", {"zh-Hans": "客户等级"}, GRADES)
NOTE = AddField("customer", "c_note", "text", "basic", "Note", options={"max_length": 50}, before="fax")
COLOUR = AddEntity({
    "entity": "c_colour", "label": "Colour", "plural": "Colours", "kind": "dictionary",
    "groups": [{"name": "basic", "label": "Basic", "fields": [{"name": "name", "label": "Name", "type": "text", "required": True}]}],
})  # fmt: skip


def applied(*operations: Operation, to: Catalog = SHIPPED) -> Catalog:
    """The catalog after operations, none of which may be refused."""
    for one in operations:
        assert not [finding for finding in one.check(to) if finding.level == "error"], one
        to = one.apply_to(to)
    return to


OWN = applied(GRADE, NOTE, AddGroup("customer", "c_extra", "Extra", before="finance"), COLOUR)


def order(entity: Entity) -> list[str]:
    return [one.name for one in entity.fields]


def shape(catalog: Catalog) -> Any:
    """All that a catalog says, for comparing two of them; retired things are compared by name, in any order."""
    return (
        {name: (one.groups, one.fields, frozenset(gone.name for gone in one.retired), one.label, one.parts) for name, one in catalog.entities.items()},
        {language: texts for language, texts in catalog.labels.items() if texts},
        frozenset(catalog.retired),
    )


# -- refusals -------------------------------------------------------------------------------------------

REFUSED = [
    pytest.param(AddField("nobody", "c_x", "text", "basic", "X"), "N0", "no entity", id="unknown entity"),
    pytest.param(AddField("customer", "c_x", "text", "nowhere", "X"), "N0", "no group", id="unknown group"),
    pytest.param(AddField("customer", "grade", "text", "basic", "X"), "N1", "begin with “c_”", id="name without prefix"),
    pytest.param(AddField("customer", "c_grade", "text", "basic", "X"), "N1", "taken", id="name taken"),
    pytest.param(AddField("customer", "c_x", "colour", "basic", "X"), "F1", "no field type", id="unknown type"),
    pytest.param(AddField("customer", "c_x", "choice", "basic", "X"), "F1", "“choices” is missing", id="option missing"),
    pytest.param(AddField("customer", "c_x", "text", "basic", "X", options={"max_length": 0}), "F1", "at least 1", id="option too small"),
    pytest.param(AddField("customer", "c_x", "text", "basic", "X", options={"size": 3}), "F1", "is no option", id="unknown option"),
    pytest.param(AddField("customer", "c_x", "integer", "basic", "X", default="many"), "F1", "default does not fit", id="wrong default"),
    pytest.param(AddField("customer", "c_x", "reference", "basic", "X", options={"entity": "moon"}), "F2", "does not exist", id="refers to nothing"),
    pytest.param(AddField("customer", "c_x", "hint", "basic", "X", required=True), "F4", "neither", id="a hint cannot be required"),
    pytest.param(ChangeField("customer", "fax", {"label": "Telefax"}), "S1", "name here is fixed", id="3.1.3 label of a system field"),
    pytest.param(ChangeField("customer", "name", {"enabled": False}), "S1", "cannot be hidden", id="the title cannot be hidden"),
    pytest.param(ChangeField("customer", "name", {"required": False}), "S1", "cannot be left out", id="the title cannot be optional"),
    pytest.param(ChangeField("contact", "customer", {"enabled": False}), "S1", "cannot be hidden", id="the owner cannot be hidden"),
    pytest.param(ChangeField("contact", "is_main", {"enabled": False}), "S1", "cannot be hidden", id="the flag of the card cannot be hidden"),
    pytest.param(ChangeField("customer", "introduction_document", {"searchable": True}), None, "", id="an attachment can be searched"),
    pytest.param(ChangeField("customer", "nothing", {"enabled": True}), "N0", "no field", id="unknown field"),
    pytest.param(MoveFields("customer", ("job_title",), "basic"), "S2", "cannot leave", id="3.1.4 contact person stays"),
    pytest.param(MoveFields("customer", ("fax",), "contact_person"), None, "", id="3.1.4 others may go anywhere"),
    pytest.param(MoveFields("customer", ("fax",), "basic", "fax"), "N0", "before itself", id="before itself"),
    pytest.param(MoveFields("customer", ("fax",), "basic", "industry"), "N0", "does not stand", id="before a field of another group"),
    pytest.param(replace(NOTE, name="c_new", before="nope"), "N0", "nothing can be put before it", id="new, before a field that there is not"),
    pytest.param(WidenField("customer", "name", {"max_length": 99}), "W1", "smaller", id="shorter is no widening"),
    pytest.param(WidenField("customer", "c_note", {"max_length": None}), None, "", id="the default of 255 is wider than 50"),
    pytest.param(WidenField("customer", "name", {"format": "email"}), "W1", "may not be changed", id="a format is no widening"),
    pytest.param(WidenField("customer", "credit_amount", {"places": 4}), "W1", "fewer digits", id="places at the cost of digits"),
    pytest.param(WidenField("customer", "credit_amount", {"places": 4, "digits": 12}), None, "", id="more of both"),
    pytest.param(WidenField("customer", "c_grade", {"choices": GRADES["choices"][:1]}), "W1", "“b” may not go", id="a choice cannot go"),
    pytest.param(WidenField("customer", "security_level", {"maximum": 10}), "W1", "smaller", id="a lower maximum"),
    pytest.param(WidenField("customer", "manager", {"entity": "city"}), "W1", "may not be changed", id="another target"),
    pytest.param(RetireField("customer", "fax"), "S1", "system field", id="a system field cannot be retired"),
    pytest.param(RestoreField("customer", "c_note"), "N0", "no retired field", id="what is not retired cannot be restored"),
    pytest.param(PurgeField("customer", "c_note"), "N0", "no retired field", id="what is not retired cannot be purged"),
    pytest.param(AddGroup("customer", "extra", "Extra"), "N1", "begins with", id="group without prefix"),
    pytest.param(AddGroup("customer", "c_extra", "Extra"), "N1", "already", id="group taken"),
    pytest.param(RemoveGroup("customer", "finance"), "S3", "default group", id="3.3.1 default group"),
    pytest.param(MoveGroup("customer", "finance", "finance"), "N0", "before itself", id="group before itself"),
    pytest.param(SetLabels("zh-Hans", {"field.customer.moon.label": "月"}), "N0", "nothing that the label", id="label of nothing"),
    pytest.param(AddEntity({"entity": "colour", "label": "C", "plural": "C", "groups": []}), "N1", "begins with", id="entity without prefix"),
    pytest.param(AddEntity({"entity": "c_x", "label": "C", "plural": "C", "groups": []}), "F1", "not right", id="entity without groups"),
    pytest.param(RetireEntity("industry"), "S1", "belongs to the program", id="a shipped entity stays"),
    pytest.param(ConvertField("customer", "fax", "c_fax2", "integer"), "S1", "type is fixed", id="3.1.3 type of a system field"),
    pytest.param(ConvertField("customer", "c_note", "c_note", "integer"), "N1", "taken", id="converted under its own name"),
    pytest.param(ConvertField("customer", "c_note", "c_x", "reference", {"entity": "person"}), "C2", "cannot be converted", id="to a reference"),
]


@pytest.mark.parametrize(("operation", "code", "words"), REFUSED)
def test_what_cannot_be_is_refused_with_its_reason(operation: Operation, code: str | None, words: str) -> None:
    errors = [one for one in operation.check(OWN) if one.level == "error"]
    assert [one.code for one in errors] == ([code] if code else [])
    assert all(words in str(one.message) for one in errors)


@pytest.mark.parametrize("before", ["industry", "c_note"], ids=["of another group", "retired meanwhile"])
def test_a_field_whose_neighbour_has_gone_comes_last_and_that_is_said(before: str) -> None:
    held = RetireField("customer", "c_note").apply_to(OWN)
    (finding,) = replace(NOTE, name="c_new", label="New", before=before).check(held)
    assert (finding.code, finding.level) == ("G1", "warning")
    assert f"“{before}” does not stand in the group “basic”" in str(finding.message)


def test_a_field_that_a_rule_leans_on_cannot_be_retired() -> None:
    leaning = applied(ChangeField("customer", "fax", {"rules": {"visible": {"c_grade": {"_eq": "a"}}}}), to=OWN)
    (finding,) = RetireField("customer", "c_grade").check(leaning)
    assert (finding.code, finding.level) == ("X1", "error")
    assert "“fax” of “customer” (visible)" in str(finding.message)


def test_an_entity_that_a_field_refers_to_cannot_be_retired() -> None:
    used = applied(AddField("customer", "c_colour", "list", "basic", "Colour", options={"entity": "c_colour"}), to=OWN)
    assert [one.code for one in RetireEntity("c_colour").check(used)] == ["X1"]
    assert not RetireEntity("c_colour").check(OWN)


def test_a_group_can_be_removed_once_it_is_empty() -> None:
    """3.3.1."""
    filled = applied(MoveFields("customer", ("c_note",), "c_extra"), to=OWN)
    (finding,) = RemoveGroup("customer", "c_extra").check(filled)
    assert "Note" in str(finding.message)
    assert not RemoveGroup("customer", "c_extra").check(OWN)


def test_a_name_is_given_once_and_for_ever() -> None:
    """3.1.6: a retired name never comes back to life for another field, nor does a purged one."""
    again = AddField("customer", "c_note", "integer", "basic", "Number")
    retired = applied(RetireField("customer", "c_note"), to=OWN)
    assert "retired field" in str(again.check(retired)[0].message)
    purged = applied(PurgeField("customer", "c_note"), to=retired)
    assert "used before" in str(again.check(purged)[0].message)
    assert not AddField("contact", "c_note", "integer", "basic", "Number").check(purged)


# -- what they do ---------------------------------------------------------------------------------------


def test_a_field_is_added_in_its_place_with_its_names() -> None:
    customer = OWN.entities["customer"]
    names = order(customer)
    assert names.index("c_note") == names.index("fax") - 1
    assert names[-1] == "c_grade"
    assert OWN.text("field.customer.c_grade.label", ("zh-Hans",)) == "客户等级"
    assert [one.position for one in customer.fields] == list(range(1, len(names) + 1))


def test_fields_move_together_in_the_order_given() -> None:
    moved = applied(MoveFields("customer", ("fax", "code"), "classification", "industry"), to=OWN).entities["customer"]
    names = order(moved)
    at = names.index("industry")
    assert names[at - 2 : at] == ["fax", "code"]
    assert {one.name: one.group for one in moved.fields}["code"] == "classification"


def test_a_restored_field_has_its_place_group_labels_and_rules() -> None:
    ruled = applied(ChangeField("customer", "c_grade", {"rules": {"required": {"type": {"_eq": "agent"}}}}), to=OWN)
    back = applied(RetireField("customer", "c_grade"), RestoreField("customer", "c_grade"), to=ruled)
    assert shape(back) == shape(ruled)


def test_the_field_of_a_group_that_is_gone_comes_to_the_last_one() -> None:
    gone = applied(
        MoveFields("customer", ("c_note",), "c_extra"), RetireField("customer", "c_note"), RemoveGroup("customer", "c_extra"), to=OWN
    )
    restore = RestoreField("customer", "c_note")
    assert [one.code for one in restore.check(gone)] == ["G1"]
    assert {one.name: one.group for one in applied(restore, to=gone).entities["customer"].fields}["c_note"] == "other"


def test_converting_puts_the_new_field_in_the_old_ones_place_under_its_names() -> None:
    done = applied(ConvertField("customer", "c_grade", "c_rank", "text"), to=OWN)
    customer = done.entities["customer"]
    assert [one.name for one in customer.retired] == ["c_grade"]
    assert (customer.fields[-1].name, customer.fields[-1].label, customer.fields[-1].type) == ("c_rank", "Grade", "text")
    assert done.text("field.customer.c_rank.label", ("zh-Hans",)) == "客户等级"


# -- for every operation --------------------------------------------------------------------------------

CUSTOMER = st.sampled_from(sorted(one.name for one in OWN.entities["customer"].fields))
GROUPS = st.sampled_from([*(one.name for one in OWN.entities["customer"].groups)])
MAYBE = st.none() | CUSTOMER
LABEL = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=8).filter(str.strip)
ANY = st.one_of(
    st.builds(AddField, st.just("customer"), st.from_regex(r"\Ac_[a-z]{1,3}\Z"), st.sampled_from(["text", "date", "check"]), GROUPS, LABEL,
              st.dictionaries(st.sampled_from(["en", "zh-Hans", "ar"]), LABEL, max_size=2), before=MAYBE),
    st.builds(ChangeField, st.just("customer"), CUSTOMER,
              st.dictionaries(st.sampled_from(["enabled", "required", "searchable", "in_list"]), st.booleans(), min_size=1)),
    st.builds(ChangeField, st.just("customer"), st.just("c_note"), st.fixed_dictionaries({"label": LABEL, "help": LABEL})),
    st.builds(MoveFields, st.just("customer"), st.lists(CUSTOMER, min_size=1, max_size=4, unique=True).map(tuple), GROUPS, MAYBE),
    st.builds(WidenField, st.just("customer"), st.sampled_from(["c_note", "name", "code"]), st.fixed_dictionaries({"max_length": st.integers(1, 500)})),
    st.builds(RetireField, st.just("customer"), st.sampled_from(["c_note", "c_grade"])),
    st.builds(RestoreField, st.just("customer"), st.sampled_from(["c_note", "c_grade"])),
    st.builds(ConvertField, st.just("customer"), st.just("c_note"), st.sampled_from(["c_m", "c_n"]), st.sampled_from(["integer", "multiline"])),
    st.builds(AddGroup, st.just("customer"), st.sampled_from(["c_g", "c_h"]), LABEL, before=st.none() | GROUPS),
    st.builds(ChangeGroup, st.just("customer"), GROUPS, st.fixed_dictionaries({"label": LABEL, "columns": st.integers(1, 4)})),
    st.builds(MoveGroup, st.just("customer"), GROUPS, st.none() | GROUPS),
    st.builds(RemoveGroup, st.just("customer"), st.sampled_from(["c_extra", "c_g"])),
    st.builds(SetLabels, st.sampled_from(["zh-Hans", "fr"]),
              st.dictionaries(st.sampled_from(["field.customer.fax.label", "group.customer.basic.label", "field.customer.c_grade.choice.a"]),
                              st.none() | LABEL, min_size=1)),
    st.builds(ChangeEntity, st.just("customer"), st.fixed_dictionaries({"label": LABEL})),
    st.builds(RetireEntity, st.just("c_colour")),
)  # fmt: skip


def _ends_as_it_began(before: Catalog, after: Catalog, operation: Operation) -> bool:
    """What an added field leaves behind is a retired one: nothing of it shows, and its values stay."""
    left = {one.name for one in after.entities["customer"].retired} - {one.name for one in before.entities["customer"].retired}
    return left == ({operation.name} if isinstance(operation, (AddField, ConvertField)) else set())


@settings(max_examples=400)
@given(ANY)
def test_taking_back_what_was_done_gives_what_was_there(operation: Operation) -> None:
    if any(one.level == "error" for one in operation.check(OWN)):
        return
    back = operation.reverse(OWN)
    assert back is not None
    again = applied(*back, to=operation.apply_to(OWN))
    assert _ends_as_it_began(OWN, again, operation)
    for name, was in OWN.entities.items():
        now = again.entities[name]
        assert now.groups == was.groups
        assert [as_seen(one) for one in now.fields] == [as_seen(one) for one in was.fields]
    assert said(again) == said(OWN)


def as_seen(one: Field) -> Any:
    """A field without what nobody sees: its number, and the folded column that one keeps which was searchable for a while."""
    return replace(one, folded=False, position=0)


def said(catalog: Catalog) -> Any:
    """All labels but those of fields that are retired."""
    gone = tuple(f"{one.key}." for entity in catalog.entities.values() for one in entity.retired)
    found = {language: {k: text for k, text in texts.items() if not k.startswith(gone)} for language, texts in catalog.labels.items()}
    return {language: texts for language, texts in found.items() if texts}


@settings(max_examples=200)
@given(ANY)
def test_an_operation_survives_its_json_form_and_can_be_said(operation: Operation) -> None:
    assert read([operation.to_json()], OPERATIONS) == (operation,)
    assert str(operation.describe(OWN))
    assert str(operation.describe(SHIPPED))


@settings(max_examples=200)
@given(st.lists(ANY, max_size=6))
def test_a_catalog_stays_whole_whatever_is_done_to_it(operations: list[Operation]) -> None:
    current = OWN
    for one in operations:
        if not any(finding.level == "error" for finding in one.check(current)):
            current = one.apply_to(current)
    for entity in current.entities.values():
        groups = {one.name for one in entity.groups}
        names = [one.name for one in (*entity.fields, *entity.retired)]
        assert len(names) == len(set(names))
        assert all(one.group in groups for one in entity.fields)
        assert [one.position for one in entity.groups] == sorted(one.position for one in entity.groups)
        place = {one.name: at for at, one in enumerate(entity.groups)}
        assert [place[one.group] for one in entity.fields] == sorted(place[one.group] for one in entity.fields)


UNREADABLE = [
    pytest.param({}, "list", id="not a list"),
    pytest.param([{"operation": "explode"}], "no operation “explode”", id="unknown operation"),
    pytest.param(["add_field"], "no operation", id="not an object"),
    pytest.param([{"operation": "retire_field", "entity": "customer"}], "“field” is missing", id="argument missing"),
    pytest.param([{"operation": "add_entity", "definition": {}}], "“definition” is not well formed", id="something missing within an argument"),
    pytest.param([{"operation": "retire_field", "entity": "customer", "field": "c_x", "now": 1}], "takes no “now”", id="unknown argument"),
    pytest.param([{"operation": "retire_field", "entity": "customer; --", "field": "c_x"}], "cannot be a database name", id="no name"),
    pytest.param([{"operation": "change_field", "entity": "customer", "field": "fax", "changes": {"type": "date"}}], "type", id="3.1.3 type"),
    pytest.param([{"operation": "move_fields", "entity": "customer", "fields": [], "group": "basic"}], "not well formed", id="moving nothing"),
]


@pytest.mark.parametrize(("documents", "words"), UNREADABLE)
def test_what_is_not_understood_is_refused_by_name(documents: Any, words: str) -> None:
    with pytest.raises(BadOperation, match=words):
        read(documents, OPERATIONS)


def test_narrowing_is_only_for_what_is_of_the_same_kind() -> None:
    assert [one.code for one in NarrowField("customer", "manager", {"entity": "city"}).check(OWN)] == ["W1"]
    assert not NarrowField("customer", "name", {"max_length": 10}).check(OWN)


def test_other_options_are_told_with_what_they_were_as_long_as_that_is_known() -> None:
    wider = WidenField("customer", "c_note", {"max_length": 300})
    assert "max_length 50 → 300" in str(wider.describe(OWN))
    assert "max_length → 300" in str(wider.describe(wider.apply_to(OWN)))  # in the journal, once it is in force
    back = NarrowField("customer", "c_note", {"max_length": 20})
    assert f"“{OWN.entity('customer').by_name['c_note'].label}” of “customer”: max_length 50 → 20" in str(back.describe(OWN))


def test_choices_are_told_by_what_goes_and_what_comes() -> None:
    red, blue, black = ({"value": one.lower(), "label": one} for one in ("Red", "Blue", "Black"))
    held = applied(AddField("customer", "c_shade", "choice", "basic", "Shade", options={"choices": [red, blue]}))
    other = NarrowField("customer", "c_shade", {"choices": [red, black]})
    assert "choices − Blue + Black." in str(other.describe(held))
    assert "choices → Red · Black." in str(other.describe(other.apply_to(held)))
    assert "choices Red · Blue → Blue · Red." in str(NarrowField("customer", "c_shade", {"choices": [blue, red]}).describe(held))
