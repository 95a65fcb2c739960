// <row-order>: rows with a handle and buttons that move them. Each move is sent at once; what the server refuses is
// shown by loading the page again. Dragging sends "before" the next row, or "last".
import { announce, composing } from "./dom.js";

class RowOrder extends HTMLElement {
  #list; #row = null; #next = null;
  #escaped = (event) => { if (event.key === "Escape" && !composing(event)) this.#put(this.#next); };

  connectedCallback() {
    this.#list = this.querySelector(".order");
    this.addEventListener("submit", (event) => this.#pressed(event));
    this.#list.addEventListener("pointerdown", (event) => this.#grabbed(event));
    this.#list.addEventListener("pointermove", (event) => this.#dragged(event));
    this.#list.addEventListener("pointerup", () => this.#dropped());
    this.#list.addEventListener("pointercancel", () => this.#put(this.#next));
  }

  #pressed(event) {
    event.preventDefault();
    const row = event.target.closest(".order-row");
    const to = event.submitter.value;
    const before = { first: this.#list.firstElementChild, up: row.previousElementSibling, down: row.nextElementSibling?.nextElementSibling ?? null, last: null }[to];
    if (before === row || (to === "up" && before === null) || (to === "down" && row.nextElementSibling === null)) return;
    this.#list.insertBefore(row, before);
    event.submitter.focus();
    this.#send(row, { to });
  }

  #grabbed(event) {
    const handle = event.target.closest(".order-handle");
    if (handle === null || event.button !== 0) return;
    event.preventDefault();
    this.#row = handle.closest(".order-row");
    this.#next = this.#row.nextElementSibling;
    this.#row.classList.add("order-dragged");
    this.#list.setPointerCapture(event.pointerId);
    document.addEventListener("keydown", this.#escaped);
  }

  #dragged(event) {
    if (this.#row === null) return;
    const others = [...this.#list.children].filter((row) => row !== this.#row);
    const below = others.find((row) => { const box = row.getBoundingClientRect(); return event.clientY < box.top + box.height / 2; }) ?? null;
    if (below !== this.#row.nextElementSibling) this.#list.insertBefore(this.#row, below);
  }

  #dropped() {
    if (this.#row === null) return;
    const row = this.#row;
    const next = row.nextElementSibling;
    const moved = next !== this.#next;
    this.#release();
    if (moved) this.#send(row, next === null ? { to: "last" } : { to: "before", before: next.dataset.id });
  }

  /** Back to where it was grabbed. */
  #put(next) {
    if (this.#row === null) return;
    this.#list.insertBefore(this.#row, next);
    this.#release();
  }

  #release() {
    this.#row.classList.remove("order-dragged");
    this.#row = this.#next = null;
    document.removeEventListener("keydown", this.#escaped);
  }

  async #send(row, told) {
    const form = row.querySelector("form");
    const sent = new FormData(form);
    for (const [name, value] of Object.entries(told)) sent.set(name, value);
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(sent), redirect: "manual" });
      if (answer.type !== "opaqueredirect" && !answer.ok) return location.reload();
    } catch {
      return location.reload();
    }
    const place = [...this.#list.children].indexOf(row) + 1;
    announce(`${row.querySelector("bdi").textContent}: ${place} / ${this.#list.children.length}`);
  }
}

customElements.define("row-order", RowOrder);
