// Copies the browser files the pages use out of node_modules into web/static/vendor (git-ignored) and cuts one
// icon sprite from lucide-static. Which icons: those named by icon('…') in a template, by `icon:` in a field
// catalog, and the few below that Python names. An unknown icon is an error that says who asked for it.
import { copyFile, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MODULES = join(ROOT, "node_modules");
const VENDOR = join(ROOT, "web", "static", "vendor");
const LUCIDE = join(MODULES, "lucide-static");

// Named by code or chosen by data, not by a template.
const NAMED_BY_CODE = [
  "house", "layers", "list", "book-open", "settings", "user", "users", "image",
  "type", "text", "pilcrow", "hash", "sigma", "banknote", "calendar", "clock", "calendar-clock", "toggle-left", "circle-dot", "list-checks",
  "list-tree", "link-2", "paperclip", "at-sign", "phone", "globe", "info", "calculator", "table", "asterisk", "search", "eye-off", "pencil", "circle",
  "grip-vertical", "ellipsis-vertical", "languages", "archive", "triangle-alert", "eye", "list-filter",
];

const COPIES = [
  ["@github/combobox-nav/dist/index.js", "combobox-nav.js"],
  ["sortablejs/Sortable.min.js", "sortable.js"],
];
const LICENCES = ["@github/combobox-nav", "lucide-static", "sortablejs"];

async function filesUnder(folder, suffix) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(suffix))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

async function namesIn(files, pattern) {
  const found = new Map();
  for (const file of files) {
    const text = await readFile(file, "utf8");
    for (const match of text.matchAll(pattern)) {
      found.set(match[1], relative(ROOT, file));
    }
  }
  return found;
}

async function wantedIcons() {
  const templates = [
    ...(await filesUnder(join(ROOT, "web", "templates"), ".html")),
    ...(await filesUnder(join(ROOT, "engine", "render", "templates"), ".html")),
  ];
  const catalogs = await filesUnder(join(ROOT, "field_catalogs"), ".yaml");
  return new Map([
    ...NAMED_BY_CODE.map((name) => [name, "tools/front_assets.mjs"]),
    ...(await namesIn(catalogs, /^icon:\s*["']?([a-z0-9-]+)/gm)),
    ...(await namesIn(templates, /icon\(\s*["']([a-z0-9-]+)["']/g)),
  ]);
}

async function symbol(name, askedBy) {
  const source = await readFile(join(LUCIDE, "icons", `${name}.svg`), "utf8").catch(() => {
    throw new Error(`${askedBy} asks for the icon “${name}”, which lucide does not have.`);
  });
  const body = source.slice(source.indexOf(">", source.indexOf("<svg")) + 1, source.lastIndexOf("</svg>"));
  return `<symbol id="${name}" viewBox="0 0 24 24">${body.replace(/\s*\n\s*/g, "")}</symbol>`;
}

async function sprite() {
  const icons = await wantedIcons();
  const symbols = await Promise.all([...icons].sort().map(([name, askedBy]) => symbol(name, askedBy)));
  const text = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`;
  await writeFile(join(VENDOR, "icons.svg"), text);
  return symbols.length;
}

async function licences() {
  const texts = await Promise.all(
    LICENCES.map(async (name) => `${name}\n\n${await readFile(join(MODULES, name, "LICENSE"), "utf8")}`),
  );
  await writeFile(join(VENDOR, "LICENCES.txt"), texts.join("\n\n"));
}

await mkdir(VENDOR, { recursive: true });
await Promise.all(COPIES.map(([from, to]) => copyFile(join(MODULES, from), join(VENDOR, to))));
await licences();
console.log(`web/static/vendor: ${COPIES.length} script, ${await sprite()} icons`);
