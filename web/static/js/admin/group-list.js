// <group-list>: groups are dragged by their handle, or moved with Alt and the arrow keys; what comes of it is the buttons' own move.
import "../../vendor/sortable.js";
import { composing } from "../dom.js";

class GroupList extends HTMLElement {
  connectedCallback() {
    const list = this.querySelector(".group-list");
    new window.Sortable(list, {
      draggable: ".group-item",
      handle: ".grip",
      forceFallback: true,
      fallbackTolerance: 4,
      animation: 0,
      ghostClass: "row-ghost",
      onEnd: ({ item, oldIndex, newIndex }) => {
        if (oldIndex !== newIndex) this.#send(item, `move:${item.dataset.name}`, item.nextElementSibling?.dataset.name ?? "");
      },
    });
    list.addEventListener("keydown", (event) => {
      const grip = event.target.closest(".grip");
      const how = { ArrowUp: "up", ArrowDown: "down", Home: "first", End: "last" }[event.key];
      if (!grip || !how || !event.altKey || composing(event)) return;
      event.preventDefault();
      const item = grip.closest(".group-item");
      sessionStorage.setItem("fieldloom-focus", item.dataset.name);
      this.#send(item, `${how}:${item.dataset.name}`);
    });
    const focus = sessionStorage.getItem("fieldloom-focus");
    sessionStorage.removeItem("fieldloom-focus");
    if (focus) this.querySelector(`#group-${focus} .grip`)?.focus();
  }

  #send(item, what, before = "") {
    const held = item.querySelector("form");
    const form = document.createElement("form");
    form.method = "post";
    form.action = held.action;
    for (const [name, value] of [["csrf_token", held.elements.csrf_token.value], ["do", what], ["before", before]]) {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
    document.body.append(form);
    form.submit();
  }
}

customElements.define("group-list", GroupList);
