/* Elements made from text, never from markup; words in both languages. */
const NS = "http://www.w3.org/2000/svg";
const root = document.documentElement;

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null));
  return element;
}

function draw(tag, attributes, ...children) {
  const element = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function both(en, zh, tag = "span") {
  if (en === zh) return make(tag, {}, en);
  return make(tag, {}, make("span", { class: "en", lang: "en" }, en), make("span", { class: "zh", lang: "zh-Hans" }, zh));
}

function option(value, en, zh) {
  return make("option", { value, "data-en": en, "data-zh": zh }, root.dataset.lang === "zh" ? zh : en);
}

function field(en, zh, control) {
  return make("label", {}, both(en, zh), control);
}

function button(en, zh, act) {
  const element = make("button", { type: "button", class: "pf-button" }, both(en, zh));
  element.addEventListener("click", act);
  return element;
}

function save(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const link = make("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

export { root, make, draw, both, option, field, button, save };
