// Asks the browser's reader of conditions everything that a file tells, and prints where it answers otherwise.
import { readFileSync } from "node:fs";
import { digits, fold, meets } from "../../../web/static/js/conditions.js";

const told = JSON.parse(readFileSync(process.argv[3], "utf8"));
const wrong = [];
if (process.argv[2] === "folds") {
  for (const [text, folded, plain] of told) {
    if (fold(text) !== folded || digits(text) !== plain) wrong.push([text, fold(text), digits(text)]);
  }
} else {
  for (const { condition, holds } of told.cases) {
    told.records.forEach((values, place) => {
      if (meets(condition, values) !== holds[place]) wrong.push([condition, values]);
    });
  }
}
console.log(JSON.stringify(wrong.slice(0, 5)));
