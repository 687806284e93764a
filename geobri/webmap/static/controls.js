/* The pieces of which the panel is made: headings, pills, lists, boxes to tick. */
import { h } from "./dom.js";

/** A heading whose words follow the language. */
function heading(app, key, id) {
  const element = h("div", { class: "geobri-label", id });
  app.acts.onSync(() => {
    element.textContent = app.words.say(key);
  });
  return element;
}

/** Radio buttons that look like pills. items: {value, text(): string, hidden(): boolean}. */
function pills(app, name, items, get, set) {
  const group = h("div", { class: "geobri-pills", role: "radiogroup" });
  for (const item of items) {
    const input = h("input", { type: "radio", name: `${app.key}_${name}` });
    const text = h("span", {});
    const label = h("label", { class: "geobri-pill" }, input, text);
    input.addEventListener("change", () => app.acts.set(set(item.value)));
    app.acts.onSync(() => {
      text.textContent = item.text();
      input.checked = get() === item.value;
      label.hidden = Boolean(item.hidden && item.hidden());
    });
    group.append(label);
  }
  return group;
}

function choice(app, options, get, set, labelKey) {
  const select = h("select", { class: "geobri-select" });
  select.addEventListener("change", () => app.acts.set(set(select.value)));
  app.acts.onSync(() => {
    const wanted = options();
    select.replaceChildren(...wanted.map(([value, text]) => h("option", { value }, text)));
    select.value = get();
    select.setAttribute("aria-label", app.words.say(labelKey));
  });
  return select;
}

function field(app, key, ...children) {
  const id = `${app.key}_${key}`;
  const box = h("div", { class: "geobri-field", role: "group", "aria-labelledby": id }, heading(app, key, id), ...children);
  return box;
}

/** A box to tick; `sync()` gives {text, checked, disabled, hidden}. */
function tick(app, sync, set) {
  const input = h("input", { type: "checkbox" });
  const text = h("span", {});
  const label = h("label", { class: "geobri-check" }, input, text);
  input.addEventListener("change", () => app.acts.set(set(input.checked)));
  app.acts.onSync(() => {
    const now = sync();
    label.hidden = Boolean(now.hidden);
    input.checked = now.checked;
    input.disabled = Boolean(now.disabled);
    text.textContent = now.text;
  });
  return label;
}

export { pills, choice, field, tick };
