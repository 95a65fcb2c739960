// <label-grid>: a name is kept in the draft as soon as its cell is left. Arrow keys and Enter go from cell to cell.
import { announce, composing, text } from "../dom.js";
import { toast } from "../overlays.js";
import { replaceBar, say } from "./bar.js";

class LabelGrid extends HTMLElement {
  #form; #seen = new Map(); #queue = Promise.resolve();

  connectedCallback() {
    this.#form = this.querySelector("form");
    this.addEventListener("change", (event) => this.#keep(event.target));
    this.addEventListener("keydown", (event) => this.#key(event));
  }

  #key(event) {
    const input = event.target.closest("td input");
    if (!input || composing(event)) return;
    const step = { ArrowDown: 1, ArrowUp: -1, Enter: event.shiftKey ? -1 : 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const column = input.closest("td").cellIndex;
    const rows = [...this.querySelectorAll("tbody tr:not(.labels-group)")];
    rows[rows.indexOf(input.closest("tr")) + step]?.cells[column]?.querySelector("input")?.select();
  }

  #keep(input) {
    if (!input.name?.includes("|")) return;
    this.#queue = this.#queue.then(() => this.#send(input)).catch(() => toast(say("failed"), { error: true }));
  }

  async #send(input) {
    const state = this.querySelector("[data-state]");
    state.textContent = text("saving");
    const data = new FormData();
    data.set("csrf_token", this.#form.elements.csrf_token.value);
    const sent = input.value;
    data.set(input.name, sent);
    data.set("seen", JSON.stringify({ [input.name]: this.#seen.get(input.name) ?? input.defaultValue }));
    const answer = await fetch(this.#form.action, { method: "POST", body: data, headers: { Accept: "application/json" } });
    const told = await answer.json();
    if (!answer.ok) {
      state.textContent = "";
      const now = told.now?.[input.name];
      if (now !== undefined) this.#seen.set(input.name, now); // it was said: sent once more, ours takes its place
      input.setAttribute("aria-invalid", "true");
      toast(told.detail, { error: true });
      return;
    }
    this.#seen.set(input.name, sent.trim());
    input.removeAttribute("aria-invalid");
    input.classList.toggle("label-gap", input.value.trim() === "");
    state.textContent = told.said;
    announce(told.said);
    replaceBar(told.bar, this.#form.elements.csrf_token.value);
  }
}

customElements.define("label-grid", LabelGrid);
