// What is asked of an item of a tree, wherever. An item is a <li>; its line is what has the focus and the role, so that its name
// is not the names of all below it.

export const lineOf = (item) => item.querySelector(":scope > .twig-line");
export const listOf = (item) => item.querySelector(":scope > ul");
export const idOf = (item) => item?.dataset.id ?? "";
export const nameOf = (item) => item.querySelector(".twig-name").textContent.trim();
export const aboveOf = (item) => item.parentElement.closest(".twig");
export const isParent = (item) => lineOf(item).hasAttribute("aria-expanded");
export const isOpen = (item) => lineOf(item).getAttribute("aria-expanded") === "true" && listOf(item) !== null;

/** Open or close an item, or say that there is nothing to open (null). */
export function setOpen(item, open) {
  const line = lineOf(item), list = listOf(item);
  if (open === null) line.removeAttribute("aria-expanded");
  else line.setAttribute("aria-expanded", String(open));
  if (list === null) return line.removeAttribute("aria-owns");
  list.id ||= `twig-below-${idOf(item)}`;
  line.setAttribute("aria-owns", list.id);
}

/** Whether any of it stands in the window. */
export const isSeen = (line) => {
  const box = line.getBoundingClientRect();
  return box.bottom > 0 && box.top < innerHeight;
};
