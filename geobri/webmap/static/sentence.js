/* What is shown, as a sentence: every filter that is on, in the words of the page. */
import { formatValue } from "./i18n.js";

const MOST_NAMES = 4;

/** "Rome, Cairo and 12 more". */
function nameSome(app, slugs) {
  const named = slugs.slice(0, slugs.length > MOST_NAMES ? MOST_NAMES - 1 : MOST_NAMES).map((slug) => app.cityName(app.model.cities.position.get(slug)));
  const words = named.join(app.state.lang === "zh" ? "、" : ", ");
  return named.length < slugs.length ? app.say("andMore", { names: words, n: slugs.length - named.length }) : words;
}

/** Parts of the sentence in the order in which both languages say them; empty where a filter is off. */
function describeFilters(app) {
  const { state, model } = app;
  const { region } = state;
  const measure = app.measure();
  const fills = { a: app.translate(region.a || ""), b: app.translate(region.b || ""), measure: measure.label[state.lang] };
  const parts = [];
  if (state.city !== null) parts.push(app.say("saidCity", { city: app.cityName(model.cities.position.get(state.city)) }));
  if (state.cities !== null) parts.push(app.say(`said_cities_${state.cities.mode}`, { cities: nameSome(app, state.cities.list) }));
  if (state.only !== null) parts.push(app.say("saidOnly", { n: state.only.length }));
  if (region.mode !== "all") parts.push(app.say(`said_${region.mode}`, fills));
  if (state.coast !== null) parts.push(app.say(`said_${state.coast}`));
  if (state.range) {
    const [low, high] = state.range.map((end) => formatValue(state.lang, measure, end));
    parts.push(app.say("saidRange", { ...fills, low, high }));
  }
  return parts;
}

/** "The 20 strongest corridors of Singapore, within East Asia."; empty when nothing is filtered. */
function describeSelection(app) {
  const parts = describeFilters(app);
  const { top } = app.state;
  if (parts.length === 0 && top === null) return "";
  const what = top === null ? app.say("saidAll") : app.say("saidTop", { n: top, measure: app.measure().label[app.state.lang] });
  return app.say("sentence", { what, parts: parts.join(app.state.lang === "zh" ? "，" : ", "), joint: parts.length ? (app.state.lang === "zh" ? "：" : " ") : "" });
}

export { describeSelection };
