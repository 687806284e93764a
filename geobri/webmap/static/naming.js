/* How the map calls things, and the small questions its painters ask. */
import * as I18n from "./i18n.js";
import * as Palette from "./palette.js";
import * as Scale from "./scale.js";
import * as State from "./state.js";

const NARROW_PX = 640;

function addNaming(app) {
  const { cities } = app.model;
  app.words.say = (key, fill) => I18n.say(app.now.state.lang, key, fill);
  app.words.translate = (text) => (app.config.translations[text] || {})[app.now.state.lang] || text;
  app.words.cityName = (c) => (app.now.state.lang === "zh" ? cities.name_zh[c] : cities.name[c]);
  app.words.regionName = (c) => (cities.region[c] < 0 ? "" : app.words.translate(cities.regions[cities.region[c]]));
  /* What stands below an image: whose the numbers and the ground are, and who approved the map. */
  app.words.credits = () => [app.config.source[app.now.state.lang], app.config.approval[app.now.state.lang], app.base.credit].filter(Boolean).join(" · ");
  app.words.groupName = ({ key, label }) => (label ? label[app.now.state.lang] : app.words.say(key));
  app.words.countText = () => {
    if (!app.now.state.lines) return "";
    const count = (n) => I18n.formatNumber(app.now.state.lang, n, 0);
    const key = app.now.shown.rows.length === app.asks.total() ? "countAll" : "countSome";
    return app.words.say(key, { n: count(app.now.shown.rows.length), m: count(app.asks.total()) });
  };
  /* What is not drawn, each reason with its number: none, not known, filtered. */
  app.words.leftText = () => {
    if (!app.now.state.lines) return "";
    const { nothing, missing, folded, filtered } = app.now.shown.counts;
    const count = (n) => I18n.formatNumber(app.now.state.lang, n, 0);
    const parts = [["leftNothing", nothing], [app.asks.measure().kind === "rank" ? "leftUnranked" : "leftMissing", missing], ["leftFolded", folded], ["leftFiltered", filtered]];
    return parts.filter(([, n]) => n > 0).map(([key, n]) => app.words.say(key, { n: count(n) })).join(app.now.state.lang === "zh" ? "，" : ", ");
  };
}

function addQuestions(app) {
  app.asks.endsOf = (i) => [app.model.origin[i], app.model.destination[i]];
  app.asks.measure = () => app.model.values.get(app.now.state.value, app.now.state.scale, app.now.state);
  /* Net flows have one corridor for both ways. */
  app.asks.total = () => app.model.n - app.now.shown.counts.folded;
  /* Measured once, for painters ask for every city; a map that is not shown yet has no width. */
  app.asks.isNarrow = () => app.now.width > 0 && app.now.width < NARROW_PX;
  app.asks.isDense = () => app.now.shown.rows.length > Scale.STROKES_UP_TO;
  /* In no corridor at all, of a table with many such cities; those that are chosen or that a value is shown of are seen. */
  app.asks.isIdle = (c) => app.model.idle !== null && app.model.idle[c] === 1 && app.now.state.points === null && !app.now.marked.has(c);
  app.asks.showsMissing = () => app.now.state.missing && app.now.state.range === null && app.now.state.top === null;
  app.asks.isMarked = (c) => app.now.marked.has(c);
  app.asks.isAway = (c) => app.now.shown.rows.length > 0 && app.now.shown.rows.length < app.asks.total() && !app.now.shown.ends().touched[c] && !app.now.marked.has(c);
  /** The colours of lines by type, or null where they are those of the measure. */
  app.asks.colouring = (theme) => {
    const type = app.model.types.find(({ key }) => key === app.now.state.colour);
    return type ? (i) => (type.codes[i] < 0 ? Palette.TONES[theme].neutral : Palette.ofCategory(type, type.codes[i], theme)) : null;
  };
  /* What the points show goes before what the corridors weigh: the first cities of a ranking are named first. */
  app.asks.standing = (c) => {
    const value = app.now.state.points === null ? null : app.model.cities.values.get(app.now.state.points);
    const strength = value && value.strength ? value.strength[c] : 0;
    return strength > 0 ? 1e6 * strength : 0;
  };
  app.asks.importance = (c) => (app.now.marked.has(c) ? 1e9 : 0) + app.asks.standing(c) + app.now.shown.ends().weight[c];
  app.asks.isChanged = () => {
    const plain = (state) => ({ ...state, lang: "en", theme: "auto", corridor: null });
    return State.toHash(plain(app.now.state), plain(app.opening), "") !== "" || app.now.highlighted !== null || JSON.stringify(app.now.state.only) !== JSON.stringify(app.opening.only);
  };
}

export { addNaming, addQuestions };
