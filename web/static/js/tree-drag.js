// Dragging in a tree: a line says between, a frame says inside, and the place stands in words at the foot of the page.
// By mouse anywhere on a line, by finger at its grip, so that a page can still be scrolled. Escape lets go.
import { announce, make } from "./dom.js";
import { aboveOf, idOf, isOpen, listOf, nameOf } from "./tree-item.js";

const FAR = 5;
const EDGE = 0.28;
const OPEN_AFTER = 700;
const SCROLL_AT = 48;
const SIGNS = ["drop-before", "drop-after", "drop-inside"];

/** The click that ends a drag. */
function unmeant(event) {
  event.preventDefault();
  event.stopPropagation();
}

/** Let the items of a tree be dragged; `drop(item, {under, before})` is told where one was put. */
export function dragging(tree, drop) {
  let item = null, start = null, place = null, moving = false, marked = null, timer = 0;

  const mark = (target, sign) => {
    if (marked === target && target?.classList.contains(sign)) return;
    marked?.classList.remove(...SIGNS);
    clearTimeout(timer);
    marked = target;
    if (target === null) return;
    target.classList.add(sign);
    if (sign === "drop-inside" && !isOpen(target)) timer = setTimeout(() => tree.open(target), OPEN_AFTER);
  };

  const end = () => {
    mark(null);
    item?.classList.remove("twig-dragged");
    tree.classList.remove("tree-dragging");
    tree.querySelector(".tree-drop").hidden = true;
    item = start = place = null;
    moving = false;
  };

  const begin = (event) => {
    moving = true;
    tree.setPointerCapture(event.pointerId);
    tree.classList.add("tree-dragging");
    item.classList.add("twig-dragged");
  };

  /** Where the pointer is: before, after or inside which item. */
  const find = (event) => {
    const line = document.elementFromPoint(event.clientX, event.clientY)?.closest(".twig-line");
    const target = line?.closest(".twig");
    if (!target || !tree.contains(target) || item.contains(target)) return null;
    const box = line.getBoundingClientRect();
    const part = (event.clientY - box.top) / box.height;
    if (part < EDGE) return { target, sign: "drop-before" };
    if (part <= 1 - EDGE) return { target, sign: "drop-inside" };
    if (!isOpen(target)) return { target, sign: "drop-after" };
    const first = [...listOf(target).children].find((one) => one !== item);
    return first ? { target: first, sign: "drop-before" } : { target, sign: "drop-inside" };
  };

  const resolved = ({ target, sign }) => {
    if (sign === "drop-inside") return { under: idOf(target), before: "" };
    let next = target;
    if (sign === "drop-after") do next = next.nextElementSibling; while (next === item);
    return { under: idOf(aboveOf(target)), before: idOf(next) };
  };

  const show = ({ target, sign }) => {
    mark(target, sign);
    const key = sign.slice("drop-".length);
    const path = tree.pathOf(sign === "drop-inside" ? target : aboveOf(target));
    const words = tree.querySelector(".tree-drop");
    words.replaceChildren(make("strong", {}, nameOf(item)), " ", tree.say(key, { name: nameOf(target), path }));
    words.hidden = false;
  };

  tree.addEventListener("pointerdown", (event) => {
    const line = event.target.closest(".twig-line");
    if (event.button !== 0 || !line || event.target.closest("input, .twig-more, .twig-turn")) return;
    if (event.pointerType !== "mouse" && !event.target.closest(".twig-grip")) return;
    item = line.closest(".twig");
    start = { x: event.clientX, y: event.clientY };
  });

  tree.addEventListener("pointermove", (event) => {
    if (item === null) return;
    if (!moving && Math.hypot(event.clientX - start.x, event.clientY - start.y) < FAR) return;
    if (!moving) begin(event);
    if (event.clientY < SCROLL_AT) scrollBy(0, -SCROLL_AT / 4);
    if (event.clientY > innerHeight - SCROLL_AT) scrollBy(0, SCROLL_AT / 4);
    place = find(event);
    if (place === null) {
      mark(null);
      tree.querySelector(".tree-drop").hidden = true;
    } else show(place);
  });

  tree.addEventListener("pointerup", () => {
    if (!moving) return end();
    addEventListener("click", unmeant, { capture: true });
    setTimeout(() => removeEventListener("click", unmeant, { capture: true }));
    const put = item, where = place === null ? null : resolved(place);
    end();
    if (where !== null) drop(put, where);
  });

  tree.addEventListener("pointercancel", end);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !moving) return;
    event.preventDefault();
    end();
    announce(tree.say("cancelled"));
  });
}
