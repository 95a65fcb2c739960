// <condition-builder data-fields="…">: each row's operators and value follow its field, rows are added and taken away.
// Without it every row offers all operators and a text; the server reads both alike.
import { icon, make } from "./dom.js";

class ConditionBuilder extends HTMLElement {
  #fields; #rows; #add;

  connectedCallback() {
    if (this.#rows !== undefined) return;
    this.#fields = JSON.parse(this.dataset.fields);
    this.#rows = this.querySelector(".condition-rows");
    this.#add = make("button", { class: "button button-plain button-small", type: "button" }, icon("plus"), make("span", {}, this.dataset.add));
    this.#add.addEventListener("click", () => this.#more());
    this.#rows.after(this.#add);
    for (const row of this.#rows.children) this.#enhance(row);
    this.addEventListener("change", (event) => this.#changed(event.target));
    this.#tidy();
  }

  #part(row, name) {
    return row.querySelector(`[name$=".${name}"]`);
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
    else if (choices.length === 0) place.replaceChildren(this.#text(told, field, arity, held));
    else if (arity === "many") place.replaceChildren(this.#checks(told, choices, held));
    else place.replaceChildren(this.#select(told, choices, held));
  }

  #held(place) {
    const texts = [...place.querySelectorAll("input, select")].filter((one) => one.type !== "checkbox" || one.checked).map((one) => one.value);
    return texts.flatMap((text) => text.split(/\s*[,，、،]\s*/)).filter(Boolean);
  }

  #text(told, field, arity, held) {
    const picked = ["date", "time"].includes(field.widget) && arity !== "many" && !held.some((one) => one.startsWith("$"));
    return make("input", { ...told, type: picked ? field.widget : "text", value: held.join(", "), dir: "auto", autocomplete: "off" });
  }

  #select(told, choices, held) {
    const found = make("select", told, make("option", { value: "" }, "—"), ...choices.map(([value, label]) => make("option", { value }, label)));
    found.value = choices.some(([value]) => value === held[0]) ? held[0] : "";
    return found;
  }

  #checks({ name, "aria-label": label }, choices, held) {
    const boxes = choices.map(([value, text]) => {
      const box = make("input", { type: "checkbox", name, value });
      box.checked = held.includes(value);
      return make("label", { class: "check" }, box, make("span", {}, text));
    });
    return make("span", { class: "condition-choices", role: "group", "aria-label": label }, ...boxes);
  }

  #more() {
    const row = this.#rows.lastElementChild.cloneNode(true);
    row.querySelector("button")?.remove();
    const place = this.#rows.children.length;
    for (const control of row.querySelectorAll("[name]")) {
      control.name = control.name.replace(/\.\d+\./, `.${place}.`);
      control.value = "";
    }
    const value = row.querySelector(".condition-value");
    value.dataset.name = value.dataset.name.replace(/\.\d+\./, `.${place}.`);
    value.replaceChildren();
    this.#rows.append(row);
    row.hidden = false;
    this.#enhance(row);
    this.#part(row, "field").focus();
  }

  /** An empty row stays for the server to pass over; what stood in it is gone. */
  #drop(row) {
    this.#part(row, "field").value = "";
    this.#follow(row);
    row.hidden = this.#shown().length > 1;
    this.#tidy();
    this.#add.focus();
  }

  #shown() {
    return [...this.#rows.children].filter((row) => !row.hidden);
  }

  /** Empty rows beside filled ones are out of the way; how rows are joined matters from the second on. */
  #tidy() {
    const filled = [...this.#rows.children].filter((row) => this.#part(row, "field").value !== "");
    for (const row of this.#rows.children) {
      if (!filled.includes(row) && row.contains(document.activeElement) === false) row.hidden = filled.length > 0 || row !== this.#rows.firstElementChild;
    }
    this.querySelector(".condition-joiner").hidden = filled.length < 2;
  }
}

customElements.define("condition-builder", ConditionBuilder);
