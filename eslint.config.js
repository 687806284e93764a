/* What make lint asks of the scripts of the map and of their tests. */
const BROWSER = [
  "window", "document", "L", "Path2D", "ImageData", "MessageChannel", "ResizeObserver", "CustomEvent", "Blob", "URL",
  "performance", "requestAnimationFrame", "setTimeout", "clearTimeout", "setInterval", "clearInterval", "TextDecoder",
  "TextEncoder",
];
const rules = {
  "no-undef": "error",
  "no-unused-vars": "error",
  "no-shadow": "error",
  "prefer-const": "error",
  "no-var": "error",
  "no-use-before-define": ["error", { functions: false, variables: false }],
  eqeqeq: "error",
};
const asGlobals = (names) => Object.fromEntries(names.map((name) => [name, "readonly"]));

export default [
  { files: ["geobri/webmap/static/*.js"], languageOptions: { globals: asGlobals(BROWSER) }, rules },
  { files: ["geobri/report/static/*.js"], languageOptions: { globals: asGlobals([...BROWSER, "Event"]) }, rules },
  { files: ["tests/*/js/*.js"], languageOptions: { globals: asGlobals(["Buffer", "URL"]) }, rules },
];
