"""The builder of conditions on a field's page: by script and without, into the draft and back."""

from __future__ import annotations

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
