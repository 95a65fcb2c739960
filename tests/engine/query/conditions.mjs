// Asks the browser's reader of conditions everything that a file tells, and prints where it answers otherwise.
import { readFileSync } from "node:fs";
import { digits, fold, meets } from "../../../web/static/js/conditions.js";
import { read } from "../../../web/static/js/reading.js";

const told = JSON.parse(readFileSync(process.argv[3], "utf8"));
const wrong = [];
if (process.argv[2] === "folds") {
  for (const [text, folded, plain] of told) {
    if (fold(text) !== folded || digits(text) !== plain) wrong.push([text, fold(text), digits(text)]);
  }
} else if (process.argv[2] === "reads") {
  for (const { field, raw, how, value } of told) {
    const found = read(field, raw, how);
    if (JSON.stringify(found) !== JSON.stringify(value)) wrong.push([field, raw, how, found, value]);
  }
} else {
  for (const { condition, holds } of told.cases) {
    told.records.forEach((values, place) => {
      if (meets(condition, values) !== holds[place]) wrong.push([condition, values]);
    });
  }
}
console.log(JSON.stringify(wrong.slice(0, 5)));
