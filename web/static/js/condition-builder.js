// <condition-builder> in something with data-fields="…": each row's operators and value follow its field; rows and groups are added
// and taken away. <choice-offers>: several of them, each beside the options that it offers.
// Without scripts every row offers all operators and a text, and empty rows and a group are there; the server reads both alike.
import { icon, make } from "./dom.js";

const DEEPEST = 3; // groups in groups in groups; what is deeper is shown, but not begun here

function renamed(root, from, to) {
  const other = (name) => (name === from || name.startsWith(`${from}.`) ? to + name.slice(from.length) : name);
  for (const part of [root, ...root.querySelectorAll("*")]) {
    if (part.hasAttribute("name")) part.setAttribute("name", other(part.getAttribute("name")));
    for (const key of ["stem", "name"]) if (part.dataset[key] !== undefined) part.dataset[key] = other(part.dataset[key]);
    if (part.id.startsWith("n-")) part.id = `n-${other(part.id.slice(2))}`;
  }
  return root;
}

/** A fresh copy of what the server drew empty. */
function copied(source, from, to) {
  const found = renamed(source.cloneNode(true), from, to);
  for (const one of found.querySelectorAll(".field-error, .condition-words")) one.remove();
  return found;
}

class ChoiceOffers extends HTMLElement {
  #blank; #list; #add;

  connectedCallback() {
    if (this.#list !== undefined) return;
    const blank = this.querySelector(".offer-blank");
    if (blank === null) return; // a copy of one, being dragged
    this.#list = this.querySelector(".offer-list");
    this.#blank = blank.querySelector(".offer").cloneNode(true);
    this.#add = make("button", { class: "button button-small", type: "button" }, icon("plus"), make("span", {}, this.dataset.add));
    this.#add.addEventListener("click", () => this.#more());
    for (const offer of this.#list.children) this.#enhance(offer);
    blank.replaceWith(this.#add);
  }

  #enhance(offer) {
    const drop = make("button", { class: "button button-plain button-icon button-small offer-drop", type: "button", "aria-label": this.dataset.drop }, icon("x"));
    drop.addEventListener("click", () => this.#drop(offer));
    offer.prepend(drop);
  }

  #more() {
    const offer = copied(this.#blank, this.#blank.dataset.stem, `choices.${this.#list.children.length}`);
    this.#list.append(offer);
    this.#enhance(offer);
    offer.querySelector(".offer-values input, .offer-values textarea")?.focus();
  }

  /** It stays, emptied, for the server to pass over: the places of the others are theirs. */
  #drop(offer) {
    for (const box of offer.querySelectorAll(".offer-values input")) box.checked = false;
    for (const names of offer.querySelectorAll("textarea")) names.value = "";
    offer.querySelector("condition-builder").clear();
    offer.hidden = true;
    this.#add.focus();
  }
}

class ConditionBuilder extends HTMLElement {
  #fields; #blank;

  connectedCallback() {
    if (this.#fields !== undefined) return;
    const blank = this.querySelector(".condition-blank");
    if (blank === null) return; // a copy of one, being dragged
    this.#fields = JSON.parse(this.closest("[data-fields]").dataset.fields);
    this.#blank = blank.querySelector(".condition-group");
    blank.remove();
    for (const level of this.#levels()) this.#open(level);
    this.addEventListener("change", (event) => this.#changed(event.target));
    this.#tidy();
  }

  /** Nothing stands in it any more, nor is anything kept that rows cannot show. */
  clear() {
    for (const row of this.querySelectorAll(".condition-row")) this.#empty(row);
    for (const kept of this.querySelectorAll("[name$='.kept']")) kept.remove();
    this.#tidy();
  }

  #levels() {
    return this.querySelectorAll(".condition-level");
  }

  #rows(level) {
    return [...level.querySelector(":scope > .condition-rows").children];
  }

  #groups(level) {
    return [...level.querySelector(":scope > .condition-groups").children];
  }

  #part(row, name) {
    return row.querySelector(`[name$=".${name}"]`);
  }

  /** A level of rows, made live. */
  #open(level) {
    const depth = level.dataset.stem.split(".").filter((part) => /^g\d+$/.test(part)).length;
    const bar = make("p", { class: "condition-bar" }, this.#button("data-add", "plus", () => this.#moreRows(level)));
    if (depth < DEEPEST) bar.append(this.#button("data-add-group", "list-tree", () => this.#moreGroups(level)));
    level.append(bar);
    if (depth > 0) {
      const label = { class: "button button-plain button-icon button-small condition-drop", type: "button", "aria-label": this.dataset.dropGroup };
      const drop = make("button", label, icon("x"));
      drop.addEventListener("click", () => this.#dropGroup(level.closest(".condition-group")));
      level.prepend(drop);
    }
    for (const row of this.#rows(level)) this.#enhance(row);
  }

  #button(what, picture, act) {
    const found = make("button", { class: "button button-plain button-small", type: "button" }, icon(picture), make("span", {}, this.getAttribute(what)));
    found.addEventListener("click", act);
    return found;
  }

  #enhance(row) {
    const drop = make("button", { class: "button button-plain button-icon button-small", type: "button", "aria-label": this.dataset.drop }, icon("x"));
    drop.addEventListener("click", () => this.#drop(row));
    row.append(drop);
    this.#follow(row);
  }

  #changed(control) {
    const row = control.closest(".condition-row");
    if (row === null) return;
    if (control.name.endsWith(".field")) {
      row.querySelector(".condition-value").replaceChildren();
      this.#part(row, "second").value = "";
    }
    if (!control.name.endsWith(".value") && !control.name.endsWith(".second")) this.#follow(row);
    this.#tidy();
  }

  /** The operators that the field offers, and a control for its values. */
  #follow(row) {
    const field = this.#fields[this.#part(row, "field").value];
    const operator = this.#part(row, "operator");
    operator.hidden = field === undefined;
    if (field !== undefined) {
      const kept = operator.value;
      operator.replaceChildren(...field.operators.map(([value, label]) => make("option", { value }, label)));
      if (field.operators.some(([value]) => value === kept)) operator.value = kept;
    }
    const arity = field?.operators.find(([value]) => value === operator.value)?.[2] ?? 0;
    this.#values(row, field, operator.value, arity);
    const second = this.#part(row, "second");
    second.hidden = second.disabled = arity !== 2;
    if (field?.widget === "date" || field?.widget === "time") second.type = field.widget;
  }

  #values(row, field, operator, arity) {
    const place = row.querySelector(".condition-value");
    const held = this.#held(place);
    const choices = operator === "_relative" ? field.spans : field?.choices ?? [];
    const told = { class: "input", name: place.dataset.name, "aria-label": this.dataset.value };
    place.hidden = arity === 0;
    if (arity === 0) place.replaceChildren();
    else if (choices.length === 0) place.replaceChildren(this.#text(told, field, arity, place));
    else if (arity === "many") place.replaceChildren(this.#checks(told, choices, held));
    else place.replaceChildren(this.#select(told, choices, held));
  }

  #held(place) {
    const texts = [...place.querySelectorAll("input, select")].filter((one) => one.type !== "checkbox" || one.checked).map((one) => one.value);
    return texts.flatMap((text) => text.split(/[;；؛]/.test(text) ? /\s*[;；؛]\s*/ : /\s*[,，、،]\s*/)).filter(Boolean);
  }

  /** A text stays as it was typed: a comma in it is its own. */
  #text(told, field, arity, place) {
    const typed = place.querySelector("input:not([type=checkbox])")?.value ?? this.#held(place).join(", ");
    const picked = ["date", "time"].includes(field.widget) && arity !== "many" && !typed.startsWith("$");
    return make("input", { ...told, type: picked ? field.widget : "text", value: typed, dir: "auto", autocomplete: "off" });
  }

  /** A value that is no choice any more stays to be seen. */
  #known(choices, held) {
    return [...choices, ...held.filter((one) => !choices.some(([value]) => value === one)).map((one) => [one, one])];
  }

  #select(told, choices, held) {
    const offered = this.#known(choices, held.slice(0, 1)).map(([value, label]) => make("option", { value }, label));
    const found = make("select", told, make("option", { value: "" }, "—"), ...offered);
    found.value = held[0] ?? "";
    return found;
  }

  #checks({ name, "aria-label": label }, choices, held) {
    const boxes = this.#known(choices, held).map(([value, text]) => {
      const box = make("input", { type: "checkbox", name, value });
      box.checked = held.includes(value);
      return make("label", { class: "check" }, box, make("span", {}, text));
    });
    return make("span", { class: "condition-choices", role: "group", "aria-label": label }, ...boxes);
  }

  #moreRows(level) {
    const rows = this.#rows(level);
    const { stem } = level.dataset;
    const row = renamed(rows.at(-1).cloneNode(true), `${stem}.${rows.length - 1}`, `${stem}.${rows.length}`);
    row.querySelector(":scope > button").remove();
    for (const control of row.querySelectorAll("[name]")) control.value = "";
    row.querySelector(".condition-value").replaceChildren();
    rows.at(-1).after(row);
    row.hidden = false;
    this.#enhance(row);
    this.#tidy(row);
    this.#part(row, "field").focus();
  }

  #moreGroups(level) {
    const groups = level.querySelector(":scope > .condition-groups");
    const [from] = [this.#blank.querySelector(".condition-level").dataset.stem];
    const group = copied(this.#blank, from, `${level.dataset.stem}.g${groups.children.length}`);
    groups.append(group);
    const inner = group.querySelector(".condition-level");
    const joiner = (one) => one.querySelector(":scope > .condition-joiner select");
    joiner(inner).value = joiner(level).value === "_or" ? "_and" : "_or";
    this.#open(inner);
    const [first] = this.#rows(inner);
    this.#tidy(first);
    this.#part(first, "field").focus();
  }

  #empty(row) {
    this.#part(row, "field").value = "";
    this.#follow(row);
  }

  /** An empty row stays for the server to pass over; what stood in it is gone. */
  #drop(row) {
    const level = row.closest(".condition-level");
    this.#empty(row);
    row.hidden = this.#rows(level).filter((one) => !one.hidden).length > 1;
    this.#tidy();
    level.querySelector(":scope > .condition-bar button").focus();
  }

  /** An empty group stays for the server to pass over, too. */
  #dropGroup(group) {
    for (const row of group.querySelectorAll(".condition-row")) this.#empty(row);
    group.hidden = true;
    this.#tidy();
    group.parentElement.closest(".condition-level").querySelector(":scope > .condition-bar button:last-child").focus();
  }

  /** Empty rows beside anything else are out of the way; how members are joined matters from the second on. */
  #tidy(kept = null) {
    for (const level of this.#levels()) {
      const rows = this.#rows(level);
      const filled = rows.filter((row) => this.#part(row, "field").value !== "");
      const groups = this.#groups(level).filter((group) => !group.hidden);
      const others = filled.length + groups.length;
      for (const row of rows) {
        if (filled.includes(row) || row === kept || row.contains(document.activeElement)) continue;
        row.hidden = others > 0 || row !== rows[0];
      }
      level.querySelector(":scope > .condition-joiner").hidden = others < 2;
    }
  }
}

customElements.define("choice-offers", ChoiceOffers);
customElements.define("condition-builder", ConditionBuilder);
