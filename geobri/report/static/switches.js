/* Language and theme of the page and of its map; what is folded opens for paper. */
import { root } from "./dom.js";

const tell = (kind, value) => document.dispatchEvent(new CustomEvent(`geobri:${kind}`, { detail: { [kind]: value, source: "report" } }));

function showLanguage(lang) {
  root.dataset.lang = lang;
  root.lang = lang;
  /** @type {NodeListOf<HTMLElement>} */
  const options = document.querySelectorAll("option[data-en]");
  for (const option of options) option.textContent = option.dataset[lang];
}

function currentTheme() {
  if (root.dataset.theme !== "auto") return root.dataset.theme;
  return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

function bindSwitches() {
  document.querySelector('[data-switch="lang"]').addEventListener("click", () => {
    const lang = root.dataset.lang === "en" ? "zh" : "en";
    showLanguage(lang);
    tell("lang", lang);
  });
  document.querySelector('[data-switch="theme"]').addEventListener("click", () => {
    root.dataset.theme = currentTheme() === "dark" ? "light" : "dark";
    tell("theme", root.dataset.theme);
  });
  document.addEventListener("geobri:lang", (event) => event.detail.source !== "report" && showLanguage(event.detail.lang));
  document.addEventListener("geobri:theme", (event) => {
    if (event.detail.source !== "report") root.dataset.theme = event.detail.theme;
  });
}

function bindPaper() {
  /** @type {HTMLDetailsElement[]} */
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = Array.from(document.querySelectorAll("details.fold:not([open])"));
    for (const fold of opened) fold.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const fold of opened) fold.open = false;
  });
}

export { bindSwitches, bindPaper };
