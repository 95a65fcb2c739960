// <card-rules data-rules="…">: fields and groups of the form around it come and go, must be filled in, and offer choices, by
// what stands in others. The server keeps the same rules; without script everything is shown, with a note of when it applies.
import { meets } from "./conditions.js";
import { announce } from "./dom.js";
import { read } from "./reading.js";

class CardRules extends HTMLElement {
  #form; #rules; #held; #before; #note;
  #hidden = new Set();

  connectedCallback() {
    this.#form = this.closest("form");
    this.#rules = JSON.parse(this.dataset.rules);
    this.#held = JSON.parse(this.dataset.values);
    this.#note = this.querySelector("[data-note]");
    this.#hidden = this.#state().hidden;
    this.#before = this.dataset.before === undefined ? new Set() : new Set(this.dataset.before.split(" "));
    this.#show(this.#state(), false);
    for (const kind of ["input", "change"]) this.#form.addEventListener(kind, () => this.#changed());
    addEventListener("pageshow", () => this.#changed());
  }

  #changed() {
    this.#show(this.#state(), true);
  }

  /** What the rules say of the card as it stands; a field that does not stand on it counts as empty. */
  #state() {
    const values = {};
    for (const [name, field] of Object.entries(this.#rules.reads)) values[name] = this.#value(name, field);
    const hidden = new Set();
    for (const { fields, when } of this.#rules.shown) {
      if (meets(when, values)) continue;
      for (const name of fields) {
        hidden.add(name);
        values[name] = null;
      }
    }
    const holds = (name, when) => !hidden.has(name) && meets(when, values);
    const required = this.#rules.required.map(({ field, when }) => [field, holds(field, when)]);
    const offered = this.#rules.choices.map(({ field, offers }) => [field, offers.filter(({ when }) => holds(field, when)).map((one) => one.values)]);
    return { hidden, required, offered };
  }

  /** What stands in a field; one that cannot be changed here has no control, and holds what the server told. */
  #value(name, field) {
    const controls = this.#controls(name);
    if (controls.length === 0 && !field.file) return this.#held[name] ?? null;
    const chosen = controls.filter((one) => !["checkbox", "radio"].includes(one.type) || one.checked).map((one) => one.value);
    return field.file ? this.#file(name) : read(field, chosen, this.#rules);
  }

  #controls(name) {
    const found = this.#form.elements.namedItem(name);
    return found === null ? [] : found instanceof RadioNodeList ? [...found] : [found];
  }

  #file(name) {
    if (this.#controls(name)[0]?.value) return "0";
    const [keep] = this.#controls(`${name}__keep`);
    return keep?.value && !this.#controls(`${name}__remove`)[0]?.checked ? keep.value : null;
  }

  #show({ hidden, required, offered }, told) {
    this.#hidden = hidden;
    const news = { come: [], gone: [] };
    for (const section of this.#form.querySelectorAll(".card-section")) this.#section(section, hidden, news);
    for (const [name, must] of required) this.#require(name, must);
    for (const [name, values] of offered) this.#offer(name, values, told);
    const emptied = this.#emptied();
    this.#note.hidden = emptied.length === 0;
    this.#note.textContent = emptied.length === 0 ? "" : this.#say("emptied", emptied.map((name) => this.#label(name)));
    const sentences = Object.entries(news).filter(([, labels]) => labels.length > 0).map(([what, labels]) => this.#say(what, labels));
    if (told && sentences.length > 0) announce(sentences.join(" "));
  }

  /** Show and hide one group and its fields, and note what came and went: a whole group by its heading. */
  #section(section, hidden, news) {
    const fields = [...section.querySelectorAll("[data-field]")];
    const off = fields.length > 0 && fields.every((field) => hidden.has(field.dataset.field));
    const whole = off !== section.hasAttribute("data-off");
    if (whole) news[off ? "gone" : "come"].push(section.querySelector(".section-title").textContent.trim());
    section.toggleAttribute("data-off", off);
    document.querySelector(`.sections-nav a[href="#${CSS.escape(section.id)}"]`)?.parentElement.toggleAttribute("data-off", off);
    for (const field of fields) {
      const name = field.dataset.field;
      if (hidden.has(name) === field.hasAttribute("data-off")) continue;
      field.toggleAttribute("data-off", hidden.has(name));
      if (!whole) news[hidden.has(name) ? "gone" : "come"].push(this.#label(name));
    }
  }

  #require(name, must) {
    const field = this.#form.querySelector(`[data-field="${CSS.escape(name)}"]`);
    const word = field?.querySelector(".required-word");
    if (word) word.hidden = !must && !word.hasAttribute("data-always");
    const control = document.getElementById(`f-${name}`);
    if (control === null || word?.hasAttribute("data-always")) return;
    if (must) control.setAttribute("aria-required", "true");
    else control.removeAttribute("aria-required");
  }

  /** Choices that are not offered go; one that is chosen already stays to be seen, and the server says why it cannot. */
  #offer(name, limits, told) {
    const allowed = limits.length === 0 ? null : new Set(limits.flat());
    this.#controls(name)[0]?.closest("reference-picker")?.limit?.(allowed && [...allowed], told);
    for (const control of this.#controls(name)) {
      if (control instanceof HTMLSelectElement) {
        for (const option of control.options) {
          const off = option.value !== "" && allowed !== null && !allowed.has(option.value);
          option.disabled = off;
          option.classList.toggle("not-offered", off && !option.selected);
        }
      } else if (["checkbox", "radio"].includes(control.type)) {
        const off = allowed !== null && !allowed.has(control.value);
        control.disabled = off && !control.checked;
        control.closest("label")?.toggleAttribute("data-off", off && !control.checked);
      }
    }
    if (told && allowed !== null && this.#controls(name).some((one) => one instanceof HTMLSelectElement && one.selectedOptions[0]?.disabled)) {
      this.#controls(name)[0].value = "";
      announce(this.#say("cleared", [this.#label(name)]));
    }
  }

  /** What the save would empty: values of fields that left the card. */
  #emptied() {
    return [...this.#hidden].filter((name) => !this.#before.has(name) && this.#holds(name));
  }

  #holds(name) {
    const field = { kind: "text", ...this.#rules.labels[name] };
    const value = this.#value(name, field);
    const start = this.#rules.start[name];
    return value !== null && value !== false && String(value) !== start;
  }

  #label(name) {
    return this.#rules.labels[name].label;
  }

  #say(what, labels) {
    return this.dataset[what].replace("{names}", () => labels.join(this.dataset.comma));
  }
}

customElements.define("card-rules", CardRules);
