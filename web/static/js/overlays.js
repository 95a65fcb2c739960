// Menus, explanations, drawers and toasts. Menus and explanations are popovers: the browser opens them, closes them on
// Escape and on a press elsewhere, and gives the focus back. Here they get their place and their arrow keys.
import { composing, make, text } from "./dom.js";

const ANCHORED = CSS.supports("position-area: block-end");
const GAP = 4;

/** Put a popover under its button, or above where there is no room. Only for browsers without anchors. */
function place(pop, button) {
  if (ANCHORED || !button) return;
  const at = button.getBoundingClientRect();
  const box = pop.getBoundingClientRect();
  const rtl = getComputedStyle(button).direction === "rtl";
  const fromStart = rtl ? at.right - box.width : at.left;
  const left = Math.min(Math.max(GAP, fromStart), innerWidth - box.width - GAP);
  const below = at.bottom + GAP + box.height < innerHeight || at.top < box.height + GAP;
  pop.style.left = `${left}px`;
  pop.style.top = `${below ? at.bottom + GAP : at.top - box.height - GAP}px`;
}

let pressed = null;
document.addEventListener("click", (event) => {
  pressed = event.target.closest?.("[popovertarget]") ?? pressed;
}, { capture: true });

document.addEventListener("toggle", (event) => {
  const pop = event.target;
  if (!pop.matches?.(".pop") || event.newState !== "open") return;
  const button = event.source ?? pressed;
  place(pop, button);
  if (pop.matches("[role=menu]")) items(pop)[0]?.focus();
}, { capture: true });

/** Open a shared popover at a button: one menu serves every row of a table. */
export function openAt(pop, button) {
  pressed = button;
  if (pop.matches(":popover-open")) pop.hidePopover();
  pop.showPopover({ source: button });
}

function items(menu) {
  return [...menu.querySelectorAll("[role=menuitem], [role=menuitemradio]")].filter((one) => one.checkVisibility());
}

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.(".pop[role=menu]");
  if (!menu || composing(event) || event.target.matches("input")) return;
  const all = items(menu);
  const at = all.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (next !== undefined) {
    event.preventDefault();
    all.at(next % all.length)?.focus();
  } else if (event.key === "Tab") {
    menu.hidePopover();
  } else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const found = [...all.slice(at + 1), ...all].find((one) => one.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase()));
    found?.focus();
  }
});

// Dialogs and drawers: opened by [data-opens=id], closed by [data-closes] and by a press on the veil.
document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-opens]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opens);
    if (dialog) {
      event.preventDefault();
      dialog.showModal();
    }
  }
  if (event.target.closest?.("[data-closes]")) event.target.closest("dialog")?.close();
  if (event.target.matches?.("dialog.drawer, dialog.dialog") && isOutside(event)) event.target.close();
});

function isOutside(event) {
  const box = event.target.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}

let shelf = null;
/** A short message over the page, with one thing to do about it. It stays while it is pointed at or focused. */
export function toast(sentence, { label = "", act = null, error = false, seconds = 8 } = {}) {
  if (shelf === null || !shelf.isConnected) {
    shelf = make("div", { class: "toasts", popover: "manual" });
    document.body.append(shelf);
  }
  const one = make("div", { class: error ? "toast toast-error" : "toast" }, make("p", { dir: "auto" }, sentence));
  if (act !== null) {
    const button = make("button", { type: "button" }, label);
    button.addEventListener("click", () => { one.remove(); act(); });
    one.append(button);
  }
  const close = make("button", { type: "button", "aria-label": text("close") || "×" }, "×");
  close.addEventListener("click", () => one.remove());
  one.append(close);
  shelf.replaceChildren(one);
  if (!shelf.matches(":popover-open")) shelf.showPopover();
  const timer = setInterval(() => {
    if (one.matches(":hover, :focus-within")) return;
    clearInterval(timer);
    one.remove();
    if (shelf.childElementCount === 0 && shelf.matches(":popover-open")) shelf.hidePopover();
  }, seconds * 1000);
}
