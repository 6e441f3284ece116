// Builds ../ontwikkelrekening/portal/static/portal: one style sheet, two fonts, their licences.
// The result is committed, so installing the product needs no npm: `npm ci && npm run build`.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import postcss from "postcss";

const OUT = new URL("../ontwikkelrekening/portal/static/portal/", import.meta.url);
const MODULES = new URL("node_modules/", import.meta.url);
const COMPONENTS = [
  "alert",
  "badge-status",
  "button",
  "form-field",
  "form-field-description",
  "form-field-error-message",
  "form-label",
  "select",
  "skip-link",
  "textbox",
].map((name) => `@utrecht/${name}-css`);
// The parts of those components that our pages use; the rest is left out of the style sheet.
const USED = new Set(
  `alert alert--error alert--info alert--ok alert--warning alert__content
  badge-status badge-status--danger badge-status--neutral badge-status--safe badge-status--warning
  button button--primary-action button--secondary-action
  form-field form-field--invalid form-field__label
  form-field-description form-field-error-message form-label
  select select--html-select select--invalid skip-link skip-link--visible-on-focus
  textbox textbox--invalid`
    .split(/\s+/)
    .map((name) => `utrecht-${name}`),
);
const STYLES = ["tokens", "base", "components", "print"];
const FONT = "@fontsource/source-sans-3";

const read = (url) => readFileSync(url, "utf8");
const version = (name) => JSON.parse(read(new URL(`${name}/package.json`, MODULES))).version;
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const STATES = /:disabled|aria-disabled|aria-pressed|aria-busy|:read-only|::placeholder/;
function isUsed(selector) {
  const plain = selector.replace(/:not\([^)]*\)/g, "");
  return (plain.match(/\.[\w-]+/g) ?? []).every((name) => USED.has(name.slice(1))) && !STATES.test(plain);
}
function onlyUsed(css) {
  const sheet = postcss.parse(css);
  sheet.walkRules((rule) => {
    rule.selectors = rule.selectors.filter(isUsed);
    if (rule.selectors.join("") === "") rule.remove();
  });
  sheet.walkAtRules((rule) => rule.nodes?.length === 0 && rule.remove());
  return sheet.toString();
}
// A component's private properties of states we left out are left out too.
function onlyRead(css) {
  const sheet = postcss.parse(css);
  let removed = true;
  while (removed) {
    removed = false;
    const text = sheet.toString();
    sheet.walkDecls(/^--_/, (declaration) => {
      if (new RegExp(`var\\(\\s*${declaration.prop}[\\s,)]`).test(text)) return;
      declaration.remove();
      removed = true;
    });
  }
  return sheet.toString();
}
const squeeze = (css) =>
  css
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\s+/g, " ")
    .replace(/ ?([{};,]) ?/g, "$1")
    .replace(/;}/g, "}")
    .trim();

mkdirSync(new URL("fonts/", OUT), { recursive: true });

const components = COMPONENTS.map((name) => ({
  name,
  css: read(new URL(`${name}/dist/index.css`, MODULES)),
}));
const own = STYLES.map((name) => read(new URL(`styles/${name}.css`, import.meta.url)));
const banner = "/*! Ontwikkelrekening, EUPL-1.2; NL Design System components by Frameless B.V. and Gemeente Utrecht, EUPL-1.2; see NOTICE.txt */\n";
const css = [...components.map(({ css }) => onlyRead(onlyUsed(css))), ...own].map(squeeze).join("\n");
writeFileSync(new URL("site.css", OUT), banner + css + "\n");

for (const weight of [400, 600]) {
  const file = `source-sans-3-latin-${weight}-normal.woff2`;
  cpSync(new URL(`${FONT}/files/${file}`, MODULES), new URL(`fonts/${file}`, OUT));
}
cpSync(new URL(`${FONT}/LICENSE`, MODULES), new URL("fonts/OFL.txt", OUT));

const lines = components.map(({ name, css }) => `${name} ${version(name)}  sha256 ${sha256(css)}`);
writeFileSync(
  new URL("NOTICE.txt", OUT),
  `site.css contains, beside our own styles (EUPL-1.2), these components of NL Design System.
Copyright (c) Frameless B.V. and Gemeente Utrecht, EUPL-1.2, https://github.com/nl-design-system/utrecht

${lines.join("\n")}

fonts/ holds Source Sans 3 by Adobe, SIL Open Font License 1.1 (fonts/OFL.txt), from ${FONT} ${version(FONT)}.
`,
);
