"""The builder of conditions on a field's page: by script and without, into the draft and back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ENGLISH, Readers, Served

pytestmark = pytest.mark.browser


def test_rows_follow_their_field(reader: Readers, site: Served) -> None:
    page = reader(ENGLISH, user=site.user()).go("/admin/customer/fields/fax")
    builder = page.locator("condition-builder").first
    builder.locator("[name='visible.0.field']").select_option("type")
    expect(builder.locator("[name='visible.0.operator'] option")).to_have_text(["is", "is not", "is any of", "is none of", "is empty", "is not empty"])
    builder.locator("[name='visible.0.operator']").select_option("_in")
    builder.get_by_label("Agent", exact=True).check()
    builder.get_by_label("Individual", exact=True).check()
    builder.get_by_role("button", name="Add a condition").click()
    builder.locator("[name='visible.3.field']").select_option("county")
    builder.locator("[name='visible.3.operator']").select_option("_nempty")
    builder.locator("[name='visible.joiner']").select_option("_or")
    page.click(".drawer-foot .button-primary")
    page.goto(f"{site.url}/admin/customer/rules")
    expect(page.locator(".rules-fields > div").filter(has_text="fax")).to_contain_text("Type is any of Agent, Individual or County is not empty")
    page.goto(f"{site.url}/admin/customer/fields/fax")
    expect(page.locator("condition-builder").first.get_by_label("Agent", exact=True)).to_be_checked()
    page.locator("condition-builder").first.get_by_role("button", name="Remove this condition").first.click()
    page.click(".drawer-foot .button-primary")
    page.goto(f"{site.url}/admin/customer/rules")
    expect(page.locator(".rules-fields > div").filter(has_text="fax")).to_contain_text("Stands on the card when: County is not empty")


def test_rows_without_scripts(reader: Readers, site: Served) -> None:
    page = reader(ENGLISH, user=site.user(), java_script_enabled=False).go("/admin/customer/fields/fax")
    page.locator("[name='required.0.field']").select_option("type")
    page.locator("[name='required.0.operator']").select_option("_contains")
    page.locator("[name='required.0.value']").fill("Agent")
    page.click(".drawer-foot .button-primary")
    expect(page.locator("#problems")).to_contain_text("“_contains” is not an operator of “type”")
    page.locator("[name='required.0.operator']").select_option("_eq")
    page.click(".drawer-foot .button-primary")
    page.goto(f"{site.url}/admin/customer/rules")
    expect(page.locator(".rules-fields > div").filter(has_text="fax")).to_contain_text("Must be filled in when: Type is Agent")


NESTED = "Type is Agent or (County is not empty and Fax is not empty)"


def test_a_group_of_conditions(reader: Readers, site: Served, axe: Callable[..., list[str]]) -> None:
    """Built by script, kept, shown again whole, and one part of it taken away."""
    page = reader(ENGLISH, user=site.user()).go("/admin/customer/fields/phone")
    builder = page.locator("condition-builder").first
    builder.locator("[name='visible.0.field']").select_option("type")
    builder.locator("[name='visible.0.value']").select_option(label="Agent")
    builder.get_by_role("button", name="Add a group").click()
    group = builder.get_by_role("group", name="Group of conditions")
    expect(group.locator("[name='visible.g0.0.field']")).to_be_focused()
    group.locator("[name='visible.g0.0.field']").select_option("county")
    group.locator("[name='visible.g0.0.operator']").select_option("_nempty")
    group.get_by_role("button", name="Add a condition").click()
    group.locator("[name='visible.g0.2.field']").select_option("fax")
    group.locator("[name='visible.g0.2.operator']").select_option("_nempty")
    group.locator("[name='visible.g0.joiner']").select_option("_and")
    builder.locator("[name='visible.joiner']").select_option("_or")
    assert axe(page) == []
    page.click(".drawer-foot .button-primary")
    page.goto(f"{site.url}/admin/customer/rules")
    assert axe(page) == []
    expect(page.locator(".rules-fields > div").filter(has_text="phone").first).to_contain_text(NESTED)
    page.goto(f"{site.url}/admin/customer/fields/phone")
    page.click(".drawer-foot .button-primary")
    expect(page.get_by_text("Nothing was changed.").first).to_be_visible()
    page.goto(f"{site.url}/admin/customer/fields/phone")
    page.locator("condition-builder").first.get_by_role("button", name="Remove this group").click()
    page.click(".drawer-foot .button-primary")
    page.goto(f"{site.url}/admin/customer/rules")
    expect(page.locator(".rules-fields > div").filter(has_text="phone").first).to_contain_text(re.compile("Type is Agent ?only"))


def test_a_group_of_conditions_without_scripts(reader: Readers, site: Served) -> None:
    page = reader(ENGLISH, user=site.user(), java_script_enabled=False).go("/admin/customer/fields/phone")
    page.locator("[name='visible.0.field']").select_option("type")
    page.locator("[name='visible.0.operator']").select_option("_eq")
    page.locator("[name='visible.0.value']").fill("Agent")
    page.locator("[name='visible.joiner']").select_option("_or")
    page.locator(".condition-blank summary").first.click()
    page.locator("[name='visible.g0.joiner']").select_option("_and")
    for place, field in enumerate(("county", "fax")):
        page.locator(f"[name='visible.g0.{place}.field']").select_option(field)
        page.locator(f"[name='visible.g0.{place}.operator']").select_option("_nempty")
    page.click(".drawer-foot .button-primary")
    page.goto(f"{site.url}/admin/customer/rules")
    expect(page.locator(".rules-fields > div").filter(has_text="phone").first).to_contain_text(NESTED)


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_allowed_options(reader: Readers, site: Served, axe: Callable[..., list[str]], *, script: bool) -> None:
    page = reader(ENGLISH, user=site.user(), java_script_enabled=script).go("/admin/customer/fields/language")
    offers = page.locator("choice-offers")
    (offers.get_by_role("button", name="Add allowed options") if script else offers.locator(".offer-blank > summary")).click()
    offers.get_by_label("Chinese", exact=True).check()
    offers.get_by_label("English", exact=True).check()
    offers.locator("[name='choices.0.0.field']").select_option("county")
    offers.locator("[name='choices.0.0.operator']").select_option("_eq")
    offers.locator("[name='choices.0.0.value']").fill("海淀")
    if script:
        assert axe(page) == []
    page.click(".drawer-foot .button-primary")
    page.goto(f"{site.url}/admin/customer/rules")
    rule = page.locator(".rules-fields > div").filter(has_text="language")
    expect(rule).to_contain_text("Offers only Chinese, English when: County is 海淀")
    page.goto(f"{site.url}/admin/customer/fields/language")
    expect(page.locator("choice-offers").get_by_label("English", exact=True).first).to_be_checked()
    if script:
        page.get_by_role("button", name="Remove these allowed options").click()
        page.click(".drawer-foot .button-primary")
        page.goto(f"{site.url}/admin/customer/rules")
        expect(rule).to_have_count(0)
