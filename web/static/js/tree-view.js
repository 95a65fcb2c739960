// <tree-view>: nested lists of links become a tree with the keys of the ARIA practices. Walking, opening and what stands beside
// happen here; every change is a form that the server answers, after which the open part of the tree is drawn anew.
import { announce, composing, icon, make } from "./dom.js";
import { openAt, toast } from "./overlays.js";
import { dragging } from "./tree-drag.js";
import { aboveOf, idOf, isOpen, isParent, isSeen, lineOf, listOf, nameOf, setOpen } from "./tree-item.js";
import { asking } from "./tree-name.js";

const PAUSE = 120;
const FORGET = 700;
const MOST_OPEN = 300;

const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const nodesOf = (html) => new DOMParser().parseFromString(html, "text/html");

class TreeView extends HTMLElement {
  #current = null;
  #typed = "";
  #typedAt = 0;
  #undo = "";
  #busy = false;
  #waiting = 0;
  #reading = null;

  connectedCallback() {
    if (this.#current !== null) return;
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("click", (event) => this.#click(event));
    this.addEventListener("submit", (event) => this.#submit(event));
    this.addEventListener("focusin", (event) => { if (event.target.matches(".twig-line")) this.#choose(event.target.parentElement); });
    this.addEventListener("dragstart", (event) => event.preventDefault());
    if (this.hasAttribute("data-change")) dragging(this, (item, place) => this.#dropped(item, place));
    this.#begin();
  }

  get body() { return this.querySelector(".tree-body"); }
  get side() { return this.querySelector(".tree-side"); }
  get menu() { return this.querySelector(".tree-menu"); }
  get root() { return this.querySelector(".tree-root"); }

  /** A text of the page with its places filled. */
  say(key, values = {}) {
    return (this.getAttribute(`data-text-${key}`) ?? "").replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
  }

  /** The names from the top down to an item, or the words for the top. */
  pathOf(item) {
    const names = [];
    for (let step = item; step; step = aboveOf(step)) names.unshift(nameOf(step));
    return names.join(" › ") || this.say("top");
  }

  #begin() {
    const root = this.root;
    if (root === null) return;
    root.setAttribute("role", "tree");
    root.setAttribute("aria-label", this.dataset.label);
    this.#dress(root);
    this.#stand(root.querySelector("[data-at]") ?? root.querySelector(".twig"));
  }

  /** Give the items of a list what a tree's items have. */
  #dress(list) {
    for (const inner of list.querySelectorAll("ul")) inner.setAttribute("role", "group");
    for (const item of list.querySelectorAll(".twig")) {
      item.setAttribute("role", "none");
      const line = lineOf(item);
      const said = [...line.querySelectorAll(":scope > .twig-name, :scope > .badge, :scope > .twig-count")].map((part) => part.id);
      line.setAttribute("role", "treeitem");
      line.setAttribute("aria-labelledby", said.join(" "));
      line.setAttribute("aria-selected", "false");
      line.tabIndex = -1;
      setOpen(item, item.hasAttribute("data-parent") ? item.hasAttribute("data-open") : null);
      for (const link of line.querySelectorAll("a")) link.tabIndex = -1;
      line.querySelector(".twig-turn").setAttribute("aria-hidden", "true");
      if (this.menu.childElementCount === 0) continue;
      const more = make("button", { class: "twig-more", type: "button", tabindex: "-1", "aria-haspopup": "menu", "aria-label": this.say("more") }, icon("ellipsis-vertical"));
      line.append(more);
      if (this.hasAttribute("data-change")) line.prepend(make("span", { class: "twig-grip", "aria-hidden": "true", title: this.say("grip") }, icon("grip-vertical")));
    }
  }

  /** Make an item the one that Tab leads to. */
  #stand(item) {
    if (!item) return;
    const before = this.#current && lineOf(this.#current);
    before?.setAttribute("aria-selected", "false");
    if (before) before.tabIndex = -1;
    this.#current = item;
    lineOf(item).tabIndex = 0;
    lineOf(item).setAttribute("aria-selected", "true");
  }

  /** Stand on an item and read what is known of it. */
  #choose(item) {
    if (item === this.#current && idOf(item) === this.side.dataset.shown) return;
    this.#stand(item);
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.#read(item), PAUSE);
  }

  async #read(item) {
    clearTimeout(this.#waiting);
    this.#reading?.abort();
    const reading = (this.#reading = new AbortController());
    const id = idOf(item);
    try {
      const answer = await fetch(`${this.dataset.url}${id}/node`, { signal: reading.signal });
      if (!answer.ok) return;
      this.#showBeside(nodesOf(await answer.text()).body.childNodes, id);
      history.replaceState(null, "", `${this.dataset.url}?at=${id}`);
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  }

  #showBeside(nodes, id) {
    this.side.replaceChildren(...nodes);
    this.side.dataset.shown = id;
    for (const token of this.side.querySelectorAll("input[name=csrf_token]")) token.value = this.#token;
  }

  get #token() { return this.querySelector(":scope > input[name=csrf_token]").value; }

  // -- walking ---------------------------------------------------------------------------------------------

  #go(item) {
    if (!item) return;
    lineOf(item).focus({ preventScroll: true });
    lineOf(item).scrollIntoView({ block: "nearest" });
  }

  #next(item) {
    if (isOpen(item)) return listOf(item).firstElementChild;
    for (let step = item; step; step = aboveOf(step)) if (step.nextElementSibling) return step.nextElementSibling;
    return null;
  }

  #last(item) {
    let step = item;
    while (step && isOpen(step)) step = listOf(step).lastElementChild;
    return step;
  }

  #previous(item) {
    return item.previousElementSibling ? this.#last(item.previousElementSibling) : aboveOf(item);
  }

  async open(item) {
    if (!isParent(item) || isOpen(item)) return;
    if (listOf(item) === null) {
      const answer = await fetch(`${this.dataset.url}${idOf(item)}/branch`);
      if (!answer.ok || listOf(item) !== null) return;
      const list = make("ul", { role: "group" }, ...nodesOf(await answer.text()).body.children);
      this.#dress(list);
      item.append(list);
    }
    const line = this.#current && document.activeElement === lineOf(this.#current) ? document.activeElement : null;
    const seen = line !== null && isSeen(line);
    setOpen(item, true);
    if (seen) line.scrollIntoView({ block: "nearest" }); // a branch that comes late pushes nobody out of sight
  }

  #close(item) {
    setOpen(item, false);
    if (listOf(item)?.contains(this.#current)) this.#go(item);
  }

  #toggle(item) {
    return isOpen(item) ? this.#close(item) : this.open(item);
  }

  #jump(letter) {
    const now = Date.now();
    this.#typed = now - this.#typedAt > FORGET ? folded(letter) : this.#typed + folded(letter);
    this.#typedAt = now;
    const same = [...this.#typed].every((one) => one === this.#typed[0]);
    const wanted = same ? this.#typed[0] : this.#typed;
    let step = same ? this.#next(this.#current) ?? this.root.firstElementChild : this.#current;
    for (let first = null; step && step !== first; step = this.#next(step) ?? this.root.firstElementChild) {
      if (folded(nameOf(step)).startsWith(wanted)) return this.#go(step);
      first ??= step;
    }
  }

  // -- keys and presses ------------------------------------------------------------------------------------

  #key(event) {
    if (composing(event) || this.#current === null || event.target !== lineOf(this.#current)) return this.#undoKey(event);
    const item = this.#current;
    const rtl = getComputedStyle(this).direction === "rtl";
    const mirrored = { ArrowLeft: "ArrowRight", ArrowRight: "ArrowLeft" };
    const key = rtl ? mirrored[event.key] ?? event.key : event.key;
    const done = this.#change(event, item, key) || (!event.ctrlKey && !event.metaKey && !event.altKey && this.#walk(event, item, key));
    if (done) event.preventDefault();
  }

  #undoKey(event) {
    if (composing(event) || event.target.matches("input, textarea, select")) return;
    if (event.ctrlKey && event.key.toLowerCase() === "z" && this.#undo) {
      event.preventDefault();
      this.#send("/undo", { batch: this.#undo });
    }
  }

  /** Keys that change the tree. Gives whether this was one. */
  #change(event, item, key) {
    if (event.ctrlKey && !event.altKey && key.toLowerCase() === "z") return this.#undoKey(event), true;
    const name =
      event.ctrlKey && !event.altKey ? { "]": "in", "[": "out" }[key]
      : event.altKey && !event.ctrlKey ? { ArrowUp: "up", ArrowDown: "down", Insert: "child" }[key]
      : { F2: "rename", Insert: "sibling", Delete: "delete", ContextMenu: "menu", F10: event.shiftKey ? "menu" : undefined }[key];
    if (name === undefined) return false;
    this.do(name, item);
    return true;
  }

  #walk(event, item, key) {
    switch (key) {
      case "ArrowDown": this.#go(this.#next(item)); return true;
      case "ArrowUp": this.#go(this.#previous(item)); return true;
      case "Home": this.#go(this.root.firstElementChild); return true;
      case "End": this.#go(this.#last(this.root.lastElementChild)); return true;
      case "ArrowRight":
        if (isOpen(item)) this.#go(listOf(item).firstElementChild);
        else this.open(item);
        return true;
      case "ArrowLeft":
        if (isOpen(item)) this.#close(item);
        else this.#go(aboveOf(item));
        return true;
      case "*": for (const one of item.parentElement.children) this.open(one); return true;
      case " ": this.#toggle(item); return true;
      case "Enter": this.#beside(item); return true;
    }
    if ([...key].length !== 1) return false;
    this.#jump(key);
    return true;
  }

  async #beside(item, selector = "a, button, input:not([type=hidden])") {
    if (this.side.dataset.shown !== idOf(item)) await this.#read(item);
    this.side.querySelector(selector)?.focus();
  }

  #click(event) {
    const act = event.target.closest("[data-do]");
    if (act) {
      this.menu.hidePopover();
      return this.do(act.dataset.do, this.#current);
    }
    const item = event.target.closest(".twig");
    if (!item || event.target.closest("input, .twig-count") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#go(item);
    if (event.target.closest(".twig-turn") && isParent(item)) this.#toggle(item);
    const more = event.target.closest(".twig-more");
    if (more) openAt(this.menu, more);
  }

  #submit(event) {
    const form = event.target;
    if (!form.matches("[data-act]")) return;
    event.preventDefault();
    this.#send(form.getAttribute("action"), Object.fromEntries(new FormData(form, event.submitter)));
  }

  // -- changes ---------------------------------------------------------------------------------------------

  /** One of the acts of the menu, if the reader may do it. */
  do(name, item) {
    const home = `${this.dataset.url}${idOf(item)}`;
    const may = (right) => this.hasAttribute(`data-${right}`);
    if (["up", "down", "in", "out"].includes(name) && may("change")) return this.#send(`${home}/step`, { to: name });
    if (name === "rename" && may("change")) return this.#rename(item);
    if (name === "moveto" && may("change")) return this.#beside(item, "#twig-under");
    if (name === "child" && may("add")) return this.#addBelow(item);
    if (name === "sibling" && may("add")) return this.#add(item.parentElement, item, { after: idOf(item) });
    if (name === "paste" && may("add")) return location.assign(`${this.dataset.url}paste?under=${idOf(item)}`);
    if (["merge", "delete"].includes(name) && may("delete")) return location.assign(`${home}/${name}`);
    if (name === "menu" && this.menu.childElementCount > 0) openAt(this.menu, lineOf(item).querySelector(".twig-more"));
  }

  async #rename(item) {
    const name = await asking(lineOf(item), this.say("rename"), nameOf(item));
    if (name === null) return this.#go(item);
    if (!(await this.#send(`${this.dataset.url}${idOf(item)}/rename`, { name }))) this.#go(item);
  }

  async #addBelow(item) {
    await this.open(item);
    let list = listOf(item);
    if (list === null) item.append(list = make("ul", { role: "group" }));
    setOpen(item, true);
    await this.#add(list, list.lastElementChild, { under: idOf(item) });
    if (list.childElementCount === 0) {
      list.remove();
      setOpen(item, null);
    }
  }

  async #add(list, after, place) {
    const line = make("div", { class: "twig-line" });
    const blank = make("li", { class: "twig-blank", role: "none" }, line);
    if (after) after.after(blank);
    else list.append(blank);
    const back = this.#current;
    const name = await asking(line, this.say("new"), "");
    blank.remove();
    if (name === null || !(await this.#send(`${this.dataset.url}add`, { name, ...place }))) this.#go(back);
  }

  #dropped(item, { under, before }) {
    return this.#send(`${this.dataset.url}${idOf(item)}/place`, { under, before });
  }

  /** Ask the server for a change, tell what it answered, and draw the tree anew. Gives whether it was done. */
  async #send(url, fields) {
    if (this.#busy) return false;
    this.#busy = true;
    this.body.setAttribute("aria-busy", "true");
    try {
      const body = new URLSearchParams({ csrf_token: this.#token, ...fields });
      const answer = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } });
      const told = await answer.json();
      if (!answer.ok) return this.#refused(told.errors?.[0]?.detail ?? told.detail);
      const target = new URL(told.url, location.href);
      if (target.pathname !== this.dataset.url) return location.assign(told.url), true;
      if (told.undo) this.#undo = told.undo;
      const undo = told.undo;
      if (told.message) toast(told.message, undo ? { label: this.say("undo"), act: () => this.#send("/undo", { batch: undo }) } : {});
      if (told.message) announce(told.message);
      await this.#draw(target.searchParams.get("at") ?? idOf(this.#current));
      return true;
    } catch {
      return this.#refused(this.say("failed"));
    } finally {
      this.#busy = false;
      this.body.removeAttribute("aria-busy");
    }
  }

  #refused(sentence) {
    toast(sentence, { error: true });
    announce(sentence);
    return false;
  }

  async #draw(at) {
    const open = [...this.root?.querySelectorAll("[aria-expanded=true]") ?? []].map((line) => idOf(line.parentElement));
    const query = new URLSearchParams({ at, open: open.length > MOST_OPEN ? "all" : open.join(",") });
    const answer = await fetch(`${this.dataset.url}?${query}`);
    const page = nodesOf(await answer.text());
    this.body.replaceChildren(...page.querySelector(".tree-body").childNodes);
    this.#showBeside(page.querySelector(".tree-side").childNodes, at);
    const total = document.querySelector(".tree-page .total");
    if (total !== null) total.textContent = page.querySelector(".tree-page .total").textContent;
    this.#current = null;
    this.#begin();
    history.replaceState(null, "", `${this.dataset.url}?at=${at}`);
    this.#go(this.#current);
  }
}

customElements.define("tree-view", TreeView);
