// <field-form>: a new field's form. While its name is typed a database name is proposed and checked, and what comes of the
// field is drawn by the server. Nothing is asked while an input method composes.
import { composing } from "../dom.js";

const PAUSE = 250;

class FieldForm extends HTMLElement {
  #form; #name; #timer = 0; #asking = null; #own = false;

  connectedCallback() {
    this.#form = this.querySelector("form");
    this.#name = this.querySelector("[name=name]");
    this.#own = this.#name !== null && this.#name.value !== "";
    const again = (event) => { if (!composing(event)) this.#changed(event.target); };
    this.#form.addEventListener("input", again);
    this.#form.addEventListener("compositionend", again);
    this.#form.addEventListener("change", again);
    this.#form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
      event.preventDefault(); // Enter that ends a composition, or any other, must not add a half-told field
    });
    document.querySelector("[data-try]")?.setAttribute("hidden", "");
    this.#later();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  #changed(control) {
    if (control === this.#name) this.#own = this.#name.value.trim() !== "";
    this.#later();
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), PAUSE);
  }

  #label() {
    const inputs = [...this.#form.querySelectorAll("[name^='label.']")];
    const han = inputs.find((one) => /\p{Script=Han}/u.test(one.value));
    return (han ?? inputs.find((one) => one.value.trim() !== ""))?.value ?? "";
  }

  async #ask() {
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    try {
      if (this.#name) await this.#propose(asking.signal);
      if (this.#label() === "") return;
      await this.#try(asking.signal);
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  }

  async #propose(signal) {
    const url = new URL(this.dataset.propose, location.href);
    url.searchParams.set("label", this.#label());
    if (this.#own) url.searchParams.set("name", this.#name.value.trim());
    const answer = await fetch(url, { signal, headers: { Accept: "application/json" } });
    if (!answer.ok) return; // signed out meanwhile: what stands there stays
    const told = await answer.json();
    if (!this.#own) this.#name.value = told.name;
    const problem = this.querySelector("[data-name-problem]");
    problem.textContent = told.problem;
    problem.hidden = !told.problem;
    this.#name.setAttribute("aria-invalid", String(Boolean(told.problem)));
  }

  async #try(signal) {
    const data = new FormData(this.#form);
    data.set("do", "try");
    const answer = await fetch(this.#form.action, { method: "POST", body: data, signal, headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const tried = page.querySelector("[data-tried]");
    if (tried) this.querySelector("[data-tried]").replaceWith(document.adoptNode(tried));
  }
}

/** <find-cards>: narrows cards by their words. */
class FindCards extends HTMLElement {
  connectedCallback() {
    const box = this.querySelector(".box");
    box.hidden = false;
    const input = box.querySelector("input");
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const item of this.querySelectorAll("li")) item.hidden = !words.every((word) => item.textContent.toLowerCase().includes(word));
    });
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || composing(event)) return;
      event.preventDefault();
      this.querySelector("li:not([hidden]) a")?.click();
    });
  }
}

customElements.define("field-form", FieldForm);
customElements.define("find-cards", FindCards);
