// The administrator's screens. Everything here enhances pages that already work without it.
import { announce, composing } from "./dom.js";
import { toast } from "./overlays.js";
import "./admin/field-table.js";
import "./admin/drawer.js";
import "./admin/field-form.js";
import "./admin/group-list.js";
import "./admin/label-grid.js";
import "./condition-builder.js";

document.addEventListener("click", (event) => {
  const shown = event.target.closest?.("[data-toast]");
  if (!shown) return;
  announce(shown.dataset.toast);
  toast(shown.dataset.toast, { label: shown.dataset.toastUndo, act: () => {} });
});

// Ctrl+Z and Ctrl+Shift+Z are the draft's, except where a text is being typed.
document.addEventListener("keydown", (event) => {
  if (composing(event) || event.altKey || !(event.ctrlKey || event.metaKey)) return;
  const key = event.key.toLowerCase();
  const what = key === "z" ? (event.shiftKey ? "redo" : "undo") : key === "y" ? "redo" : "";
  if (what === "" || event.target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, dialog[open]")) return;
  const button = document.querySelector(`#draft-bar button[value=${what}]`);
  if (button === null || button.disabled) return;
  event.preventDefault();
  button.click();
});
