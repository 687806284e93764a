/* What a city or a corridor is: a short tip under the cursor, a card for what is selected. */
import { bdi, h, icon } from "./dom.js";
import * as Filters from "./filters.js";
import * as I18n from "./i18n.js";

const MOST_PARTNERS = 10;

function corridorName(app, i) {
  const [a, b] = app.asks.endsOf(i).map((c) => bdi(app.words.cityName(c)));
  return h("span", {}, a, app.model.directed ? " → " : " – ", b);
}

const plainName = (app, i) => app.asks.endsOf(i).map((c) => app.words.cityName(c)).join(app.model.directed ? " → " : " – ");

function valueText(app, measure, i) {
  const value = measure.numbers[i];
  if (Number.isNaN(value)) return app.words.say(measure.kind === "rank" ? "withoutRank" : "withoutScore");
  const text = I18n.formatValue(app.now.state.lang, measure, value);
  return measure.kind === "rank" ? app.words.say("rankOf", { v: text, n: I18n.formatNumber(app.now.state.lang, measure.known, 0) }) : text;
}

/** A corridor and its value, as it is read out. */
function sayCorridor(app, i) {
  const measure = app.asks.measure();
  return `${plainName(app, i)}. ${measure.label[app.now.state.lang]}: ${valueText(app, measure, i)}`;
}

/** Kilometres, with metres where these tell corridors apart. */
function distanceText(app, i) {
  const km = app.model.distance[i];
  if (Number.isNaN(km)) return "";
  if (km < 1 && !Number.isInteger(km)) return `${I18n.formatNumber(app.now.state.lang, km * 1000, 0)} ${app.words.say("m")}`;
  return `${I18n.formatNumber(app.now.state.lang, km, km < 10 ? 2 : km < 100 ? 1 : 0)} ${app.words.say("km")}`;
}

function regionText(app, i) {
  const names = app.asks.endsOf(i).map((c) => app.words.regionName(c)).filter(Boolean);
  return [...new Set(names)].join(" / ");
}

const coastText = (app, i) => (app.model.coast[i] < 0 ? "" : app.words.say(Filters.COASTS[app.model.coast[i]]));

/* One level below the title of the map, which is a first heading where the map is the page. */
const heading = (app, words) => h(app.config.standalone ? "h2" : "h3", { class: "geobri-name" }, words);

function pairs(rows) {
  return h("dl", { class: "geobri-pairs" }, ...rows.filter(([, text]) => text).flatMap(([name, text]) => [h("dt", {}, name), h("dd", {}, text)]));
}

/** What goes the other way, where a pair has a line in each direction. */
function wayBack(app, i) {
  const j = app.model.opposite[i];
  if (j < 0) return ["", ""];
  const measure = app.model.values.get(app.now.state.value, null, { ...app.now.state, net: false });
  const says = (row) => I18n.formatValue(app.now.state.lang, measure, measure.numbers[row]);
  return app.asks.measure().folded ? [app.words.say("bothWays"), `${says(i)} · ${says(j)}`] : [app.words.say("wayBack"), says(j)];
}

const typeText = (app, type, i) => (type.codes[i] < 0 ? "" : app.words.translate(type.names[type.codes[i]]));

function corridorFacts(app, i) {
  const { lang } = app.now.state;
  return [
    wayBack(app, i),
    ...app.model.types.map((type) => [type.label[lang], typeText(app, type, i)]),
    [app.words.say("distance"), app.model.distance ? distanceText(app, i) : ""],
    [app.words.say("regions"), regionText(app, i)],
    [app.words.say("cityTypes"), coastText(app, i)],
    ...app.model.details.map((detail) => [detail.label[lang], detail.text[i]]),
  ];
}

/** "2 of 12 here" with a button each way, where several corridors pass the place that was clicked. */
function stepper(app, i) {
  const here = app.now.here && app.now.here.includes(i) ? app.now.here : [i];
  if (here.length < 2) return null;
  const at = here.indexOf(i);
  const step = (by, sign, word) => {
    const button = h("button", { type: "button", class: "geobri-button", "aria-label": app.words.say(word), title: app.words.say(word) }, icon(sign));
    button.addEventListener("click", () => app.acts.pass(here, (at + by + here.length) % here.length));
    return button;
  };
  return h("p", { class: "geobri-stepper geobri-small geobri-muted" }, step(-1, "previous", "hereBefore"), app.words.say("hereAt", { k: at + 1, n: here.length }), step(1, "next", "hereNext"));
}

function corridorCard(app, i) {
  const { lang } = app.now.state;
  const values = app.model.values.keys.map((key) => {
    const measure = key === app.now.state.value ? app.asks.measure() : app.model.values.get(key);
    return [measure.label[lang], I18n.formatValue(lang, measure, measure.numbers[i])];
  });
  return [heading(app, corridorName(app, i)), stepper(app, i), pairs(values), pairs(corridorFacts(app, i))];
}

function cityValueText(app, value, c) {
  const number = value.numbers[c];
  if (value.kind === "category") return Number.isNaN(number) ? "–" : app.words.translate(value.categories[number]);
  const text = I18n.formatValue(app.now.state.lang, value, number);
  const change = (value.changes || [])[c];
  return change && !Number.isNaN(number) ? `${text} ${app.words.say(`change_${change}`)}` : text;
}

function citySubtitle(app, c) {
  const { cities } = app.model;
  const coast = cities.coastal[c] < 0 ? "" : app.words.say(cities.coastal[c] ? "coastal" : "inland");
  const other = app.now.state.lang === "zh" ? cities.name[c] : cities.name_zh[c];
  const place = [app.words.translate(cities.country[c]), app.words.regionName(c), coast];
  return [other === app.words.cityName(c) ? "" : other, ...new Set(place)].filter(Boolean).join(" · ");
}

function partnerRow(app, c, i) {
  const measure = app.asks.measure();
  const [a, b] = app.asks.endsOf(i);
  const button = h("button", { type: "button", class: "geobri-row" }, bdi(app.words.cityName(a === c ? b : a)),
    h("span", { class: "geobri-muted" }, I18n.formatValue(app.now.state.lang, measure, measure.numbers[i])));
  button.addEventListener("click", () => app.acts.set({ corridor: app.model.idOf(i) }));
  button.addEventListener("pointerenter", () => app.acts.point({ corridor: i }));
  button.addEventListener("pointerleave", () => app.acts.point({}));
  return h("li", {}, button);
}

function cityCard(app, c) {
  const values = [...app.model.cities.values.values()].map((value) => [value.label[app.now.state.lang], cityValueText(app, value, c)]);
  const { numbers, kind, label } = app.asks.measure();
  const own = Array.from(app.now.shown.rows).filter((i) => app.asks.endsOf(i).includes(c));
  const known = own.filter((i) => !Number.isNaN(numbers[i]));
  const partners = known.slice(0, MOST_PARTNERS);
  const unknown = own.length - known.length;
  return [
    heading(app, bdi(app.words.cityName(c))),
    h("p", { class: "geobri-muted geobri-small" }, citySubtitle(app, c)),
    pairs(values),
    own.length ? h("div", { class: "geobri-label" }, label[app.now.state.lang]) : null,
    partners.length ? h("ul", { class: "geobri-partners" }, ...partners.map((i) => partnerRow(app, c, i))) : null,
    unknown ? h("p", { class: "geobri-muted geobri-small" }, app.words.say(kind === "rank" ? "moreWithoutRank" : "moreWithoutScore", { n: unknown })) : null,
  ];
}

/** The card of what is selected: a corridor before a city. */
function makeCard(app) {
  const body = h("div", { class: "geobri-card-body" });
  const close = h("button", { type: "button", class: "geobri-button geobri-close" }, icon("close"));
  const card = h("div", { class: "geobri-card geobri-selected", role: "region", hidden: true }, close, body);
  close.addEventListener("click", () => {
    app.acts.letGo();
    app.acts.focusMap();
  });
  app.acts.onSync(() => {
    const { city, corridor } = app.now.state;
    const i = corridor === null ? -1 : app.model.find(corridor);
    const c = city === null ? -1 : app.model.cities.position.get(city);
    card.hidden = i < 0 && c < 0;
    app.root.classList.toggle("geobri-selecting", !card.hidden);
    close.setAttribute("aria-label", app.words.say("close"));
    if (card.hidden) return;
    const parts = i >= 0 ? corridorCard(app, i) : cityCard(app, c);
    const focused = body.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
    const inside = body.contains(document.activeElement);
    body.replaceChildren(...parts.filter(Boolean));
    const again = focused && [...body.querySelectorAll("button[aria-label]")].find((button) => button.getAttribute("aria-label") === focused);
    if (inside) (again || close).focus({ preventScroll: true });
    card.setAttribute("aria-label", i >= 0 ? plainName(app, i) : app.words.cityName(c));
  });
  return card;
}

function tipContent(app, pointed) {
  if (pointed.city !== undefined) {
    const c = pointed.city;
    return [h("strong", {}, bdi(app.words.cityName(c))), h("span", { class: "geobri-muted" }, citySubtitle(app, c))];
  }
  if (pointed.zone) return [h("span", {}, bdi(pointed.zone))];
  const i = pointed.corridor;
  const measure = app.asks.measure();
  const facts = [app.model.distance ? distanceText(app, i) : "", ...app.model.types.map((type) => typeText(app, type, i)), regionText(app, i), coastText(app, i)].filter(Boolean).join(" · ");
  return [
    h("strong", {}, corridorName(app, i)),
    h("span", {}, `${measure.label[app.now.state.lang]}: ${valueText(app, measure, i)}`),
    h("span", { class: "geobri-muted" }, facts),
    pointed.here && pointed.here.length > 1 ? h("span", { class: "geobri-muted" }, app.words.say("oneOfHere", { k: pointed.here.indexOf(i) + 1, n: pointed.here.length })) : null,
  ].filter(Boolean);
}

/** The tip under the cursor. show(pointed, {x, y}) or hide(). */
function makeTip(app) {
  const tip = h("div", { class: "geobri-tip", hidden: true, role: "tooltip" });
  let told = null; /* what it speaks of */
  const hide = () => {
    told = null;
    tip.hidden = true;
  };
  /* Years that play, or a chart beside the map, change what is true of a place on which the pointer rests. */
  app.acts.onSync(() => {
    if (!told) return;
    const { city, corridor } = app.now.pointed;
    if (told.city !== city || told.corridor !== corridor) hide();
    else tip.replaceChildren(...tipContent(app, { ...told, here: null }));
  });
  return {
    element: tip,
    hide,
    show(pointed, place) {
      told = pointed;
      tip.replaceChildren(...tipContent(app, pointed));
      tip.hidden = false;
      const room = app.root.getBoundingClientRect();
      const x = Math.min(place.x + 14, room.width - tip.offsetWidth - 8);
      const y = place.y + 18 + tip.offsetHeight > room.height ? place.y - tip.offsetHeight - 12 : place.y + 18;
      tip.style.transform = `translate(${Math.max(8, Math.round(x))}px, ${Math.max(8, Math.round(y))}px)`;
    },
  };
}

export { makeCard, makeTip, plainName, sayCorridor, distanceText, coastText };
