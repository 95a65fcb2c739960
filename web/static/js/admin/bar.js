// The draft's bar, drawn by the server, put in the place of the old one.

/** Replace the bar. Forms that come without a token get the page's own. */
export function replaceBar(html, token) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  const bar = holder.content.querySelector("#draft-bar");
  for (const input of bar.querySelectorAll("[name=csrf_token]")) input.value = token;
  document.getElementById("draft-bar").replaceWith(bar);
}

/** A translated text of the administration, with {name} places filled. */
export function say(key, values = {}) {
  const found = document.getElementById("admin-texts")?.dataset[key] ?? "";
  return found.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}
