// Moving rows by keys, on the handle: Alt with the arrows at once, or Space to lift, arrows to carry, Space to put down.
import { announce, composing } from "../dom.js";
import { say } from "./bar.js";

const AT_ONCE = { ArrowUp: "up", ArrowDown: "down", PageUp: "previous", PageDown: "next", Home: "first", End: "last" };

export class Lifting {
  #owner; #lifted = null; #carrying = false;

  constructor(owner, table) {
    this.#owner = owner;
    table.addEventListener("keydown", (event) => this.#key(event));
    table.addEventListener("focusout", (event) => {
      if (this.#lifted && !this.#carrying && event.target.closest("tr") === this.#lifted.row && !event.relatedTarget?.closest?.(".grip")) this.#putBack();
    });
  }

  #key(event) {
    const grip = event.target.closest(".grip");
    if (!grip || composing(event) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const row = grip.closest("tr");
    if (event.altKey && AT_ONCE[event.key]) {
      event.preventDefault();
      this.#owner.step(row.dataset.name, AT_ONCE[event.key]);
    } else if ((event.key === " " || event.key === "Enter") && !event.altKey) {
      event.preventDefault();
      if (this.#lifted) this.#putDown();
      else this.#lift(row, grip);
    } else if (this.#lifted && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      this.#carry(event.key === "ArrowUp", grip);
    } else if (this.#lifted && event.key === "Escape") {
      event.preventDefault();
      this.#putBack();
    }
  }

  #lift(row, grip) {
    if (this.#owner.filtered) {
      announce(say("filtered"));
      return;
    }
    this.#owner.remember();
    this.#lifted = { row, body: row.parentElement, next: row.nextElementSibling };
    row.classList.add("row-lifted");
    grip.setAttribute("aria-pressed", "true");
    announce(say("lifted", { name: row.dataset.label }));
  }

  /** One place up or down on the page, over the heading into the group beside; fields that may not leave stay inside. */
  #carry(up, grip) {
    const { row } = this.#lifted;
    this.#carrying = true; // a row that is put elsewhere loses the focus for a moment
    const beside = up ? row.previousElementSibling : row.nextElementSibling;
    if (beside?.matches(".field-row")) {
      if (up) beside.before(row);
      else beside.after(row);
    } else if (row.querySelector(".c-group .lock") === null) {
      let body = row.parentElement;
      do body = up ? body.previousElementSibling : body.nextElementSibling; while (body && body.tagName !== "TBODY");
      if (body) {
        this.#owner.fold(body, false);
        if (up) body.querySelector(".group-empty").before(row);
        else body.querySelector(".group-row").after(row);
      }
    }
    grip.focus();
    this.#carrying = false;
    row.scrollIntoView({ block: "nearest" });
    announce(this.#owner.place(row.dataset.name));
  }

  #done() {
    const { row } = this.#lifted;
    row.classList.remove("row-lifted");
    row.querySelector(".grip").removeAttribute("aria-pressed");
    const lifted = this.#lifted;
    this.#lifted = null;
    return lifted;
  }

  #putDown() {
    const { row, body, next } = this.#done();
    if (row.parentElement === body && row.nextElementSibling === next) return;
    const after = row.nextElementSibling;
    this.#owner.move([row.dataset.name], row.parentElement.dataset.group, after?.matches(".field-row") ? after.dataset.name : "");
  }

  #putBack() {
    const { row, body, next } = this.#done();
    body.insertBefore(row, next);
    row.querySelector(".grip").focus();
    announce(say("back", { name: row.dataset.label }));
  }
}
