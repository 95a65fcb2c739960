// The administrator's screens. Everything here enhances pages that already work without it.
import { announce } from "./dom.js";
import { toast } from "./overlays.js";

document.addEventListener("click", (event) => {
  const shown = event.target.closest?.("[data-toast]");
  if (!shown) return;
  announce(shown.dataset.toast);
  toast(shown.dataset.toast, { label: shown.dataset.toastUndo, act: () => {} });
});
