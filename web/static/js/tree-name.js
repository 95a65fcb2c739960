// A name typed in the line of a tree: Enter takes it, Escape leaves it; leaving the box takes what was changed.
// Enter that ends a composition of an input method is not meant.
import { composing, make } from "./dom.js";

/** Ask for a name in place of a line's own. Gives the name, or null where it was left as it is. */
export function asking(line, label, value) {
  const input = make("input", { class: "input twig-input", type: "text", dir: "auto", autocomplete: "off", "aria-label": label });
  input.value = value;
  line.classList.add("twig-asking");
  line.append(input);
  input.focus();
  input.select();
  return new Promise((resolve) => {
    let answered = false;
    const answer = (name) => {
      if (answered) return;
      answered = true;
      input.remove();
      line.classList.remove("twig-asking");
      resolve(name !== null && name.trim() !== "" && name.trim() !== value ? name.trim() : null);
    };
    input.addEventListener("blur", () => answer(input.value));
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (composing(event)) return;
      if (event.key === "Enter") event.preventDefault();
      if (event.key === "Enter") answer(input.value);
      if (event.key === "Escape") answer(null);
    });
  });
}
