// Writes engine/i18n/order/*.txt: the order of letters and of Chinese characters as CLDR has it, asked of the ICU in node.
// Only for whoever brings them up to a newer CLDR: `node tools/collation.mjs`. The program reads the files and needs no node.
import { writeFileSync } from "node:fs";

const HOME = new URL("../engine/i18n/order/", import.meta.url);
const SCRIPTS = [
  "Latn", "Grek", "Cyrl", "Geor", "Armn", "Hebr", "Arab", "Syrc", "Thaa", "Ethi", "Deva", "Beng", "Guru", "Gujr", "Orya", "Taml", "Telu",
  "Knda", "Mlym", "Sinh", "Thai", "Laoo", "Tibt", "Mymr", "Khmr", "Mong", "Hang", "Hira", "Bopo",
];
const [ROOT, PINYIN, STROKES] = ["und", "zh-u-co-pinyin", "zh-u-co-stroke"].map((tag) => new Intl.Collator(tag));
const BASE = new Intl.Collator("und", { sensitivity: "base" });

function every(test, from = 0x20, to = 0xffff) {
  const found = [];
  for (let code = from; code <= to; code += 1) {
    const char = String.fromCharCode(code);
    if (test.test(char)) found.push(char);
  }
  return found;
}

function own(char) {
  // Whether it has a place of its own: no capital, no mark that only accents, nothing that is put together of others.
  const lower = char.toLowerCase().normalize("NFKC");
  if (lower !== char || BASE.compare(`a${char}`, "a") === 0) return false;
  const plain = char.normalize("NFKD").replace(/\p{Mn}/gu, "");
  return char.normalize("NFKD") === char || (plain !== "" && BASE.compare(plain, char) !== 0);
}

function grouped(chars) {
  // Those that differ by no more than an accent stand together, groups stand apart by a space.
  const sorted = chars.filter(own).sort(ROOT.compare);
  return sorted.map((char, at) => (at && BASE.compare(sorted[at - 1], char) !== 0 ? ` ${char}` : char)).join("");
}

const LETTERS = every(/[\p{L}\p{M}]/u);
const lines = [`Zyyy ${grouped(every(/[\p{P}\p{S}]/u))}`];
for (const script of SCRIPTS) {
  const names = script === "Hira" ? /[\p{Script=Hira}\p{Script=Kana}]/u : new RegExp(`\\p{Script=${script}}`, "u");
  const syllables = script === "Hang" ? /[\u1100-\u11ff]/u : /./su;
  lines.push(`${script} ${grouped(LETTERS.filter((char) => names.test(char) && syllables.test(char)))}`);
}
const marks = LETTERS.filter((char) => BASE.compare(`a${char}`, "a") === 0 && ROOT.compare(`a${char}`, "a") !== 0);
lines.push(`Zinh ${marks.sort((one, other) => ROOT.compare(`a${one}`, `a${other}`)).join("")}`);
writeFileSync(new URL("root.txt", HOME), `${lines.join("\n")}\n`);
const han = every(/\p{Script=Han}/u, 0x4e00, 0x9fff);
writeFileSync(new URL("pinyin.txt", HOME), `${[...han].sort(PINYIN.compare).join("")}\n`);
writeFileSync(new URL("strokes.txt", HOME), `${[...han].sort(STROKES.compare).join("")}\n`);
