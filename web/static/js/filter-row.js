// <filter-row>: one condition of a search. What its operator does not need is not sent; a list of choices says
// what is chosen, and takes one only where the operator takes one. An untouched row leaves the address clean.
import { text } from "./dom.js";

class FilterRow extends HTMLElement {
  #operator;

  connectedCallback() {
    this.#operator = this.querySelector(".filter-op");
    this.addEventListener("change", (event) => this.#changed(event));
    this.addEventListener("input", () => this.#refresh());
    this.closest("form")?.addEventListener("formdata", (event) => this.#send(event.formData));
    this.#refresh();
  }

  get #arity() {
    return this.#operator.selectedOptions[0]?.dataset.arity ?? "1";
  }

  get #boxes() {
    return [...this.querySelectorAll(".checklist input[type=checkbox]")];
  }

  #changed(event) {
    if (this.#arity !== "many" && event.target.matches(".checklist input") && event.target.checked) {
      for (const box of this.#boxes) box.checked = box === event.target;
    }
    this.#refresh();
  }

  #refresh() {
    this.#listChosen();
    this.classList.toggle("filter-active", this.#used);
  }

  #listChosen() {
    const shown = this.querySelector(".checklist-text");
    if (shown === null) return;
    const chosen = this.#boxes.filter((box) => box.checked).map((box) => box.labels[0].textContent.trim());
    shown.textContent = chosen.join(", ") || text("any");
    const summary = shown.closest("summary");
    const name = this.querySelector(".filter-label").textContent;
    summary.setAttribute("aria-label", `${name}: ${shown.textContent}`);
  }

  get #used() {
    if (this.#arity === "0" || this.#operator.value === "_relative") return true;
    if (this.#boxes.length > 0) return this.#boxes.some((box) => box.checked);
    const inputs = [...this.querySelectorAll(".filter-value input, .filter-value select:not(.filter-span)")];
    return inputs.some((input) => input.value.trim() !== "");
  }

  #send(data) {
    const name = this.#operator.name.slice(0, -".op".length);
    const relative = this.#operator.value === "_relative";
    const drop = [];
    if (!this.#used) drop.push(".op");
    if (!this.#used || this.#arity === "0" || relative) drop.push(".v", ".v2", ".v__text");
    if (this.#arity !== "2") drop.push(".v2");
    if (!relative) drop.push(".span");
    for (const end of drop) data.delete(name + end);
  }
}

customElements.define("filter-row", FilterRow);
