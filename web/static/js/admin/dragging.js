// Dragging rows by their handle, within and between groups. What comes of it is the same move as the menu's.
import "../../vendor/sortable.js";
import { announce } from "../dom.js";
import { toast } from "../overlays.js";
import { say } from "./bar.js";

const OPEN_AFTER = 600;

export class Dragging {
  #owner; #made = []; #timer = 0;

  constructor(owner, table) {
    this.#owner = owner;
    for (const body of table.tBodies) this.#made.push(this.#sortable(body, table));
    table.addEventListener("pointerdown", (event) => {
      if (!owner.filtered || !event.target.closest(".grip")) return;
      announce(say("filtered"));
      toast(say("filtered"));
    });
  }

  allow(allowed) {
    for (const one of this.#made) one.option("disabled", !allowed);
  }

  #sortable(body, table) {
    return new window.Sortable(body, {
      group: { name: "fields", put: (to, from, row) => this.#mayStand(to.el, row) },
      draggable: ".field-row",
      handle: ".grip",
      forceFallback: true,
      fallbackOnBody: true, // a ghost inside the table would make the browser measure it all
      fallbackTolerance: 4,
      animation: 0,
      ghostClass: "row-ghost",
      scroll: true,
      bubbleScroll: true,
      scrollSensitivity: 80,
      scrollSpeed: 14,
      emptyInsertThreshold: 12,
      onStart: () => {
        this.#owner.remember();
        table.classList.add("is-dragging");
        document.addEventListener("pointermove", this.#over);
      },
      onMove: (event) => this.#mayStand(event.to, event.dragged),
      onEnd: (event) => {
        table.classList.remove("is-dragging");
        document.removeEventListener("pointermove", this.#over);
        clearTimeout(this.#timer);
        this.#drop(event);
      },
    });
  }

  /** A field of the main contact stays in its group (3.1.4). The server says so, too. */
  #mayStand(body, row) {
    return row.querySelector(".c-group .lock") === null || body.dataset.group === row.dataset.group;
  }

  /** A folded group opens under a field that waits there. */
  #over = (event) => {
    const body = document.elementsFromPoint(event.clientX, event.clientY).map((one) => one.closest("tbody[data-folded]")).find(Boolean);
    if (body === this.waiting) return;
    this.waiting = body;
    clearTimeout(this.#timer);
    if (body) this.#timer = setTimeout(() => this.#owner.fold(body, false), OPEN_AFTER);
  };

  #drop({ item, from, to, oldDraggableIndex, newDraggableIndex }) {
    if (from === to && oldDraggableIndex === newDraggableIndex) return;
    const names = this.#owner.chosenWith(item.dataset.name);
    let next = item.nextElementSibling;
    while (next && (!next.matches(".field-row") || names.includes(next.dataset.name))) next = next.nextElementSibling;
    this.#owner.move([item.dataset.name, ...names.filter((name) => name !== item.dataset.name)], to.dataset.group, next?.dataset.name ?? "");
  }
}
