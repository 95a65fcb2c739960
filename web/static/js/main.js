// Everything here enhances pages that already work without it.
import "./reference-picker.js";
import "./record-form.js";
import "./section-nav.js";
import "./filter-row.js";
import "./text-editor.js";
import "./row-order.js";
import "./card-rules.js";
import "./card-tabs.js";
import "./overlays.js";
import "./tree-view.js";
import "./lazy-part.js";
import { composing } from "./dom.js";

// Ctrl+K goes to the quick search. On narrow screens it stands in the menu, which opens first.
document.addEventListener("keydown", (event) => {
  if (composing(event) || event.altKey || event.shiftKey || !(event.ctrlKey || event.metaKey)) return;
  const target = event.key.toLowerCase() === "k" ? document.querySelector("[data-shortcut='k']") : null;
  if (target === null) return;
  event.preventDefault();
  const menu = target.closest("[popover]");
  if (menu !== null && !target.checkVisibility()) menu.showPopover();
  target.focus();
  target.select();
});

// Enter that ends a composition must not send a search.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && composing(event) && event.target.matches?.("form[role=search] input")) event.preventDefault();
});

// Open menus and lists of choices close on Escape and on a press elsewhere.
const OPEN = "details.menu[open], details.checklist[open]";
function closeAround(target, around) {
  // Later, not now: Chromium 156 dies when a <details> closes while a press moves the focus.
  const others = [...document.querySelectorAll(OPEN)].filter((open) => !open.contains(target) && !(around && target.contains(open)));
  setTimeout(() => { for (const open of others) open.open = false; });
}
document.addEventListener("focusin", (event) => closeAround(event.target, true));
document.addEventListener("pointerdown", (event) => closeAround(event.target, false));
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && !composing(event) ? event.target.closest?.(OPEN) : null;
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

// A press anywhere on a row opens it, unless it meant something else or selected text.
document.addEventListener("click", (event) => {
  const row = event.target.closest?.("[data-row-links] tbody tr");
  if (!row || event.target.closest("a, button, input, label, summary") || String(getSelection()) !== "") return;
  const link = row.querySelector("th a");
  if (link === null) return;
  if (event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
  else link.click();
});

// A refused page without a card (sign-in, deletion) shows its problem first.
if (document.querySelector("record-form") === null) document.getElementById("problems")?.focus({ preventScroll: true });
