/* The row of buttons: language, theme, table, image, full screen, zoom. */
import { h, icon } from "./dom.js";

const THEMES = ["auto", "light", "dark"];

function tool(app, sign, say, act) {
  const button = h("button", { type: "button", class: "geobri-button" }, sign);
  button.addEventListener("click", act);
  app.onSync(() => {
    button.setAttribute("aria-label", say());
    button.title = say();
  });
  return button;
}

function languageTool(app) {
  const sign = h("span", { class: "geobri-sign" });
  app.onSync(() => {
    sign.textContent = app.say("languageName");
  });
  return tool(app, sign, () => app.say("switchLanguage"), () => app.set({ lang: app.state.lang === "en" ? "zh" : "en" }));
}

function themeTool(app) {
  const say = () => app.say("switchTheme", { theme: app.say(`theme_${app.state.theme}`) });
  const next = () => THEMES[(THEMES.indexOf(app.state.theme) + 1) % THEMES.length];
  const button = tool(app, icon("auto"), say, () => app.set({ theme: next() }));
  app.onSync(() => button.replaceChildren(icon(app.state.theme)));
  return button;
}

function fullScreenTool(app) {
  if (!document.fullscreenEnabled) return null;
  return tool(app, icon("full"), () => app.say("fullScreen"), () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else app.root.requestFullscreen();
  });
}

function tableTool(app) {
  const button = tool(app, icon("table"), () => app.say("table"), () => app.table.toggle());
  app.onSync(() => button.setAttribute("aria-expanded", String(app.table.isOpen())));
  return button;
}

function lassoTool(app) {
  if (app.model.cities.n < 3) return null;
  const button = tool(app, icon("lasso"), () => app.say("lasso"), () => app.lasso.toggle());
  app.onSync(() => button.setAttribute("aria-pressed", String(app.lasso.isOn())));
  return button;
}

function makeTools(app) {
  const bar = h("div", { class: "geobri-card geobri-tools", role: "toolbar" },
    languageTool(app), themeTool(app), tableTool(app), lassoTool(app),
    tool(app, icon("image"), () => app.say("saveImage"), () => app.saveImage()),
    tool(app, icon("drawing"), () => app.say("saveDrawing"), () => app.saveDrawing()),
    tool(app, icon("file"), () => app.say("saveTable"), () => app.saveTable()),
    fullScreenTool(app));
  const zoom = h("div", { class: "geobri-card geobri-zoom", role: "group" },
    tool(app, icon("plus"), () => app.say("zoomIn"), () => app.leaflet.zoomIn(0.75)),
    tool(app, icon("minus"), () => app.say("zoomOut"), () => app.leaflet.zoomOut(0.75)));
  app.onSync(() => bar.setAttribute("aria-label", app.say("controls")));
  return { bar, zoom };
}

export { makeTools };
