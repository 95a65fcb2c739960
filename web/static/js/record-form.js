// <record-form>: Ctrl+S saves, leaving with unsaved changes asks, a problem summary takes focus, Enter never saves
// while an input method composes, and one press saves once.
import { composing, text } from "./dom.js";

class RecordForm extends HTMLElement {
  #form;
  #before = "";
  #sent = false;

  connectedCallback() {
    this.#form = this.querySelector("form");
    this.#before = this.#content();
    this.#form.addEventListener("input", () => this.#tell());
    this.#form.addEventListener("change", () => this.#tell());
    this.#form.addEventListener("submit", (event) => this.#submit(event));
    this.#form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && composing(event) && event.target.tagName !== "TEXTAREA") event.preventDefault();
    });
    document.addEventListener("keydown", this.#key);
    addEventListener("beforeunload", this.#unload);
    addEventListener("pageshow", this.#shown);
    this.#focusProblems();
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#key);
    removeEventListener("beforeunload", this.#unload);
    removeEventListener("pageshow", this.#shown);
  }

  #content() {
    return JSON.stringify([...new FormData(this.#form)].map(([name, value]) =>
      [name, value instanceof File ? `${value.name} ${value.size}` : value]));
  }

  #dirty() {
    return this.hasAttribute("data-changed") || this.querySelector("#problems") !== null || this.#content() !== this.#before;
  }

  #tell() {
    const state = this.querySelector("[data-state]");
    if (state !== null) state.textContent = this.#content() === this.#before ? "" : text("unsaved");
  }

  #key = (event) => {
    if (composing(event) || event.altKey || event.shiftKey || !(event.ctrlKey || event.metaKey)) return;
    if (event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    this.#form.requestSubmit();
  };

  #submit(event) {
    if (this.#sent) return event.preventDefault();
    this.#sent = true;
    const state = this.querySelector("[data-state]");
    if (state !== null) state.textContent = text("saving");
  }

  #unload = (event) => {
    if (!this.#sent && this.#dirty()) event.preventDefault();
  };

  // A page that comes back from the browser's cache can be saved again.
  #shown = (event) => {
    if (event.persisted) this.#sent = false;
  };

  #focusProblems() {
    const problems = this.querySelector("#problems");
    if (problems === null) return;
    problems.focus({ preventScroll: true });
    problems.scrollIntoView({ block: "nearest" });
    problems.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#']");
      const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (!field) return;
      event.preventDefault();
      focusField(field);
    });
  }
}

/** Focus a control, or the first control inside a group of them, and show its label too. */
function focusField(field) {
  const control = field.matches("input, select, textarea") ? field : field.querySelector("input, select, textarea") ?? field;
  control.focus({ preventScroll: true });
  (field.closest(".field") ?? field).scrollIntoView({ block: "center" });
}

customElements.define("record-form", RecordForm);
