/* What the lines and points show: measure, colour, direction, how many, and what has no value. */
import { choice, field, pills, tick } from "./controls.js";
import { isQuantity } from "./scale.js";

const MOST_PILLS = 8;
const MOST_LETTERS = 60;
const TOPS = [null, 5, 10, 20, 50];

function valueField(app) {
  const list = app.model.values.list;
  if (list.length < 2) return null;
  const letters = Math.max(...["en", "zh"].map((lang) => list.reduce((n, item) => n + item.label[lang].length, 0)));
  if (list.length > MOST_PILLS || letters > MOST_LETTERS) {
    const options = () => list.map((item) => [item.key, item.label[app.now.state.lang]]);
    return field(app, "show", choice(app, options, () => app.now.state.value, (value) => ({ value }), "show"));
  }
  const items = list.map((item) => ({ value: item.key, text: () => item.label[app.now.state.lang] }));
  return field(app, "show", pills(app, "value", items, () => app.now.state.value, (value) => ({ value })));
}

function topField(app) {
  const tops = TOPS.filter((top) => top === null || top < app.model.n);
  const items = tops.map((top) => ({ value: top, text: () => (top === null ? app.words.say("all") : String(top)) }));
  const custom = { value: "custom", text: () => String(app.now.state.top), hidden: () => tops.includes(app.now.state.top) };
  const get = () => (tops.includes(app.now.state.top) ? app.now.state.top : "custom");
  const box = field(app, "front_strongest", pills(app, "top", [...items, custom], get, (top) => (top === "custom" ? {} : { top })));
  app.acts.onSync(() => {
    box.firstChild.textContent = app.words.say(`front_${app.asks.measure().front}`);
  });
  return box;
}

/** Whether corridors are drawn at all; offered where a map opens with its cities alone. */
const linesField = (app) => tick(app, () => ({ hidden: app.opening.lines, checked: app.now.state.lines, text: app.words.say("drawLines") }), (lines) => ({ lines }));

/** Quantities of nothing are no flows; they can be drawn like what is not known, thin and grey. */
function zerosField(app) {
  const sync = () => {
    const measure = app.asks.measure();
    return {
      hidden: !isQuantity(measure) || measure.low > 0 || measure.known === 0,
      checked: app.now.state.zeros && app.now.state.top === null, disabled: app.now.state.top !== null, text: app.words.say("drawZeros"),
    };
  };
  return tick(app, sync, (zeros) => ({ zeros }));
}

function missingField(app) {
  const sync = () => {
    const measure = app.asks.measure();
    return {
      hidden: measure.known === app.asks.total(), checked: app.asks.showsMissing(), disabled: app.now.state.range !== null || app.now.state.top !== null,
      text: app.words.say(measure.kind === "rank" ? "drawMissingRank" : "drawMissingScore"),
    };
  };
  return tick(app, sync, (missing) => ({ missing }));
}

/** Two lines for a pair, or one with what one way has more than the other. */
function netField(app) {
  if (!app.model.values.keys.some(app.model.values.canNet)) return null;
  const items = [[false, "eachWay"], [true, "net"]].map(([value, word]) => ({ value, text: () => app.words.say(word) }));
  const box = field(app, "directions", pills(app, "net", items, () => app.now.state.net, (net) => ({ net })));
  app.acts.onSync(() => {
    box.hidden = !app.model.values.canNet(app.now.state.value);
  });
  return box;
}

/** What colours the lines: the measure, or a type of corridors. */
function colourField(app) {
  const { types } = app.model;
  if (!types.length) return null;
  const options = () => [["", app.asks.measure().label[app.now.state.lang]], ...types.map((type) => [type.key, type.label[app.now.state.lang]])];
  return field(app, "colour", choice(app, options, () => app.now.state.colour || "", (colour) => ({ colour: colour || null }), "colour"));
}

function pointsField(app) {
  const { values } = app.model.cities;
  if (values.size === 0) return null;
  const options = () => [["", app.words.say("pointsSame")], ...[...values.values()].map((item) => [item.key, item.label[app.now.state.lang]])];
  const get = () => app.now.state.points || "";
  return field(app, "cityPoints", choice(app, options, get, (points) => ({ points: points || null }), "cityPoints"));
}

export { valueField, linesField, topField, zerosField, missingField, netField, colourField, pointsField };
