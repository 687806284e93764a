/* What is shown, as a sentence: every filter that is on, in the words of the page. */
import { groupFilter } from "./groups.js";
import { formatNumber, formatValue } from "./i18n.js";

const MOST_NAMES = 4;

/** "Rome, Cairo and 12 more". */
function nameSome(app, slugs) {
  const named = slugs.slice(0, slugs.length > MOST_NAMES ? MOST_NAMES - 1 : MOST_NAMES).map((slug) => app.cityName(app.model.cities.position.get(slug)));
  const words = named.join(app.state.lang === "zh" ? "、" : ", ");
  return named.length < slugs.length ? app.say("andMore", { names: words, n: slugs.length - named.length }) : words;
}

/** "over 3,000 km long" */
function sayLength(app, [low, high]) {
  const km = (end) => formatNumber(app.state.lang, end, 1);
  if (low === null) return app.say("saidUpToKm", { high: km(high) });
  return high === null ? app.say("saidFromKm", { low: km(low) }) : app.say("saidKm", { low: km(low), high: km(high) });
}

/** Parts of the sentence in the order in which both languages say them; empty where a filter is off. */
function describeFilters(app) {
  const { state, model } = app;
  const measure = app.measure();
  const parts = [];
  if (state.city !== null) parts.push(app.say("saidCity", { city: app.cityName(model.cities.position.get(state.city)) }));
  if (state.cities !== null) parts.push(app.say(`said_cities_${state.cities.mode}`, { cities: nameSome(app, state.cities.list) }));
  if (state.only !== null) parts.push(app.say("saidOnly", { n: state.only.length }));
  for (const group of model.groups) {
    const { mode, a, b } = groupFilter(state, group.key);
    const named = (name) => app.translate(name || "") + (group.key === "region" ? "" : app.say("ofGroup", { group: app.groupName(group) }));
    if (mode !== "all") parts.push(app.say(`said_${mode}`, { a: named(a), b: named(b) }));
  }
  for (const type of model.types) {
    const chosen = state.types[type.key];
    if (chosen) parts.push(app.say("saidTypes", { label: type.label[state.lang], names: chosen.map(app.translate).join(state.lang === "zh" ? "、" : ", ") }));
  }
  if (state.km !== null) parts.push(sayLength(app, state.km));
  if (state.coast !== null) parts.push(app.say(`said_${state.coast}`));
  if (state.range) {
    const [low, high] = state.range.map((end) => formatValue(state.lang, measure, end));
    parts.push(app.say("saidRange", { measure: measure.label[state.lang], low, high }));
  }
  return parts;
}

/** "The 20 strongest corridors of Singapore, within East Asia."; "Cities alone" where lines are off; empty when nothing is filtered. */
function describeSelection(app) {
  const parts = describeFilters(app);
  const { top, only } = app.state;
  if (!app.state.lines || (only !== null && only.length === 0)) return app.say("saidNone");
  if (parts.length === 0 && top === null) return "";
  const what = top === null ? app.say("saidAll") : app.say(`saidTop_${app.measure().front}`, { n: top, measure: app.measure().label[app.state.lang] });
  return app.say("sentence", { what, parts: parts.join(app.state.lang === "zh" ? "，" : ", "), joint: parts.length ? (app.state.lang === "zh" ? "：" : " ") : "" });
}

export { describeSelection, sayLength };
