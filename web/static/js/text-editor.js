// <text-editor>: checks while a translation is typed, and the keys of translators: Ctrl+Enter saves and goes on, Alt+Up and
// Alt+Down go back and on, Ctrl+Alt+C copies the English, Ctrl+Alt+E marks it as needing editing, Alt+1 to 9 insert a value.
// Nothing of it happens while an input method composes, nor with AltGr: on Windows that is Ctrl and Alt at once, and types ę and ć.
import { composing, icon, make } from "./dom.js";

const WAIT = 300;

class TextEditor extends HTMLElement {
  #form;
  #timer;
  #request;
  #before = "";
  #sent = false;

  connectedCallback() {
    this.#form = this.querySelector("form");
    this.#before = this.#content();
    for (const button of this.querySelectorAll("[data-insert], [data-copy]")) button.hidden = false;
    this.addEventListener("input", (event) => { if (!event.isComposing) this.#checkSoon(); });
    this.addEventListener("compositionstart", () => clearTimeout(this.#timer));
    this.addEventListener("compositionend", () => this.#checkSoon());
    this.addEventListener("click", (event) => this.#press(event));
    this.#form.addEventListener("submit", (event) => {
      if (this.#sent) return event.preventDefault();
      this.#sent = true;
      clearTimeout(this.#timer);
    });
    document.addEventListener("keydown", this.#key);
    addEventListener("beforeunload", this.#unload);
    addEventListener("pageshow", this.#shown);
    this.#showCurrent();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    document.removeEventListener("keydown", this.#key);
    removeEventListener("beforeunload", this.#unload);
    removeEventListener("pageshow", this.#shown);
  }

  #content() {
    return JSON.stringify([...new FormData(this.#form)].filter(([name]) => name === "form"));
  }

  #areas() {
    return [...this.querySelectorAll("textarea[name=form]")];
  }

  #area() {
    const areas = this.#areas();
    return areas.find((one) => one === document.activeElement) ?? areas.find((one) => one.value === "") ?? areas[0];
  }

  #checkSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#check(), WAIT);
  }

  async #check() {
    this.#request?.abort();
    this.#request = new AbortController();
    try {
      const answer = await fetch(this.dataset.check, {
        method: "POST", body: new URLSearchParams(new FormData(this.#form)), signal: this.#request.signal, headers: { Accept: "application/json" },
      });
      if (answer.ok) this.#tell(await answer.json());
    } catch (error) {
      if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;
    }
  }

  #tell(findings) {
    const items = findings.map((one) => {
      const words = make("span", { dir: "auto" }, one.text);
      return make("li", { class: `finding finding-${one.level}` }, icon(one.level === "error" ? "circle-alert" : "triangle-alert"), words);
    });
    this.querySelector("#findings").replaceChildren(...items);
  }

  #press(event) {
    const button = event.target.closest("button");
    if (button?.dataset.insert !== undefined) this.#insert(button.dataset.insert);
    else if (button?.hasAttribute("data-copy")) this.#copy();
  }

  #insert(text) {
    const area = this.#area();
    area.focus();
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    this.#checkSoon();
  }

  #copy() {
    const sources = [...this.querySelectorAll(".text-source")].map((one) => one.textContent);
    this.#areas().forEach((area, place) => { area.value = sources[Math.min(place, sources.length - 1)]; });
    this.#area().focus();
    this.#checkSoon();
  }

  #key = (event) => {
    if (composing(event) || event.shiftKey || event.getModifierState("AltGraph")) return;
    const done = this.#act(event, event.ctrlKey || event.metaKey, event.altKey);
    if (done) event.preventDefault();
  };

  #act(event, control, alt) {
    if (control && !alt && event.key === "Enter") return this.#submit();
    if (alt && !control && event.key === "ArrowUp") return this.#follow("[data-previous]");
    if (alt && !control && event.key === "ArrowDown") return this.#follow("[data-next]");
    if (alt && control && event.code === "KeyC") return this.#copy() ?? true;
    if (alt && control && event.code === "KeyE") {
      const box = this.querySelector("[name=needs_editing]");
      box.checked = !box.checked;
      return true;
    }
    const button = alt && !control && /^Digit[1-9]$/.test(event.code) ? this.querySelectorAll("[data-insert]")[event.code.at(-1) - 1] : undefined;
    if (button === undefined) return false;
    this.#insert(button.dataset.insert);
    return true;
  }

  #submit() {
    this.#form.requestSubmit(this.#form.querySelector("[value=save]"));
    return true;
  }

  #follow(which) {
    const link = this.querySelector(which);
    link?.click();
    return link !== null;
  }

  #unload = (event) => {
    if (!this.#sent && this.#content() !== this.#before) event.preventDefault();
  };

  #shown = (event) => {
    if (event.persisted) this.#sent = false;
  };

  // The card is scrolled to the outlined label, and the list to the chosen text, without moving the page.
  #showCurrent() {
    for (const box of document.querySelectorAll(".card-preview, .text-list, .texts")) {
      const current = box.querySelector("[data-current], [aria-current]");
      if (current === null || box.scrollHeight <= box.clientHeight) continue;
      const inside = current.getBoundingClientRect().top - box.getBoundingClientRect().top;
      box.scrollTop += inside - box.clientHeight / 2;
    }
  }
}

customElements.define("text-editor", TextEditor);
