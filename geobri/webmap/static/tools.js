/* The row of buttons: language, theme, table, image, full screen, zoom. */
import { h, icon } from "./dom.js";

const THEMES = ["auto", "light", "dark"];

function tool(app, sign, say, act) {
  const button = h("button", { type: "button", class: "geobri-button" }, sign);
  button.addEventListener("click", act);
  app.acts.onSync(() => {
    button.setAttribute("aria-label", say());
    button.title = say();
  });
  return button;
}

function languageTool(app) {
  const sign = h("span", { class: "geobri-sign" });
  app.acts.onSync(() => {
    sign.textContent = app.words.say("languageName");
  });
  return tool(app, sign, () => app.words.say("switchLanguage"), () => app.acts.set({ lang: app.now.state.lang === "en" ? "zh" : "en" }));
}

function themeTool(app) {
  const say = () => app.words.say("switchTheme", { theme: app.words.say(`theme_${app.now.state.theme}`) });
  const next = () => THEMES[(THEMES.indexOf(app.now.state.theme) + 1) % THEMES.length];
  const button = tool(app, icon("auto"), say, () => app.acts.set({ theme: next() }));
  app.acts.onSync(() => button.replaceChildren(icon(app.now.state.theme)));
  return button;
}

function fullScreenTool(app) {
  if (!document.fullscreenEnabled) return null;
  return tool(app, icon("full"), () => app.words.say("fullScreen"), () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else app.root.requestFullscreen();
  });
}

function tableTool(app) {
  const button = tool(app, icon("table"), () => app.words.say("table"), () => app.parts.table.toggle());
  app.acts.onSync(() => button.setAttribute("aria-expanded", String(app.parts.table.isOpen())));
  return button;
}

function lassoTool(app) {
  if (app.model.cities.n < 3) return null;
  const button = tool(app, icon("lasso"), () => app.words.say("lasso"), () => app.parts.lasso.toggle());
  app.acts.onSync(() => button.setAttribute("aria-pressed", String(app.parts.lasso.isOn())));
  return button;
}

function makeTools(app) {
  const bar = h("div", { class: "geobri-card geobri-tools", role: "toolbar" },
    languageTool(app), themeTool(app), tableTool(app), lassoTool(app),
    tool(app, icon("image"), () => app.words.say("saveImage"), () => app.acts.saveImage()),
    tool(app, icon("drawing"), () => app.words.say("saveDrawing"), () => app.acts.saveDrawing()),
    tool(app, icon("file"), () => app.words.say("saveTable"), () => app.acts.saveTable()),
    fullScreenTool(app));
  const zoom = h("div", { class: "geobri-card geobri-zoom", role: "group" },
    tool(app, icon("plus"), () => app.words.say("zoomIn"), () => app.leaflet.zoomIn(0.75)),
    tool(app, icon("minus"), () => app.words.say("zoomOut"), () => app.leaflet.zoomOut(0.75)));
  app.acts.onSync(() => bar.setAttribute("aria-label", app.words.say("controls")));
  return { bar, zoom };
}

export { makeTools };
