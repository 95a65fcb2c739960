// What every element shares: the page's translated texts, the live region, the input-method guard.

/** A translated text of the layout, with {name} places filled. */
export function text(key, values = {}) {
  const found = document.getElementById("texts")?.dataset[key] ?? "";
  return found.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}

/** Tell people who listen rather than look; the same sentence twice is said twice. */
export function announce(sentence) {
  const live = document.getElementById("live");
  if (live === null) return;
  live.textContent = "";
  requestAnimationFrame(() => { live.textContent = sentence; });
}

/** Whether a key belongs to an input method that is composing. Safari tells by key code 229 only. */
export function composing(event) {
  return event.isComposing || event.keyCode === 229;
}

/** Make an element: make("li", {class: "x"}, child, "text"). */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** An icon of the sprite, found through one that the page already shows. */
export function icon(name) {
  const known = document.querySelector("svg.icon use")?.getAttribute("href") ?? "#";
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${known.split("#")[0]}#${name}`);
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}
