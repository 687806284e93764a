/* What is shown, as a sentence: every filter that is on, in the words of the page. */
import { groupFilter } from "./groups.js";
import { formatNumber, formatValue } from "./i18n.js";

const MOST_NAMES = 4;

/** "Rome, Cairo and 12 more". */
function nameSome(app, slugs) {
  const named = slugs.slice(0, slugs.length > MOST_NAMES ? MOST_NAMES - 1 : MOST_NAMES).map((slug) => app.words.cityName(app.model.cities.position.get(slug)));
  const words = named.join(app.now.state.lang === "zh" ? "、" : ", ");
  return named.length < slugs.length ? app.words.say("andMore", { names: words, n: slugs.length - named.length }) : words;
}

/** "over 3,000 km long" */
function sayLength(app, [low, high]) {
  const km = (end) => formatNumber(app.now.state.lang, end, 1);
  if (low === null) return app.words.say("saidUpToKm", { high: km(high) });
  return high === null ? app.words.say("saidFromKm", { low: km(low) }) : app.words.say("saidKm", { low: km(low), high: km(high) });
}

/** Parts of the sentence in the order in which both languages say them; empty where a filter is off. */
function describeFilters(app) {
  const { model } = app;
  const { state } = app.now;
  const measure = app.asks.measure();
  const parts = [];
  if (state.city !== null) parts.push(app.words.say("saidCity", { city: app.words.cityName(model.cities.position.get(state.city)) }));
  if (state.cities !== null) parts.push(app.words.say(`said_cities_${state.cities.mode}`, { cities: nameSome(app, state.cities.list) }));
  if (state.only !== null) parts.push(app.words.say("saidOnly", { n: state.only.length }));
  for (const group of model.groups) {
    const { mode, a, b } = groupFilter(state, group.key);
    const named = (name) => app.words.translate(name || "") + (group.key === "region" ? "" : app.words.say("ofGroup", { group: app.words.groupName(group) }));
    if (mode !== "all") parts.push(app.words.say(`said_${mode}`, { a: named(a), b: named(b) }));
  }
  for (const type of model.types) {
    const chosen = state.types[type.key];
    if (chosen) parts.push(app.words.say("saidTypes", { label: type.label[state.lang], names: chosen.map(app.words.translate).join(state.lang === "zh" ? "、" : ", ") }));
  }
  if (state.km !== null) parts.push(sayLength(app, state.km));
  if (state.coast !== null) parts.push(app.words.say(`said_${state.coast}`));
  if (state.range) {
    const [low, high] = state.range.map((end) => formatValue(state.lang, measure, end));
    parts.push(app.words.say("saidRange", { measure: measure.label[state.lang], low, high }));
  }
  return parts;
}

/** "The 20 strongest corridors of Singapore, within East Asia."; "Cities alone" where lines are off; empty when nothing is filtered. */
function describeSelection(app) {
  const parts = describeFilters(app);
  const { top, only } = app.now.state;
  if (!app.now.state.lines || (only !== null && only.length === 0)) return app.words.say("saidNone");
  if (parts.length === 0 && top === null) return "";
  const what = top === null ? app.words.say("saidAll") : app.words.say(`saidTop_${app.asks.measure().front}`, { n: top, measure: app.asks.measure().label[app.now.state.lang] });
  return app.words.say("sentence", { what, parts: parts.join(app.now.state.lang === "zh" ? "，" : ", "), joint: parts.length ? (app.now.state.lang === "zh" ? "：" : " ") : "" });
}

export { describeSelection, sayLength };
