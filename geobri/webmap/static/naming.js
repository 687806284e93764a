/* How the map calls things, and the small questions its painters ask. */
import * as I18n from "./i18n.js";
import * as Palette from "./palette.js";
import * as Scale from "./scale.js";
import * as State from "./state.js";

const NARROW_PX = 640;

function addNaming(app) {
  const { cities } = app.model;
  app.say = (key, fill) => I18n.say(app.state.lang, key, fill);
  app.translate = (text) => (app.config.translations[text] || {})[app.state.lang] || text;
  app.cityName = (c) => (app.state.lang === "zh" ? cities.name_zh[c] : cities.name[c]);
  app.regionName = (c) => (cities.region[c] < 0 ? "" : app.translate(cities.regions[cities.region[c]]));
  app.endsOf = (i) => [app.model.origin[i], app.model.destination[i]];
  app.measure = () => app.model.values.get(app.state.value, app.state.scale, app.state);
  app.credit = () => [app.config.approval[app.state.lang], app.baseCredit].filter(Boolean).join(" · ");
  /* Net flows have one corridor for both ways. */
  app.total = () => app.model.n - app.shown.counts.folded;
  app.groupName = ({ key, label }) => (label ? label[app.state.lang] : app.say(key));
  app.countText = () => {
    if (!app.state.lines) return "";
    const count = (n) => I18n.formatNumber(app.state.lang, n, 0);
    const key = app.shown.rows.length === app.total() ? "countAll" : "countSome";
    return app.say(key, { n: count(app.shown.rows.length), m: count(app.total()) });
  };
  /* What is not drawn, each reason with its number: none, not known, filtered. */
  app.leftText = () => {
    if (!app.state.lines) return "";
    const { nothing, missing, folded, filtered } = app.shown.counts;
    const count = (n) => I18n.formatNumber(app.state.lang, n, 0);
    const parts = [["leftNothing", nothing], [app.measure().kind === "rank" ? "leftUnranked" : "leftMissing", missing], ["leftFolded", folded], ["leftFiltered", filtered]];
    return parts.filter(([, n]) => n > 0).map(([key, n]) => app.say(key, { n: count(n) })).join(app.state.lang === "zh" ? "，" : ", ");
  };
}

function addQuestions(app) {
  /* Measured once, for painters ask for every city; a map that is not shown yet has no width. */
  app.isNarrow = () => app.width > 0 && app.width < NARROW_PX;
  app.isDense = () => app.shown.rows.length > Scale.STROKES_UP_TO;
  /* In no corridor at all, of a table with many such cities; those that are chosen or that a value is shown of are seen. */
  app.isIdle = (c) => app.model.idle !== null && app.model.idle[c] === 1 && app.state.points === null && !app.marked.has(c);
  app.showsMissing = () => app.state.missing && app.state.range === null && app.state.top === null;
  app.isMarked = (c) => app.marked.has(c);
  app.isAway = (c) => app.shown.rows.length > 0 && app.shown.rows.length < app.total() && !app.shown.ends().touched[c] && !app.marked.has(c);
  /** The colours of lines by type, or null where they are those of the measure. */
  app.colouring = (theme) => {
    const type = app.model.types.find(({ key }) => key === app.state.colour);
    return type ? (i) => (type.codes[i] < 0 ? Palette.TONES[theme].neutral : Palette.ofCategory(type, type.codes[i], theme)) : null;
  };
  /* What the points show goes before what the corridors weigh: the first cities of a ranking are named first. */
  app.standing = (c) => {
    const value = app.state.points === null ? null : app.model.cities.values.get(app.state.points);
    const strength = value && value.strength ? value.strength[c] : 0;
    return strength > 0 ? 1e6 * strength : 0;
  };
  app.importance = (c) => (app.marked.has(c) ? 1e9 : 0) + app.standing(c) + app.shown.ends().weight[c];
  app.isChanged = () => {
    const plain = (state) => ({ ...state, lang: "en", theme: "auto", corridor: null });
    return State.toHash(plain(app.state), plain(app.opening), "") !== "" || app.highlighted !== null || JSON.stringify(app.state.only) !== JSON.stringify(app.opening.only);
  };
}

export { addNaming, addQuestions };
