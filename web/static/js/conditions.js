// The condition grammar in the browser: the same answers as engine/query/evaluate.py, which hands over conditions with
// their values resolved. No name in it is ever run; tests/engine/query/test_agreement.py compares the two case by case.

const VOICING = "\u3099\u309a"; // marks of kana are letters, not accents: が is not か
const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/gu;
const DROPPED = new RegExp(`(?![${VOICING}\\t-\\r\\x1c-\\x1f\\x85])[\\p{Mn}\\p{Cf}\\p{Cc}]`, "gu");
const LETTERS = { ł: "l", ø: "o", đ: "d", ð: "d", þ: "th", æ: "ae", œ: "oe", ħ: "h", ı: "i" };
const LETTER = new RegExp(`[${Object.keys(LETTERS).join("")}]`, "gu");

/** One spelling for texts that a person takes to be the same, as engine/metadata/folding.py makes it. */
export function fold(text) {
  const decomposed = lowered(text.normalize("NFKD")).normalize("NFKD");
  const kept = decomposed.replace(DROPPED, "").replace(LETTER, (letter) => LETTERS[letter]);
  return kept.normalize("NFC").replace(SPACE, " ").replace(/^ | $/g, "");
}

// Lower case after upper case is what Unicode calls case folding, but for the sigma that ends a word, a capital ẞ and Cherokee.
function lowered(text) {
  const lower = text.toUpperCase().toLowerCase().replaceAll("ς", "σ").replaceAll("ß", "ss");
  return lower.replace(/\p{Script=Cherokee}/gu, (letter) => letter.toUpperCase());
}

/** Whether values meet a resolved condition: {field, kind, operator, value}, {_and: […]}, {_or: […]}, or a plain yes or no. */
export function meets(condition, values) {
  if (typeof condition === "boolean") return condition;
  if (condition._and !== undefined) return condition._and.every((member) => meets(member, values));
  if (condition._or !== undefined) return condition._or.length === 0 || condition._or.some((member) => meets(member, values));
  return OPERATORS[condition.operator](compared(condition, values[condition.field]), condition.value, ORDER[condition.kind] ?? plainly);
}

const filled = (test) => (value, wanted, order) => value !== null && test(value, wanted, order);
const not = (test) => (value, wanted, order) => value === null || !test(value, wanted, order);
const same = (value, wanted, order) => order(value, wanted) === 0;
const oneOf = (value, wanted, order) => wanted.some((one) => order(value, one) === 0);
const holds = (value, wanted) => value.includes(wanted);
const someIn = (value, wanted) => wanted.some((code) => value.includes(code));
const empty = (value, wanted) => (value === null) === wanted;
const notEmpty = (value, wanted) => (value === null) !== wanted;

const OPERATORS = {
  _contains: filled(holds),
  _ncontains: not(holds),
  _eq: filled(same),
  _neq: not(same),
  _starts_with: filled((value, wanted) => value.startsWith(wanted)),
  _ends_with: filled((value, wanted) => value.endsWith(wanted)),
  _lt: filled((value, wanted, order) => order(value, wanted) < 0),
  _lte: filled((value, wanted, order) => order(value, wanted) <= 0),
  _gt: filled((value, wanted, order) => order(value, wanted) > 0),
  _gte: filled((value, wanted, order) => order(value, wanted) >= 0),
  _between: filled((value, wanted, order) => order(value, wanted[0]) >= 0 && order(value, wanted[1]) <= 0),
  _in: filled(oneOf),
  _nin: not(oneOf),
  _null: empty,
  _nnull: notEmpty,
  _empty: empty,
  _nempty: notEmpty,
  _under: filled(oneOf),
  _relative: filled((value, wanted, order) => order(value, wanted[0]) >= 0 && order(value, wanted[1]) < 0),
  _any: filled(someIn),
  _all: (value, wanted) => wanted.every((code) => value !== null && value.includes(code)),
  _none: not(someIn),
};

const ORDER = { number: (one, other) => sign(scaled(one, other) - scaled(other, one)) };

function plainly(one, other) {
  return one < other ? -1 : one > other ? 1 : 0;
}

function sign(number) {
  return number < 0n ? -1 : number > 0n ? 1 : 0;
}

/** A plain decimal as an integer, with as many places as the longer of the two has: no digit passes through a float. */
function scaled(text, beside) {
  const [whole, fraction = ""] = text.split(".");
  const places = Math.max(fraction.length, (beside.split(".")[1] ?? "").length);
  return BigInt(whole + fraction.padEnd(places, "0"));
}

function compared({ kind, exact }, value) {
  if (value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) return null;
  switch (kind) {
    case "text": return exact ? value : fold(value);
    case "phone": return exact ? value : fold(digits(value).replace(/\P{Nd}/gu, ""));
    case "markup": return exact ? value : fold(words(value));
    case "moment": return moment(value);
    case "check": case "codes": return value;
    default: return String(value);
  }
}

// Unicode's decimal digits come in runs of ten that start after something else.
const DIGIT = /\p{Nd}/u;
/** A text with every script's decimal digits as 0 to 9. */
export function digits(text) {
  return text.replace(/(?![0-9])\p{Nd}/gu, (char) => {
    const plain = char.normalize("NFKC");
    if (plain >= "0" && plain <= "9") return plain;
    const code = char.codePointAt(0);
    let zero = code;
    while (code - zero < 9 && DIGIT.test(String.fromCodePoint(zero - 1))) zero -= 1;
    return String(code - zero);
  });
}

/** The words of sanitised markup. */
function words(markup) {
  const spaced = markup.replace(/<\/?(?:p|br|ul|ol|li|blockquote|h3|h4|pre)\b[^>]*>/g, " ").replace(/<[^>]*>/g, "");
  const named = { lt: "<", gt: ">", quot: '"', nbsp: "\u00a0", amp: "&" };
  return spaced.replace(/&(lt|gt|quot|nbsp|amp);/g, (whole, name) => named[name]);
}

/** A moment in UTC with all its places, so that texts compare as moments do. */
function moment(text) {
  const [, day, time, fraction = ""] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d+))?Z?$/.exec(text) ?? [];
  return day === undefined ? null : `${day}T${time}.${fraction.padEnd(6, "0").slice(0, 6)}`;
}
