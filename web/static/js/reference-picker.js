// <reference-picker data-url="…">: a hidden input (the id) and a text input (the name) become a combobox.
// Nothing is asked while an input method composes. Editing the text empties the id until an entry is picked;
// a text left without a pick is resolved, or refused in words, by the server.
import Combobox from "../vendor/combobox-nav.js";
import { announce, composing, icon, make, text } from "./dom.js";

const PAUSE = 150;
let made = 0;

class ReferencePicker extends HTMLElement {
  #input; #hidden; #list; #note; #state; #clear; #combobox;
  #timer = 0;
  #asking = null;
  #chosen = "";
  #only = null;

  connectedCallback() {
    if (this.#input !== undefined) return;
    this.#input = this.querySelector("input[type=text]");
    this.#hidden = this.querySelector("input[type=hidden]");
    this.#build();
    this.#chosen = this.#hidden.value === "" ? "" : this.#input.value;
    this.#input.addEventListener("keydown", (event) => this.#key(event), { capture: true });
    this.#input.addEventListener("input", (event) => this.#typed(event));
    this.#input.addEventListener("compositionend", () => this.#typed());
    this.#input.addEventListener("click", () => this.#wanted());
    this.#input.addEventListener("blur", () => this.#left());
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#list.addEventListener("combobox-commit", (event) => this.#pick(event.target));
    if (this.#needs.length > 0) this.closest("form")?.addEventListener("change", (event) => this.#limited(event.target.name));
    this.#refresh();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  #build() {
    const label = this.#input.getAttribute("aria-label") ?? this.#labelText();
    this.#list = make("ul", { class: "picker-list", role: "listbox", id: `picker-${++made}`, "aria-label": label });
    this.#note = make("span", { class: "picker-note" });
    this.#state = make("span", { class: "picker-state" });
    this.#clear = make("button", { class: "picker-clear", type: "button", "aria-label": `${text("clear")}: ${label}` }, icon("x"));
    this.#clear.addEventListener("click", () => this.#empty());
    this.#list.hidden = this.#note.hidden = this.#state.hidden = true;
    const box = make("span", { class: "box" });
    this.#input.replaceWith(box);
    box.append(icon("search"), this.#input, this.#clear);
    this.append(this.#list, this.#note, this.#state);
    this.#combobox = new Combobox(this.#input, this.#list, { tabInsertsSuggestions: false, firstOptionSelectionMode: "active" });
  }

  #labelText() {
    return this.#input.labels?.[0]?.firstChild?.textContent.trim() ?? "";
  }

  #key(event) {
    if (composing(event)) return event.stopImmediatePropagation();
    if (event.key === "ArrowDown" && this.#list.hidden) {
      event.preventDefault();
      event.stopImmediatePropagation();
      this.#ask();
    } else if (event.key === "Escape" && !(this.#list.hidden && this.#note.hidden)) {
      event.stopImmediatePropagation();
      this.#close();
    }
  }

  #typed(event) {
    if (event !== undefined && composing(event)) return;
    if (this.#input.value !== this.#chosen || this.#chosen === "") this.#set("", this.#input.value);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), PAUSE);
  }

  /** What to look for: nothing while a record is chosen, so that the list shows others again. */
  get #typedText() {
    return this.#hidden.value === "" ? this.#input.value.trim() : "";
  }

  #wanted() {
    if (this.#list.hidden && this.#hidden.value === "") this.#ask();
  }

  async #ask() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    const url = this.#address(this.#typedText);
    const slow = setTimeout(() => this.#say(text("loading")), 400);
    try {
      const answer = await fetch(url, { signal: asking.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      this.#show(await answer.json());
    } catch (error) {
      if (error.name !== "AbortError") this.#fail();
    } finally {
      clearTimeout(slow);
    }
  }

  /** What limits the choice has changed: a record that does not fit any more is no choice; its name stays to be seen. */
  async #limited(name) {
    const chosen = this.#hidden.value;
    if (!this.#needs.includes(name) || chosen === "") return;
    try {
      const answer = await fetch(this.#address(this.#input.value.trim()), { headers: { Accept: "application/json" } });
      if (!answer.ok || this.#hidden.value !== chosen) return;
      const { items, more } = await answer.json();
      if (more || items.some((item) => String(item.id) === chosen)) return;
    } catch {
      return; // the server judges when the card is saved
    }
    this.#unchosen();
  }

  #unchosen() {
    this.#chosen = "";
    this.#set("", this.#input.value);
    this.#state.textContent = text("unchosen");
    this.#state.hidden = false;
    announce(`${this.#labelText()}: ${text("unchosen")}`);
  }

  /** Only these are offered from now on, or anything again. One that is chosen and is not among them is no choice any more. */
  limit(ids, told) {
    this.#only = ids;
    if (told && ids !== null && this.#hidden.value !== "" && !ids.includes(this.#hidden.value)) this.#unchosen();
  }

  #address(words) {
    const url = new URL(this.dataset.url, document.baseURI);
    url.searchParams.set("q", words);
    if (this.#only !== null) url.searchParams.set("only", this.#only.join(","));
    for (const name of this.#needs) url.searchParams.set(`record[${name}]`, this.#beside(name));
    return url;
  }

  /** The fields of the card that limit what can be chosen here. */
  get #needs() {
    return this.dataset.needs?.split(" ") ?? [];
  }

  #beside(name) {
    return new FormData(this.closest("form") ?? undefined).get(name) ?? "";
  }

  #show({ items, more, note }) {
    if (document.activeElement !== this.#input) return;
    this.#list.replaceChildren(...items.map((item) => this.#option(item)));
    if (items.length === 0) return this.#say(note ?? text("none"), true);
    if (more) this.#list.append(make("li", { class: "picker-detail", role: "presentation" }, text("more")));
    this.#note.hidden = true;
    const opened = this.#list.hidden;
    this.#list.hidden = false;
    if (opened) this.#combobox.start();
    this.#combobox.resetSelection();
    announce(text("found", { n: items.length }));
  }

  #option(item) {
    const title = make("span", { class: "picker-title" }, make("bdi", {}, ...marked(item.title, this.#typedText)));
    const option = make("li", { role: "option", id: `${this.#list.id}-${item.id}` }, title);
    option.dataset.id = item.id;
    option.dataset.title = item.title;
    if (item.detail) option.append(make("span", { class: "picker-detail" }, make("bdi", {}, item.detail)));
    return option;
  }

  #say(sentence, aloud = false) {
    this.#close();
    this.#note.textContent = sentence;
    this.#note.hidden = false;
    if (aloud) announce(sentence);
  }

  #fail() {
    this.#close();
    this.#state.textContent = text("failed");
    this.#state.hidden = false;
    announce(text("failed"));
  }

  #pick(option) {
    this.#chosen = option.dataset.title;
    this.#set(option.dataset.id, option.dataset.title);
    this.#close();
    this.#input.focus();
    announce(text("chosen", { name: option.dataset.title }));
  }

  #set(id, title) {
    const changed = this.#hidden.value !== id;
    this.#hidden.value = id;
    if (this.#input.value !== title) this.#input.value = title;
    this.#refresh();
    if (changed) this.#hidden.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #empty() {
    this.#chosen = "";
    this.#set("", "");
    this.#input.focus();
    this.#ask();
  }

  #refresh() {
    this.#clear.hidden = this.#input.value === "";
    this.#state.hidden = true;
  }

  #left() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#close();
    if (this.#input.value.trim() !== "" && this.#hidden.value === "") {
      this.#state.textContent = text("unchosen");
      this.#state.hidden = false;
    }
  }

  #close() {
    this.#note.hidden = true;
    if (this.#list.hidden) return;
    this.#list.hidden = true;
    this.#combobox.stop();
  }
}

/** The title with the typed part marked, as nodes; never as markup. */
function marked(title, typed) {
  const at = typed === "" ? -1 : title.toLocaleLowerCase().indexOf(typed.toLocaleLowerCase());
  if (at < 0) return [title];
  const end = at + typed.length;
  return [title.slice(0, at), make("mark", {}, title.slice(at, end)), title.slice(end)];
}

customElements.define("reference-picker", ReferencePicker);
