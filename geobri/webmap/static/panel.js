/* The control panel: title, search, fields, count and reset. */
import { h, icon } from "./dom.js";
import * as Filter from "./filter_fields.js";
import * as Search from "./search.js";
import { describeSelection } from "./sentence.js";
import * as Value from "./value_fields.js";
import { yearField } from "./years.js";

function footer(app) {
  const count = h("span", { class: "geobri-count" });
  const said = h("div", { class: "geobri-said geobri-small" });
  const left = h("div", { class: "geobri-left-out geobri-small geobri-muted" });
  const reset = h("button", { type: "button", class: "geobri-link" });
  reset.addEventListener("click", () => app.acts.reset());
  app.acts.onSync(() => {
    count.textContent = app.words.countText();
    left.textContent = app.words.leftText();
    left.hidden = !left.textContent;
    said.textContent = describeSelection(app);
    said.hidden = !said.textContent;
    reset.textContent = app.words.say("reset");
    reset.disabled = !app.asks.isChanged();
  });
  return h("div", { class: "geobri-foot" }, h("div", { class: "geobri-spread" }, count, reset), said, left);
}

function header(app, panel) {
  const title = h(app.config.standalone ? "h1" : "h2", { class: "geobri-title" });
  const subtitle = h("p", { class: "geobri-subtitle geobri-muted" });
  const toggle = h("button", { type: "button", class: "geobri-button", "aria-controls": `${app.key}_controls` }, icon("filters"));
  toggle.addEventListener("click", () => {
    app.folding.fold("controls", !app.folding.unfolded().controls);
  });
  app.acts.onSync(() => {
    const { lang } = app.now.state;
    title.textContent = app.config.title[lang];
    subtitle.textContent = app.config.subtitle[lang];
    subtitle.hidden = !subtitle.textContent;
    const { controls } = app.folding.unfolded();
    panel.classList.toggle("geobri-folded", !controls);
    toggle.setAttribute("aria-expanded", String(controls));
    toggle.setAttribute("aria-label", app.words.say("filters"));
    toggle.title = app.words.say("filters");
  });
  return h("div", { class: "geobri-head" }, h("div", { class: "geobri-titles" }, title, subtitle), toggle);
}

function makePanel(app) {
  const panel = h("div", { class: "geobri-card geobri-panel" });
  const ofLines = h("div", {},
    Value.valueField(app), yearField(app), Value.netField(app), Value.colourField(app), Filter.citiesField(app), Filter.groupField(app),
    ...app.model.types.map((type) => Filter.typeField(app, type)), Filter.coastField(app), Filter.lengthField(app),
    Value.topField(app), Value.zerosField(app), Value.missingField(app));
  app.acts.onSync(() => {
    ofLines.hidden = !app.now.state.lines;
  });
  const controls = h("div", { class: "geobri-controls", id: `${app.key}_controls` }, Filter.viewField(app), Value.linesField(app), ofLines, Value.pointsField(app));
  panel.append(header(app, panel), Search.makeSearch(app), controls, footer(app));
  const hint = () => controls.classList.toggle("geobri-more", controls.scrollTop + controls.clientHeight < controls.scrollHeight - 4);
  controls.addEventListener("scroll", hint);
  app.acts.onSync(() => requestAnimationFrame(hint));
  return panel;
}

export { makePanel };
