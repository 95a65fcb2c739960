// What stands in a control, as the value that the server's field types read from it (engine/metadata/types); null for none,
// and for what cannot be read. How the reader writes numbers, and the reader's time zone, come with the card's rules.
import { digits } from "./conditions.js";

const BLANK = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/gu;
const AROUND = new RegExp(`^(?:${BLANK.source})+|(?:${BLANK.source})+$`, "gu");
const SEEN = /[^\p{C}\p{Z}\u115f\u1160\u2800\u3164\uffa0]/u;
const SIGNS = { "，": ",", "．": ".", "。": ".", "－": "-", "−": "-", "＋": "+", "٫": ".", "٬": "," };

/** The value for the texts that a control holds. `kind` is how the field's values are compared; `how` is {decimal, group, zone}. */
export function read({ kind, whole }, texts, how) {
  if (kind === "codes") return texts.length > 0 ? texts : null;
  if (kind === "check") return texts.length > 0;
  const text = (texts[0] ?? "").replace(/\r\n?/g, "\n").replace(AROUND, "");
  if (text === "" || !SEEN.test(text)) return null;
  switch (kind) {
    case "number": return number(text, how, whole === true);
    case "date": return /^\d{4}-\d\d-\d\d$/.test(text) ? text : null;
    case "time": return /^\d\d:\d\d$/.test(text) ? `${text}:00` : /^\d\d:\d\d:\d\d/.test(text) ? text.slice(0, 8) : null;
    case "moment": return moment(text, how.zone);
    default: return text;
  }
}

function number(text, { decimal, group }, whole) {
  const typed = digits(text.replace(BLANK, "")).replace(/[，．。－−＋٫٬]/g, (sign) => SIGNS[sign]);
  const plain = grouped(typed, decimal, group) ?? (/^[+-]?(\d+\.?\d*|\.\d+)$/.test(typed) ? typed : null);
  if (plain === null) return null;
  const [, sign, before, after = ""] = /^([+-]?)(\d*)\.?(\d*)$/.exec(plain);
  const fraction = after.replace(/0+$/, "");
  const digitsBefore = before.replace(/^0+/, "") || "0";
  if ((whole && fraction !== "") || digitsBefore.length > (whole ? 31 : 41)) return null;
  const value = fraction === "" ? digitsBefore : `${digitsBefore}.${fraction}`;
  return sign === "-" && value !== "0" ? `-${value}` : value;
}

/** A number in the reader's own notation, with a dot; groups must be whole thousands. */
function grouped(typed, decimal, group) {
  if (typed.includes(group)) {
    const [whole, ...fraction] = typed.split(decimal);
    const parts = whole.replace(/^-/, "").split(group);
    const right = /^[1-9]\d{0,2}$/.test(parts[0]) && parts.slice(1).every((part) => /^\d{3}$/.test(part));
    if (!right || parts.length < 2 || fraction.length > 1 || !/^\d*$/.test(fraction[0] ?? "")) return null;
    return `${whole.startsWith("-") ? "-" : ""}${parts.join("")}.${fraction[0] ?? ""}`;
  }
  const dotted = typed.replace(decimal, ".");
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(dotted) ? dotted : null;
}

/** A local time of a zone as a moment in UTC: of two such moments the first, and of none the one by the clock before the change. */
function moment(text, zone) {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?/.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0));
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  const [before, after] = [wall - 86_400_000, wall + 86_400_000].map((at) => offset(at, zone));
  const first = wall - before;
  const found = offset(first, zone) !== before && offset(wall - after, zone) === after ? wall - after : first;
  return `${new Date(found).toISOString().slice(0, 19)}Z`;
}

const clocks = new Map();
function offset(at, zone) {
  if (!clocks.has(zone)) {
    const parts = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric", era: "short" };
    clocks.set(zone, new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", ...parts }));
  }
  const shown = Object.fromEntries(clocks.get(zone).formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute, shown.second) - Math.floor(at / 1000) * 1000;
}
