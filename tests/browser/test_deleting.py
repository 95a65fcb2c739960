"""Deleting: refused with a reason, done, and undone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ENGLISH, Readers, Served

pytestmark = pytest.mark.browser


def test_a_customer_that_others_name_cannot_be_deleted(reader: Readers, site: Served) -> None:
    agent = site.api.customer("中介一号", type=site.api.row("customer_type", "Agent"))
    number = int(agent.rsplit("/", 1)[1])
    served = site.api.customer("由中介服务的客户", agent=number)
    child = site.api.customer("下属公司", parent=number)
    window = reader(ENGLISH)
    page = window.go(agent)
    page.get_by_role("link", name="Delete").click()
    expect(page.locator("h1")).to_have_text("This record cannot be deleted yet")
    reasons = page.locator("#problems li")
    assert sorted(reasons.all_inner_texts()) == ["1 record: Customers, field “Intermediary”", "1 record: Customers, field “Parent company”"]
    expect(page.locator("form[action$=delete]")).to_have_count(0)

    # Each reason leads to exactly the records that are meant.
    for field, other in (("Intermediary", served), ("Parent company", child)):
        window.go(f"{agent}/delete")
        reasons.filter(has_text=field).get_by_role("link").click()
        expect(page.locator("tbody th")).to_have_count(1)
        page.locator("tbody th a").click()
        expect(page).to_have_url(site.url + other)


def test_a_record_named_while_its_deletion_was_confirmed_stays(reader: Readers, site: Served) -> None:
    home = site.api.customer("差点删除")
    page = reader(ENGLISH).go(f"{home}/delete")
    site.api.customer("刚好指向它", parent=int(home.rsplit("/", 1)[1]))
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("#problems")).to_be_focused()
    expect(page.locator("#problems")).to_contain_text("Parent company")
    assert site.api.get(home)["name"] == "差点删除"


def test_deleted_and_restored_with_everything_in_it(reader: Readers, site: Served) -> None:
    home = site.api.customer("来去自如有限公司", code="R-1")
    window = reader(ENGLISH)
    page = window.go(home)
    page.locator("#p-address .part-head a").click()
    page.locator("#f-address_type").select_option(index=1)
    page.fill("#f-address_1", "文三路 90 号")
    page.get_by_role("button", name="Create").click()
    page.locator(".crumbs a").click()
    page.get_by_role("link", name="Delete").click()
    expect(page.locator(".narrow")).to_contain_text("Addresses: 1")
    expect(page.locator(".narrow")).to_contain_text("Contacts: 1")
    page.get_by_role("button", name="Delete").click()
    expect(page).to_have_url(f"{site.url}/customer/deleted")
    expect(page.locator(".notice")).to_contain_text("来去自如有限公司")
    page.goto(f"{site.url}/customer/?q=来去自如")
    expect(page.locator(".empty")).to_be_visible()
    window.go(home)
    expect(page.locator(".problem-status")).to_have_text("404")

    window.go("/customer/")
    page.get_by_role("link", name="Deleted").click()
    row = page.locator("tbody tr", has_text="来去自如有限公司")
    expect(row).to_contain_text("周嘉宁")
    row.get_by_role("button").click()
    expect(page).to_have_url(site.url + home)
    expect(page.locator(".notice")).to_have_text("Restored.")
    expect(page.locator(".card-body")).to_contain_text("R-1")
    expect(page.locator("#p-address tbody th")).to_have_text(["文三路 90 号"])
    expect(page.locator("#p-contact tbody th")).to_have_text(["王芳"])
    expect(page.locator("#history")).to_contain_text("restored this")


def test_whoever_may_not_delete_is_not_asked_to(reader: Readers, site: Served) -> None:
    """Dictionaries are the administrator's."""
    window = reader(ENGLISH, user=site.user("user"))
    page = window.go("/company_form/")
    expect(page.locator("tbody tr").first).to_be_visible()
    expect(page.locator(".page-actions a:not([href*='/export'])")).to_have_count(0)
    page.locator("tbody th a").first.click()
    expect(page.locator(".page-actions a")).to_have_count(0)
    window.go(window.path() + "/delete")
    expect(page.locator(".problem-status")).to_have_text("403")
