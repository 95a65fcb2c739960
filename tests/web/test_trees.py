"""4.1: a tree dictionary's page as a browser without JavaScript meets it, its acts, and what a script is told; on three databases."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask import Flask

from engine import accounts
from engine.metadata.database import Database
from engine.metadata.rows import DEEPEST
from tests.web.conftest import PASSWORD, Api, Browser
from tests.web.test_card_rules import changed

SCRIPT = {"Accept": "application/json"}


def names(page: str) -> list[str]:
    """The entries that a tree's page shows, in order."""
    tree = page.split('<div class="tree-body">', 1)[1].split("</aside>", 1)[0].split("<aside", 1)[0]
    return [html.unescape(re.sub(r"<[^>]+>", "", found)) for found in re.findall(r'id="twig-\d+"[^>]*>(.*?)</a>', tree)]


class Tree:
    """The shipped tree, with short ways to change and read it."""

    def __init__(self, browser: Browser, api: Api) -> None:
        self.browser, self.api = browser, api

    def id(self, name: str) -> int:
        """An entry by its English name, or the beginning of it."""
        rows = self.api.get("/industry?page[size]=200").json["data"]
        return int(min((row for row in rows if row["name"].startswith(name)), key=lambda row: len(row["name"]))["id"])

    def parent(self, name: str) -> int | None:
        """What it stands under."""
        found: int | None = self.api.get(f"/industry/{self.id(name)}").json.get("parent")
        return found

    def below(self, name: str | None) -> list[str]:
        """What stands directly under an entry, or at the top, in order."""
        page = self.browser.get(f"/industry/?at={self.id(name)}" if name else "/industry/").text
        ids = [int(one) for one in re.findall(r'<li class="twig" data-id="(\d+)"', page)]
        parents = {row["id"]: row.get("parent") for row in self.api.get("/industry?page[size]=200").json["data"]}
        wanted = self.id(name) if name else None
        shown = dict(zip(ids, names(page), strict=True))
        return [shown[id] for id in ids if parents[id] == wanted]

    def do(self, path: str, **fields: Any) -> Any:
        """Send a form of the tree as its script does; gives what it is told."""
        data = {"csrf_token": self.browser.token(), **{name: str(value) for name, value in fields.items()}}
        return self.browser.client.post(path, data=data, headers=SCRIPT)

    def step(self, name: str, to: str) -> Any:
        """One step."""
        return self.do(f"/industry/{self.id(name)}/step", to=to).json

    def move(self, name: str, **to: Any) -> Any:
        """To another place."""
        return self.do(f"/industry/{self.id(name)}/place", **to)


@pytest.fixture
def tree(browser: Browser, api: Api) -> Tree:
    """The shipped tree."""
    return Tree(browser, api)


MINING = ["Coal", "Oil and gas", "Metal ores"]


def test_a_tree_is_shown_level_by_level(tree: Tree) -> None:
    page = tree.browser.get("/industry/").text
    assert names(page)[:3] == ["Agriculture", "Mining", "Manufacturing"]
    assert "Coal" not in names(page)
    opened = tree.browser.get(f"/industry/?at={tree.id('Mining')}").text
    assert names(opened)[1:6] == ["Mining", *MINING, "Manufacturing"]
    assert len(names(tree.browser.get("/industry/?open=all").text)) == 61


def test_a_search_keeps_what_stands_above(tree: Tree) -> None:
    page = tree.browser.get("/industry/?find=OIL").text
    assert names(page) == ["Mining", "Oil and gas"]
    assert "1 entry found" in page
    assert names(tree.browser.get("/industry/?find=软件").text) == ["Information technology", "Software"]  # in any language
    assert "Nothing is called so." in tree.browser.get("/industry/?find=zzz").text


def test_the_flat_list_stays(tree: Tree) -> None:
    page = tree.browser.get("/industry/").text
    address = html.unescape(re.findall(r'href="([^"]+)"', page.split("<span>As a list", 1)[0])[-2])
    flat = tree.browser.get(address).text
    assert "<table" in flat
    assert "As a tree" in flat
    assert "<table" in tree.browser.get("/industry/?q=oil").text


def test_counts_lead_to_exactly_those_records(tree: Tree) -> None:
    """4.1: any node may be chosen; a node counts what is at it and below it."""
    for name in ("Software", "Software", "Information technology"):
        tree.api.made(industry=tree.id(name))
    page = tree.browser.get(f"/industry/?at={tree.id('Information technology')}").text
    counts = {html.unescape(url): int(n) for url, n in re.findall(r'class="twig-count"[^>]*href="([^"]+)"[^>]*>(\d+)<', page)}
    assert sorted(counts.values()) == [2, 3]
    assert {url: tree.api.get(url.replace("/customer/", "/customer")).json["meta"]["total"] for url in counts} == counts
    assert "here: 1" in page
    assert "with all below: 3" in page


def test_an_entry_is_added_below_and_beside(tree: Tree) -> None:
    mining = tree.id("Mining")
    told = tree.do("/industry/add", name="  Salt   mines ", under=mining).json
    assert told["message"] == "“Salt mines” was added."
    assert tree.below("Mining") == [*MINING, "Salt mines"]
    tree.do("/industry/add", name="Peat", after=tree.id("Coal"))
    assert tree.below("Mining") == ["Coal", "Peat", "Oil and gas", "Metal ores", "Salt mines"]
    tree.do("/industry/add", name="Space")
    assert tree.below(None)[-1] == "Space"


def test_a_name_is_needed(tree: Tree) -> None:
    answer = tree.do("/industry/add", name=" ", under=tree.id("Mining"))
    assert answer.status_code == 422
    assert answer.json["errors"][0]["detail"] == "“Name” must be filled in."
    assert tree.do(f"/industry/{tree.id('Coal')}/rename", name="x" * 101).status_code == 422


def test_an_entry_is_renamed_in_the_readers_language(tree: Tree, app: Flask) -> None:
    coal = tree.id("Coal")
    assert tree.do(f"/industry/{coal}/rename", name="Hard coal").json["message"] == "“Coal” is called “Hard coal” now."
    chinese = Browser(app, "zh")
    chinese.sign_in("administrator")
    assert "煤炭" in names(chinese.get(f"/industry/?at={coal}").text)
    chinese.post(f"/industry/{coal}/rename", {"name": "硬煤"})
    assert "硬煤" in names(chinese.get(f"/industry/?at={coal}").text)
    assert tree.below("Mining")[0] == "Hard coal"


STEPS = {
    "up": ("Oil", "up", ["Oil and gas", "Coal", "Metal ores"]),
    "up to the first place": ("Metal", "up", ["Coal", "Metal ores", "Oil and gas"]),
    "down": ("Coal", "down", ["Oil and gas", "Coal", "Metal ores"]),
    "down to the last place": ("Oil", "down", ["Coal", "Metal ores", "Oil and gas"]),
    "in": ("Oil", "in", ["Coal", "Metal ores"]),
    "out": ("Oil", "out", ["Coal", "Metal ores"]),
}


@pytest.mark.parametrize("case", STEPS)
def test_single_steps(case: str, tree: Tree) -> None:
    name, to, expected = STEPS[case]
    told = tree.step(name, to)
    assert tree.below("Mining") == expected
    if case == "in":
        assert tree.below("Coal") == ["Oil and gas"]
    if case == "out":
        assert tree.below(None)[1:3] == ["Mining", "Oil and gas"]
    tree.do("/undo", batch=told["undo"])
    assert tree.below("Mining") == MINING


def test_steps_that_lead_nowhere_say_why(tree: Tree) -> None:
    assert tree.step("Coal", "up")["message"] == "“Coal” is the first here."
    assert tree.step("Metal", "down")["message"] == "“Metal ores” is the last here."
    assert tree.step("Coal", "in")["level"] == "info"
    assert tree.step("Mining", "out")["message"] == "“Mining” is at the top already."
    assert tree.do(f"/industry/{tree.id('Coal')}/step", to="sideways").status_code == 404


def test_entries_keep_their_order_however_often_they_move(tree: Tree) -> None:
    for _ in range(12):  # between two others there is room for a few only: then all are numbered anew
        for name in ("Metal", "Oil"):
            tree.move(name, under=tree.id("Mining"), before=tree.id("Coal"))
            assert tree.below("Mining")[1] == "Coal" or tree.below("Mining")[0] != "Coal"
    assert tree.below("Mining") == ["Metal ores", "Oil and gas", "Coal"]


def test_a_move_says_where_to_and_can_be_undone_and_redone(tree: Tree) -> None:
    told = tree.move("Mining", under=tree.id("Energy and water")).json
    assert told["message"] == "“Mining” stands at the end of Energy and water now."
    assert tree.parent("Mining") == tree.id("Energy and water")
    back = tree.do("/undo", batch=told["undo"]).json
    assert back["message"] == "Undone."
    assert tree.parent("Mining") is None
    assert tree.below(None)[1] == "Mining"
    tree.do("/undo", batch=back["undo"])
    assert tree.parent("Mining") == tree.id("Energy and water")


def test_what_changed_since_is_not_undone(tree: Tree) -> None:
    told = tree.move("Mining", under=tree.id("Energy and water")).json
    tree.move("Mining", under=tree.id("Trade"))
    answer = tree.do("/undo", batch=told["undo"])
    assert answer.status_code == 409
    assert "changed again" in answer.json["detail"]
    assert tree.parent("Mining") == tree.id("Trade")
    made = tree.do("/industry/add", name="New").json
    tree.api.made(industry=tree.id("New"))
    assert tree.do("/undo", batch=made["undo"]).status_code == 409  # somebody uses it by now


def test_no_entry_goes_below_itself(tree: Tree) -> None:
    for name in ("Mining", "Coal"):
        answer = tree.move("Mining", under=tree.id(name))
        assert answer.status_code == 422
        assert answer.json["errors"][0]["detail"] == "“Belongs under” cannot be the entry itself or one below it."


def test_a_tree_has_an_end(tree: Tree) -> None:
    last = tree.id("Mining")
    for level in range(2, DEEPEST + 1):
        last = tree.api.post("/industry", json={"name": f"L{level}", "parent": last}).json["id"]
    assert tree.api.post("/industry", json={"name": "too deep", "parent": last}).status_code == 422
    assert tree.do("/industry/add", name="too deep", under=last).status_code == 422
    answer = tree.move("Energy and water", under=last)
    assert answer.status_code == 422
    assert f"at most {DEEPEST} levels" in answer.json["errors"][0]["detail"]
    assert tree.move("Mining", under=tree.id("Trade")).status_code == 422  # it is too high itself by now


def test_a_name_that_is_typed_finds_the_new_parent(tree: Tree) -> None:
    answer = tree.browser.post(f"/industry/{tree.id('Coal')}/place", {"under": "", "under__text": "energy and WATER"})
    assert answer.status_code == 303
    assert tree.parent("Coal") == tree.id("Energy and water")
    assert tree.browser.post(f"/industry/{tree.id('Coal')}/place", {"under__text": "Nowhere"}).status_code == 422
    tree.browser.post(f"/industry/{tree.id('Coal')}/place", {"under__text": ""})
    assert tree.parent("Coal") is None


def test_without_a_script_the_page_offers_to_undo(tree: Tree) -> None:
    answer = tree.browser.post(f"/industry/{tree.id('Coal')}/step", {"to": "out"}, follow_redirects=True)
    assert "“Coal” stands" in html.unescape(answer.text)
    batch = re.findall(r'action="/undo".*?name="batch" value="(\w+)"', answer.text)[0]
    assert "Undone." in tree.browser.post("/undo", {"batch": batch}, follow_redirects=True).text
    assert tree.below("Mining") == MINING


def test_an_entry_with_children_or_in_use_is_not_deleted(tree: Tree) -> None:
    """4.1: a node with children cannot be deleted, nor one in use."""
    tree.api.made(industry=tree.id("Coal"))
    for name in ("Mining", "Coal"):
        assert tree.browser.post(f"/industry/{tree.id(name)}/delete").status_code == 409
    assert tree.browser.post(f"/industry/{tree.id('Metal')}/delete").status_code == 303
    assert tree.below("Mining") == MINING[:2]


LIST = "Space\n  - Rockets\n    * Engines\n  Satellites\nMining\n\tcoal\n　　Gold\n"


def test_a_list_is_shown_before_it_is_made(tree: Tree) -> None:
    shown = tree.browser.post("/industry/paste", {"text": LIST})
    assert shown.status_code == 200
    assert "New: 5. There already: 2." in shown.text
    assert len(tree.api.get("/industry?page[size]=200").json["data"]) == 61
    made = tree.browser.post("/industry/paste", {"text": LIST, "make": "1"}, follow_redirects=True)
    assert "5 entries were added." in made.text
    assert tree.below("Space") == ["Rockets", "Satellites"]
    assert tree.below("Rockets") == ["Engines"]
    assert tree.below("Mining") == [*MINING, "Gold"]
    batch = re.findall(r'name="batch" value="(\w+)"', made.text)[0]
    tree.browser.post("/undo", {"batch": batch})
    assert len(tree.api.get("/industry?page[size]=200").json["data"]) == 61


def test_a_list_with_problems_makes_nothing(tree: Tree) -> None:
    for text in (f"Good\n  {'x' * 101}", "\n".join(" " * level + f"d{level}" for level in range(DEEPEST + 1))):
        for more in ({}, {"make": "1"}):
            answer = tree.browser.post("/industry/paste", {"text": text, **more})
            assert answer.status_code == 422
            assert 'id="problems"' in answer.text
    assert tree.browser.post("/industry/paste", {"text": "x\n" * 5_001, "make": "1"}).status_code == 422
    assert len(tree.api.get("/industry?page[size]=200").json["data"]) == 61


def test_a_list_goes_under_an_entry(tree: Tree) -> None:
    tree.browser.post("/industry/paste", {"text": "A\nB\nA", "under": str(tree.id("Coal")), "make": "1"})
    assert tree.below("Coal") == ["A", "B"]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_whoever_may_not_change_lists_looks_at_them(app: Flask, installed: Database, tree: Tree) -> None:
    with installed.writing() as conn:
        accounts.add_user(conn, "u", PASSWORD, "user")
    user = Browser(app)
    user.sign_in("u")
    page = user.get(f"/industry/?at={tree.id('Mining')}").text
    assert names(page)[2:5] == MINING
    for word in ("data-change", "data-add", "data-delete", "/rename", "/paste", "/step", "data-do"):
        assert word not in page
    coal = tree.id("Coal")
    told = tree.step("Coal", "down")
    for path in ("add", f"{coal}/rename", f"{coal}/step", f"{coal}/place", "paste"):
        assert user.post(f"/industry/{path}", {"name": "x", "to": "up", "text": "x", "make": "1"}).status_code == 403
    assert user.post("/undo", {"batch": told["undo"]}).status_code == 403
    assert user.get(f"/industry/{coal}/node").status_code == 200


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/industry/?at=999999", 200),  # deleted since the address was kept
        ("/industry/?at=x", 400),
        ("/industry/?open=1,x", 400),
        ("/industry/?at=1&nothing=2", 400),
        ("/customer/?at=1", 400),
        ("/industry/999999/branch", 404),
        ("/customer/1/branch", 404),
        ("/salutation/1/node", 404),
        ("/salutation/paste", 404),
    ],
)
def test_addresses_that_are_not_understood(browser: Browser, url: str, status: int) -> None:
    assert browser.get(url).status_code == status


def customers_at(tree: Tree, name: str) -> int:
    """How many customers name an entry."""
    return int(tree.api.get(f"/customer?filter[industry]={tree.id(name)}").json["meta"]["total"])


def test_one_entry_is_merged_into_another_with_all_that_refers_to_it(tree: Tree) -> None:
    for name in ("Mining", "Mining", "Trade"):
        tree.api.made(industry=tree.id(name))
    mining = tree.id("Mining")
    asked = html.unescape(tree.browser.get(f"/industry/{mining}/merge").text)
    assert "2 records: Customers, field “Industry”" in asked
    assert "3 entries directly below it move along." in asked
    done = tree.browser.post(f"/industry/{mining}/merge", {"into": str(tree.id("Trade"))}, follow_redirects=True)
    assert "“Mining” was merged into “Trade”; 5 references changed." in html.unescape(done.text)
    assert customers_at(tree, "Trade") == 3
    assert set(MINING) <= set(tree.below("Trade"))
    assert "Mining" not in tree.below(None)
    batch = re.findall(r'name="batch" value="(\w+)"', done.text)[0]
    tree.browser.post("/undo", {"batch": batch})
    assert tree.id("Mining") == mining
    assert (customers_at(tree, "Mining"), customers_at(tree, "Trade")) == (2, 1)
    assert tree.below("Mining") == MINING


def test_a_merge_empties_what_a_card_then_hides_asks_before_and_is_undone_as_a_whole(tree: Tree, installed: Database) -> None:
    with changed(installed, "customer", county={"visible": {"industry": {"_under": tree.id("Mining")}}}):
        made = [tree.api.made(industry=tree.id(name), county="海淀")["id"] for name in ("Coal", "Coal")]

        def counties() -> list[str | None]:
            return [tree.api.get(f"/customer/{id}").json.get("county") for id in made]

        coal, trade = tree.id("Coal"), str(tree.id("Trade"))
        asked = tree.browser.post(f"/industry/{coal}/merge", {"into": trade})
        assert asked.status_code == 422
        assert "“County” (2)" in html.unescape(asked.text)
        assert counties() == ["海淀", "海淀"]
        done = tree.browser.post(f"/industry/{coal}/merge", {"into": trade, "agreed": trade}, follow_redirects=True)
        assert counties() == [None, None]
        undone = tree.browser.post("/undo", {"batch": re.findall(r'name="batch" value="(\w+)"', done.text)[0]}, follow_redirects=True)
        assert counties() == ["海淀", "海淀"]
        assert customers_at(tree, "Coal") == 2
        tree.browser.post("/undo", {"batch": re.findall(r'name="batch" value="(\w+)"', undone.text)[0]})  # and once more
        assert counties() == [None, None]
        assert customers_at(tree, "Trade") == 2


def test_a_merge_is_not_undone_once_somebody_went_on(tree: Tree) -> None:
    made = tree.api.made(industry=tree.id("Coal"))
    told = tree.do(f"/industry/{tree.id('Coal')}/merge", into=tree.id("Trade")).json
    tree.api.patch(f"/customer/{made['id']}", json={"industry": tree.id("Finance")})
    assert tree.do("/undo", batch=told["undo"]).status_code == 409
    assert customers_at(tree, "Finance") == 1


@pytest.mark.parametrize(
    ("into", "sentence"),
    [
        ({"into": "Mining"}, "Choose another one"),
        ({"into": "Coal"}, "cannot be the entry itself or one below it"),
        ({"into__text": "Nowhere"}, "nothing is called “Nowhere”"),
        ({}, "nothing is called"),
    ],
)
def test_merges_that_cannot_be(tree: Tree, into: dict[str, str], sentence: str) -> None:
    sent = {"into": str(tree.id(into["into"]))} if "into" in into else into
    answer = tree.browser.post(f"/industry/{tree.id('Mining')}/merge", sent)
    assert answer.status_code == 422
    assert sentence in html.unescape(answer.text)
    assert tree.below("Mining") == MINING
