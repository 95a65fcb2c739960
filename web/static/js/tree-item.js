// What is asked of an item of a tree, wherever.

export const lineOf = (item) => item.querySelector(":scope > .twig-line");
export const listOf = (item) => item.querySelector(":scope > ul");
export const idOf = (item) => item?.dataset.id ?? "";
export const nameOf = (item) => item.querySelector(".twig-name").textContent.trim();
export const aboveOf = (item) => item.parentElement.closest(".twig");
export const isOpen = (item) => item.getAttribute("aria-expanded") === "true" && listOf(item) !== null;
