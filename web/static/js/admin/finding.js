// Finding fields: the same conditions as engine/service/admin/finding.py.
const FACTS = new Set(["required", "searchable", "custom", "system", "hidden", "listed", "unused", "changed"]);

/** `is:required type:date unused words` as what is wanted. */
export function wanted(query) {
  const found = { words: [], facts: [], types: [] };
  for (const part of query.split(/\s+/).filter(Boolean)) {
    const [kind, rest = ""] = part.toLowerCase().split(":", 2);
    if (kind === "is" && FACTS.has(rest)) found.facts.push(rest);
    else if (kind === "type" && rest) found.types.push(rest);
    else if (part.toLowerCase() === "unused" || part.toLowerCase() === "changed") found.facts.push(part.toLowerCase());
    else found.words.push(fold(part));
  }
  return found;
}

function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** Whether a row's data is what is wanted. */
export function matches({ words, facts, types }, { find, is, type }) {
  const has = is.split(" ");
  return words.every((word) => find.includes(word)) && facts.every((fact) => has.includes(fact)) && (types.length === 0 || types.includes(type));
}
