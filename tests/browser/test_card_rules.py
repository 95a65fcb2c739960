"""4.3 on the page: an individual's card shows personal contact data only, at once, and tells what saving would empty."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from engine.schema import apply
from engine.schema.apply import Orders
from engine.schema.ops.change_field import ChangeField
from tests.browser.conftest import CHINESE, ENGLISH, Readers, Served, readers_of, serving
from tests.databases import Databases

pytestmark = pytest.mark.browser


def test_a_card_follows_the_type(reader: Readers, site: Served) -> None:
    page = reader(ENGLISH).go("/customer/new")
    finance, industry, nav = page.locator("#g-finance"), page.locator("[data-field=industry]"), page.locator(".sections-nav a[href='#g-finance']")
    expect(finance).to_be_visible()
    expect(page.get_by_text("Only when: Type is not Individual.").first).to_be_hidden()
    page.fill("#f-name", "王芳")
    page.fill("#f-website", "https://example.com")
    page.select_option("#f-type", label="Individual")
    for gone in (finance, industry, nav, page.locator("#f-job_title"), page.locator("#f-website")):
        expect(gone).to_be_hidden()
    expect(page.locator("#live")).to_have_text(re.compile("No longer on the card: .*Website.*Industry.*Finance, Job title."))
    expect(page.locator(".save-note")).to_have_text("Saving will empty what does not apply: Website.")
    page.select_option("#f-type", label="Partner")
    expect(finance).to_be_visible()
    expect(page.locator("#f-website")).to_have_value("https://example.com")
    expect(page.locator(".save-note")).to_be_hidden()
    page.select_option("#f-type", label="Individual")
    page.select_option("#f-source", index=1)
    page.select_option("#f-salutation", index=1)
    page.fill("#f-contact_name", "王芳")
    page.click(".save-bar .button-primary")
    expect(page).to_have_url(re.compile(r"/customer/\d+$"))
    expect(page.get_by_text("Saved. Emptied, because it does not apply: Website.")).to_be_visible()
    expect(page.locator("#g-finance")).to_have_count(0)
    labels = ["Status", "Type", "Acquisition channel", "Account manager", "Sharing", "Customer portal"]
    expect(page.locator("#g-classification dt")).to_have_text(labels)


def test_the_card_of_an_individual_opens_without_what_it_does_not_show(reader: Readers, site: Served) -> None:
    url = site.api.customer("李雷", size=None, type=site.api.row("customer_type", "Individual"), industry=None, description=None, job_title=None)
    page = reader(CHINESE).go(f"{url}/edit")
    expect(page.locator("#g-finance")).to_be_hidden()
    expect(page.locator("#f-industry")).to_be_hidden()
    page.select_option("#f-type", label="客户")
    expect(page.locator("#f-industry")).to_be_visible()
    page.click(".save-bar .button-primary")
    expect(page.locator("#problems li")).to_have_count(4)
    expect(page.locator("#f-industry")).to_be_visible()


def test_without_scripts_everything_is_shown_with_its_note(reader: Readers, site: Served) -> None:
    url = site.api.customer("韩梅梅", size=None, type=site.api.row("customer_type", "Individual"), industry=None, description=None, job_title=None)
    page = reader(ENGLISH, java_script_enabled=False).go(f"{url}/edit")
    expect(page.locator("#f-industry")).to_be_visible()
    expect(page.locator("#g-finance").get_by_text("Only when: Type is not Individual.")).to_be_visible()


def test_the_contacts_of_an_address_are_the_customers_own(reader: Readers, site: Served) -> None:
    site.api.customer("联系人甲公司", contact_name="甲方联系人")
    url = site.api.customer("联系人乙公司", contact_name="乙方联系人")
    page = reader(ENGLISH).go(f"/address/new?customer={url.rsplit('/', 1)[1]}")
    page.click("#f-contact")
    options = page.locator("reference-picker").filter(has=page.locator("#f-contact")).locator("[role=option]")
    expect(options).to_have_text(["乙方联系人"])
    page.goto(f"{site.url}/address/new")
    page.click("#f-contact")
    expect(page.locator("[data-field=contact] .picker-note")).to_have_text("Fill in “Customer” first.")


def test_a_contact_that_is_not_the_customers_any_more_is_no_choice(reader: Readers, site: Served) -> None:
    site.api.customer("改选丙公司", contact_name="丙方联系人")
    site.api.customer("改选丁公司", contact_name="丁方联系人")
    page = reader(ENGLISH).go("/address/new")
    for name, typed in (("customer", "改选丙"), ("contact", "丙方")):
        page.fill(f"#f-{name}", typed)
        page.locator(f"[data-field={name}] [role=option]").first.click()
    expect(page.locator("input[name=contact]")).not_to_have_value("")
    page.fill("#f-customer", "改选丁")
    page.locator("[data-field=customer] [role=option]").first.click()
    expect(page.locator("input[name=contact]")).to_have_value("")
    expect(page.locator("#f-contact")).to_have_value("丙方联系人")
    expect(page.locator("[data-field=contact] .picker-state")).to_be_visible()


LIMITS = (
    ChangeField("customer", "language", {"rules": {"choices": [{"when": {"county": "海淀"}, "values": ["zh", "en"]}]}}),
    ChangeField("customer", "city", {"rules": {"choices": [{"when": {"county": "海淀"}, "values": ["beijing"]}]}}),
)


def test_options_are_offered_at_once(chromium: Browser, databases: Databases, tmp_path: Path) -> None:
    """A select and a picker follow the field that the rules of their options read, and the server keeps the same rule."""
    database = databases.installed("sqlite")
    apply.publish(database, LIMITS, Orders(author="Tests"))
    with serving(database, tmp_path) as served, readers_of(chromium, served) as opens:
        page = opens(ENGLISH).go(served.api.customer("选项有限公司") + "/edit")
        page.select_option("#f-language", label="French")
        page.fill("#f-city", "Shanghai")
        page.locator("[data-field=city] [role=option]").first.click()
        page.fill("#f-county", "海淀")
        expect(page.locator("#f-language")).to_have_value("")
        expect(page.locator("#f-language option:not([disabled])")).to_have_text(["—", "Chinese", "English"])
        expect(page.locator("[name=city]")).to_have_value("")
        expect(page.locator("[data-field=city] .picker-state")).to_be_visible()
        page.fill("#f-city", "")
        page.click("#f-city")
        expect(page.locator("[data-field=city] [role=option]")).to_have_text(["Beijing"])
        page.fill("#f-county", "昌平")
        page.select_option("#f-language", label="French")
        page.fill("#f-city", "Sh")
        expect(page.locator("[data-field=city] [role=option]").filter(has_text="Shanghai")).to_have_count(1)
