// The card beside the table, as the draft makes it, in any language, direction, role and width.
const KEY = "fieldloom-preview";
const WIDE_ENOUGH = 1500;

export class Preview {
  #owner; #pane; #frame; #button; #timer = 0;

  constructor(owner) {
    this.#owner = owner;
    this.#pane = owner.querySelector(".preview-pane");
    this.#frame = this.#pane.querySelector("iframe");
    this.#button = document.querySelector("[data-preview-toggle]");
    this.#button.hidden = false;
    this.#button.addEventListener("click", () => this.#toggle(this.#pane.hidden));
    this.#pane.addEventListener("change", (event) => this.#changed(event.target));
    owner.addEventListener("draft-changed", (event) => this.#soon(event.detail));
    this.#frame.addEventListener("load", () => this.#loaded());
    const kept = localStorage.getItem(KEY);
    if (kept === "on" || (kept === null && innerWidth >= WIDE_ENOUGH)) this.#toggle(true, { keep: false });
  }

  #toggle(on, { keep = true } = {}) {
    this.#pane.hidden = !on;
    this.#owner.toggleAttribute("data-with-preview", on);
    this.#button.setAttribute("aria-pressed", String(on));
    if (keep) localStorage.setItem(KEY, on ? "on" : "off");
    if (on) this.#load();
  }

  #chosen(name) {
    return this.#pane.querySelector(`[name=preview-${name}]:checked, select[name=preview-${name}]`).value;
  }

  /** Another language brings its own direction along. */
  #changed(control) {
    const direction = control.name === "preview-lang" ? control.selectedOptions[0].dataset.dir : "";
    if (direction) this.#pane.querySelector(`[name=preview-dir][value=${direction}]`).checked = true;
    this.#load();
  }

  #wanted = "";

  #soon(field) {
    this.#wanted = field;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#load(), 60);
  }

  #scroll = 0;

  #load() {
    if (this.#pane.hidden) return;
    this.#pane.dataset.width = this.#chosen("width");
    const url = new URL(this.#owner.dataset.preview, location.href);
    for (const [name, what] of [["language", "lang"], ["direction", "dir"], ["role", "role"]]) url.searchParams.set(name, this.#chosen(what));
    url.searchParams.set("framed", "1");
    this.#scroll = this.#frame.contentWindow?.scrollY ?? 0;
    this.#pane.toggleAttribute("data-loading", true);
    this.#frame.contentWindow.location.replace(url);
  }

  #loaded() {
    this.#pane.toggleAttribute("data-loading", false);
    const view = this.#frame.contentWindow;
    view?.scrollTo(0, this.#scroll);
    const field = this.#wanted ? view?.document.querySelector(`[data-field="${CSS.escape(this.#wanted)}"]`) : null;
    field?.closest("details")?.setAttribute("open", ""); // what was changed is seen, though its group is folded at first
    field?.scrollIntoView({ block: "nearest" });
    field?.classList.add("field-shown");
    this.#wanted = "";
  }
}
