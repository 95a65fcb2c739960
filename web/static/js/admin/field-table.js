// <field-table>: the table of fields. Dragging, keys, menus and check boxes all send the same form as the buttons do without
// a script; the server answers what changed, and that is put in place.
import { announce } from "../dom.js";
import { openAt, toast } from "../overlays.js";
import { replaceBar, say } from "./bar.js";
import { Dragging } from "./dragging.js";
import { matches, wanted } from "./finding.js";
import { Lifting } from "./lifting.js";
import { Preview } from "./preview.js";

class FieldTable extends HTMLElement {
  #form; #table; #find; #menu; #dragging; #queue = Promise.resolve(); #query = "";

  connectedCallback() {
    this.#form = this.querySelector("#ops");
    this.#table = this.querySelector(".fields-table");
    this.#find = this.querySelector("input[name=q]");
    this.#menu = document.getElementById("row-menu");
    this.classList.add("field-table-ready");
    this.#table.classList.add("is-movable");
    this.#form.addEventListener("submit", (event) => this.#submit(event));
    this.#form.addEventListener("change", (event) => { if (event.target.name === "chosen") this.#choose(event); });
    this.addEventListener("click", (event) => this.#click(event));
    this.#menu.addEventListener("click", (event) => this.#menuPressed(event));
    document.addEventListener("submit", this.#barSubmit);
    document.addEventListener("keydown", this.#slash);
    this.#find.addEventListener("input", () => this.#filter());
    this.#find.form.addEventListener("submit", (event) => event.preventDefault());
    document.getElementById("find-menu").addEventListener("click", (event) => this.#addFilter(event));
    document.getElementById("place-dialog").addEventListener("close", (event) => this.#placed(event.target));
    document.getElementById("place-group").addEventListener("change", () => this.#listPlaces());
    this.#dragging = new Dragging(this, this.#table);
    new Lifting(this, this.#table);
    this.preview = new Preview(this);
    this.#filter();
    this.#count();
    this.#arrive();
  }

  /** Come back to the row that was added or changed in the drawer. */
  #arrive() {
    const row = location.hash.startsWith("#row-") ? this.row(decodeURIComponent(location.hash.slice(5))) : null;
    if (row === null) return;
    row.querySelector(".grip").focus({ preventScroll: true });
    const scroll = () => {
      row.scrollIntoView({ block: "center" });
      flash(row);
    };
    addEventListener("pagehide", () => { history.scrollRestoration = "auto"; }, { once: true });
    if (document.readyState === "complete") scroll();
    else addEventListener("load", scroll, { once: true }); // not before: the browser would go back to where it was
  }

  disconnectedCallback() {
    document.removeEventListener("submit", this.#barSubmit);
    document.removeEventListener("keydown", this.#slash);
  }

  get filtered() {
    return this.#query !== "";
  }

  row(name) {
    return document.getElementById(`row-${name}`);
  }

  rows() {
    return [...this.#table.querySelectorAll(".field-row")];
  }

  /** The names of the fields in each group, as they stand on the page. */
  order() {
    return [...this.#table.tBodies].map((body) => [body.dataset.group, [...body.querySelectorAll(".field-row")].map((row) => row.dataset.name)]);
  }

  /** Where a field stands, as people say it. */
  place(name) {
    const row = this.row(name);
    const inside = [...row.parentElement.querySelectorAll(".field-row")];
    return say("moved", { name: row.dataset.label, n: inside.indexOf(row) + 1, total: inside.length, group: row.parentElement.dataset.label });
  }

  #submit(event) {
    event.preventDefault();
    const button = event.submitter;
    if (!button?.value) return;
    const data = new FormData(this.#form, button);
    if (!button.value.startsWith("bulk:")) data.delete("chosen");
    this.send(data, { focus: button });
  }

  #barSubmit = (event) => {
    const form = event.target;
    const what = event.submitter?.value;
    if (!form.matches?.(".draft-form") || !["undo", "redo", "discard"].includes(what)) return;
    event.preventDefault();
    const data = new FormData(this.#form);
    data.delete("chosen");
    data.set("do", what);
    this.send(data, { bar: what });
  };

  /** Move fields: before another one, or to the end of a group. */
  move(names, group, before = "") {
    const data = new FormData(this.#form);
    data.delete("chosen");
    for (const name of names) data.append("chosen", name);
    data.set("group", group);
    data.set("before", before ?? "");
    data.set("do", "move");
    return this.send(data, { moved: names[0] });
  }

  /** One place on, or to another end: see acts.STEPS. */
  step(name, how) {
    const data = new FormData(this.#form);
    data.delete("chosen");
    data.set("do", `step:${how}:${name}`);
    return this.send(data, { moved: name });
  }

  act(what, after = {}) {
    const data = new FormData(this.#form);
    data.delete("chosen");
    data.set("do", what);
    return this.send(data, after);
  }

  /** Send one after the other, so that a quick hand's presses keep their order. */
  send(data, after) {
    this.#queue = this.#queue.then(() => this.#send(data, after));
    return this.#queue;
  }

  async #send(data, after) {
    try {
      const answer = await fetch(this.#form.action, { method: "POST", body: data, headers: { Accept: "application/json" } });
      const told = await answer.json();
      if (!answer.ok) throw new Error(told.detail ?? "");
      this.#show(told, after);
    } catch (error) {
      this.#restore();
      const sentence = error.name === "Error" && error.message ? error.message : say("failed");
      announce(sentence);
      toast(sentence, { error: true });
    }
  }

  #known = null;

  /** Put the rows back where the server last said they stand. */
  #restore() {
    if (this.#known !== null) this.#arrange(this.#known);
  }

  remember() {
    this.#known ??= this.order();
  }

  #show(told, { focus = null, moved = "", bar = "" }) {
    if (told.reload) {
      location.reload();
      return;
    }
    const active = document.activeElement?.closest?.(".field-row") ? { row: document.activeElement.closest(".field-row").dataset.name, at: focusKey(document.activeElement) } : null;
    for (const reason of told.reasons) this.#explain(reason);
    this.#arrange(told.order, told.rows);
    replaceBar(told.bar, this.#form.elements.csrf_token.value);
    this.#filter({ quiet: true });
    this.#choose();
    if (active !== null) this.row(active.row)?.querySelector(active.at)?.focus();
    else if (bar) document.querySelector(`#draft-bar button[value=${bar}]:not(:disabled)`)?.focus();
    for (const name of Object.keys(told.rows)) flash(this.row(name));
    if (moved && this.row(moved)) {
      if (!active) this.row(moved).querySelector(".grip")?.focus({ preventScroll: true });
      this.row(moved).scrollIntoView({ block: "nearest" });
      flash(this.row(moved));
      announce(this.place(moved));
    } else {
      announce(told.said);
    }
    if (focus?.isConnected) focus.focus();
    this.dispatchEvent(new CustomEvent("draft-changed", { detail: moved || Object.keys(told.rows)[0] || "" }));
  }

  #explain(reason) {
    if (document.getElementById(reason.id)) return;
    const pop = document.createElement("div");
    pop.className = "pop pop-why";
    pop.id = reason.id;
    pop.popover = "auto";
    pop.append(reason.text);
    if (reason.lines.length > 0) {
      const list = document.createElement("ul");
      list.append(...reason.lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
      pop.append(list);
    }
    this.after(pop);
  }

  /** Bring the rows into this order, and put new ones in place of the old. Rows that stand right are not touched. */
  #arrange(order, changed = {}) {
    this.#known = order;
    const kept = new Set(order.flatMap(([, names]) => names));
    for (const row of this.rows()) if (!kept.has(row.dataset.name)) row.remove();
    for (const [name, html] of Object.entries(changed)) this.#redraw(name, html);
    for (const [group, names] of order) {
      const body = [...this.#table.tBodies].find((one) => one.dataset.group === group);
      if (!body) continue;
      let at = body.querySelector(".group-row");
      for (const name of names) {
        const row = this.row(name);
        if (row === null) continue;
        if (at.nextElementSibling !== row) at.after(row);
        row.dataset.group = group;
        at = row;
      }
      body.querySelector("[data-count]").textContent = names.length;
      body.toggleAttribute("data-empty", names.length === 0);
    }
  }

  #redraw(name, html) {
    const holder = document.createElement("template");
    holder.innerHTML = html.trim();
    const coming = holder.content.querySelector("tr");
    const held = this.row(name);
    if (held === null) {
      const body = [...this.#table.tBodies].find((one) => one.dataset.group === coming.dataset.group);
      body?.append(coming);
      return;
    }
    coming.querySelector("[name=chosen]").checked = held.querySelector("[name=chosen]").checked;
    if (held.dataset.is.split(" ").includes("unused")) coming.dataset.is += " unused"; // as it was counted
    coming.querySelector(".c-filled").replaceChildren(...held.querySelector(".c-filled").childNodes);
    held.replaceWith(coming);
  }

  // -- choosing several -------------------------------------------------------------------------------

  #last = null;

  #choose(event) {
    const boxes = [...this.#form.querySelectorAll("[name=chosen]")];
    const box = event?.target;
    if (box && this.#shift && this.#last?.isConnected) {
      const [from, to] = [boxes.indexOf(this.#last), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const one of boxes.slice(from, to + 1)) if (one.closest("tr").checkVisibility()) one.checked = box.checked;
    }
    if (box) this.#last = box;
    for (const one of boxes) one.closest("tr").classList.toggle("row-chosen", one.checked);
    const count = boxes.filter((one) => one.checked).length;
    const bulk = this.querySelector("[data-bulk]");
    bulk.classList.toggle("bulk-on", count > 0);
    bulk.querySelector("[data-bulk-count]").textContent = say("chosen", { n: count });
    if (event) announce(say("chosen", { n: count }));
  }

  #shift = false;

  chosenWith(name) {
    const chosen = [...this.#form.querySelectorAll("[name=chosen]:checked")].map((box) => box.value);
    return chosen.includes(name) ? chosen : [name];
  }

  // -- the menu of a row ------------------------------------------------------------------------------

  #click(event) {
    if (event.target.name === "chosen") this.#shift = event.shiftKey;
    const fold = event.target.closest(".group-fold");
    if (fold) return this.fold(fold.closest("tbody"), fold.getAttribute("aria-expanded") === "true");
    if (event.target.closest("[data-clear-filter]")) {
      this.#find.value = "";
      this.#filter();
      return this.#find.focus();
    }
    const button = event.target.closest("[data-menu]");
    if (!button || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const row = button.closest("tr");
    this.#menu.dataset.name = row.dataset.name;
    this.#menu.querySelector("[data-title]").textContent = row.dataset.label;
    this.#menu.querySelector("[data-edit]").href = row.querySelector(".field-link").href;
    this.#menu.querySelector("[data-edit]").dataset.drawer = "";
    this.#menu.querySelector("[data-retire]").hidden = row.dataset.is.split(" ").includes("system");
    openAt(this.#menu, button);
  }

  fold(body, folded) {
    body.toggleAttribute("data-folded", folded);
    body.querySelector(".group-fold").setAttribute("aria-expanded", String(!folded));
  }

  #menuPressed(event) {
    const item = event.target.closest("[role=menuitem]");
    if (!item) return;
    const name = this.#menu.dataset.name;
    if (item.matches("[data-edit]")) return this.#menu.hidePopover();
    this.#menu.hidePopover();
    this.row(name).querySelector("[data-menu]").focus();
    if (item.dataset.move) this.step(name, item.dataset.move);
    else if (item.matches("[data-retire]")) this.act(`retire:${name}`);
    else if (item.matches("[data-place]")) this.#askPlace(name);
  }

  #askPlace(name) {
    const dialog = document.getElementById("place-dialog");
    const row = this.row(name);
    dialog.dataset.name = name;
    dialog.returnValue = "";
    dialog.querySelector("[data-title]").textContent = row.dataset.label;
    const groups = document.getElementById("place-group");
    groups.value = row.parentElement.dataset.group;
    this.#listPlaces();
    dialog.showModal();
  }

  #listPlaces() {
    const after = document.getElementById("place-after");
    const name = document.getElementById("place-dialog").dataset.name;
    const body = [...this.#table.tBodies].find((one) => one.dataset.group === document.getElementById("place-group").value);
    const others = [...body.querySelectorAll(".field-row")].filter((row) => row.dataset.name !== name);
    after.replaceChildren(new Option(after.dataset.first, ""), ...others.map((row) => new Option(row.dataset.label, row.dataset.name)));
    after.value = others.at(-1)?.dataset.name ?? "";
  }

  #placed(dialog) {
    if (dialog.returnValue !== "move") return;
    const group = document.getElementById("place-group").value;
    const after = document.getElementById("place-after").value;
    const names = this.order().find(([one]) => one === group)[1].filter((one) => one !== dialog.dataset.name);
    this.move([dialog.dataset.name], group, names[after === "" ? 0 : names.indexOf(after) + 1]);
  }

  // -- finding ----------------------------------------------------------------------------------------

  #slash = (event) => {
    if (event.key !== "/" || event.isComposing || event.ctrlKey || event.metaKey || event.target.closest?.("input, textarea, select, dialog")) return;
    event.preventDefault();
    this.#find.focus();
    this.#find.select();
  };

  #addFilter(event) {
    const term = event.target.closest("[data-filter]")?.dataset.filter;
    if (!term) return;
    document.getElementById("find-menu").hidePopover();
    const parts = this.#find.value.split(/\s+/).filter(Boolean);
    this.#find.value = (parts.includes(term) ? parts.filter((one) => one !== term) : [...parts, term]).join(" ");
    this.#filter();
    this.#find.focus();
  }

  #filter({ quiet = false } = {}) {
    const query = this.#find.value.trim();
    if (query === "" && this.#query === "" && quiet) return;
    this.#query = query;
    const asked = wanted(query);
    const rows = this.rows();
    let shown = 0;
    for (const row of rows) {
      row.hidden = query !== "" && !matches(asked, row.dataset);
      shown += row.hidden ? 0 : 1;
    }
    for (const body of this.#table.tBodies) body.hidden = query !== "" && !body.querySelector(".field-row:not([hidden])");
    this.#table.classList.toggle("is-filtered", query !== "");
    this.#dragging?.allow(query === "");
    this.querySelector("[data-none]").hidden = shown > 0 || rows.length === 0;
    this.querySelector("[data-shown]").textContent = query === "" ? "" : say("shown", { n: shown, total: rows.length });
    const url = new URL(location.href);
    if (query === "") url.searchParams.delete("q");
    else url.searchParams.set("q", query);
    history.replaceState(history.state, "", url);
  }

  // -- how full ---------------------------------------------------------------------------------------

  async #count() {
    if (this.#table.querySelector(".meter-line")) return;
    const answer = await fetch(this.dataset.usage, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return;
    const { fields } = await answer.json();
    for (const row of this.rows()) {
      const found = fields[row.dataset.name];
      if (!found || found[1] === null) continue;
      if (found[0] === 0) row.dataset.is += " unused";
      const line = Object.assign(document.createElement("span"), { className: "meter-line" });
      const meter = Object.assign(document.createElement("meter"), { className: "meter", min: 0, max: 100, value: found[1] });
      meter.setAttribute("aria-label", row.querySelector(".c-filled").dataset.label);
      line.append(meter, `${found[1]} %`);
      line.title = String(found[0]);
      row.querySelector(".c-filled").replaceChildren(line);
    }
    if (this.#query.includes("unused")) this.#filter();
  }
}

function focusKey(element) {
  if (element.matches(".grip")) return ".grip";
  if (element.matches(".switch")) return `.switch[value^="${element.value.split(":").slice(0, 2).join(":")}:"]`;
  if (element.matches("[name=chosen]")) return "[name=chosen]";
  return element.matches("[data-menu]") ? "[data-menu]" : ".field-link";
}

function flash(row) {
  if (!row) return;
  row.classList.remove("row-flash");
  requestAnimationFrame(() => row.classList.add("row-flash"));
}

customElements.define("field-table", FieldTable);
