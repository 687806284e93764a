/* City points, and labels that keep out of each other's way. */
import * as Palette from "./palette.js";
import { pointedCities } from "./rows.js";
import * as Scale from "./scale.js";

const FONT = '"Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
const LABEL_GAP = 3;
const LABEL_HEIGHT = 14;
const MOST_LABELS = 120;
const HUBS = 10; /* the first cities of a crowd are named even over points of others */
const CROWD = 150;
const IDLE = { radius: 1.2, alpha: 0.7 };
/* Where a label may stand, best first: horizontal and vertical side of the point. */
const PLACES = [[1, 0], [-1, 0], [0, -1], [0, 1], [1, -1], [1, 1], [-1, -1], [-1, 1]];

function baseRadius(n, coarse) {
  const radius = n <= 60 ? 4 : n <= 200 ? 3 : 2.2;
  return coarse ? radius * 0.85 : radius;
}

/** Radius, fill and stroke of a city under the value that is chosen for the points. */
function lookOfCity(app, c) {
  const { model } = app;
  const { tones, state } = app.now;
  const radius = baseRadius(model.cities.n, app.asks.isNarrow());
  const plain = { radius, fill: model.cities.coastal[c] === 0 ? tones.hollow : tones.point, stroke: tones.point };
  const value = state.points === null ? null : model.cities.values.get(state.points);
  if (!value) return plain;
  const number = value.numbers[c];
  if (Number.isNaN(number)) return { radius: radius * 0.75, fill: tones.hollow, stroke: tones.neutral };
  if (value.kind === "category") {
    return categoryLook(app, value, number, model.cities.coastal[c]);
  }
  return measuredLook(app, value, number);
}

/** Whether there are coastal and inland cities to tell apart. */
const tellsCoasts = (app) => [0, 1].every((flag) => app.model.cities.coastal.includes(flag));

/** The colour of a category; where coastal and inland cities are told apart, inland ones are rings. */
function categoryLook(app, value, code, coastal) {
  const fill = Palette.ofCategory(value, code, app.now.theme);
  const radius = baseRadius(app.model.cities.n, app.asks.isNarrow()) * 1.35;
  return coastal === 0 && tellsCoasts(app) ? { radius, fill: app.now.tones.hollow, stroke: fill } : { radius, fill, stroke: app.now.tones.hollow };
}

/** Area grows with strength; colour is that of its class. A quantity of 0 is a small hollow point. */
function measuredLook(app, value, number) {
  const { scale } = value;
  const strength = scale.strengthOf(number);
  const radius = baseRadius(app.model.cities.n, app.asks.isNarrow());
  if (Number.isNaN(strength)) return { radius: radius * 0.75, fill: app.now.tones.hollow, stroke: app.now.tones.neutral };
  return { radius: radius * (0.8 + 1.6 * Math.sqrt(strength)), fill: Scale.classColours(scale, app.now.theme)[scale.classOf(number)], stroke: app.now.tones.hollow };
}

/** Points of a view, of all cities or of some: x, y in pixels, once for each copy of the world. */
function placePoints(app, view, wanted) {
  const { cities } = app.model;
  const points = [];
  for (const c of wanted) {
    const look = lookOfCity(app, c);
    for (const k of view.copies) {
      const x = (cities.x[c] + k) * view.scale - view.x0;
      const y = cities.y[c] * view.scale - view.y0;
      if (x > -40 && y > -20 && x < view.width + 40 && y < view.height + 20) points.push({ c, x, y, ...look });
    }
  }
  return points;
}

const overlaps = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

const isWithin = (a, b) => a[0] >= b[0] && a[1] >= b[1] && a[2] <= b[2] && a[3] <= b[3];

const ACROSS = 4096; /* squares from west to east, more than any window has */

/** Boxes in squares of 64 pixels, so that a collision is looked for nearby only. */
function makeBoxIndex() {
  const squares = new Map();
  const ends = (box) => box.map((side) => Math.floor(side / 64));
  return {
    add(box, owner) {
      const [west, north, east, south] = ends(box);
      for (let x = west; x <= east; x += 1) {
        for (let y = north; y <= south; y += 1) {
          const name = y * ACROSS + x;
          if (!squares.has(name)) squares.set(name, []);
          squares.get(name).push([box, owner]);
        }
      }
    },
    hits(box, owner) {
      const [west, north, east, south] = ends(box);
      for (let x = west; x <= east; x += 1) {
        for (let y = north; y <= south; y += 1) {
          const there = squares.get(y * ACROSS + x);
          if (there && there.some(([other, whose]) => whose !== owner && overlaps(box, other))) return true;
        }
      }
      return false;
    },
  };
}

const widths = new Map(); /* measuring a text takes far longer than looking it up */

function widthOfText(context, font, text) {
  const name = `${font} ${text}`;
  if (!widths.has(name)) {
    context.font = font;
    widths.set(name, context.measureText(text).width);
  }
  return widths.get(name);
}

function boxAt(point, place, width) {
  const [h, v] = place;
  const away = point.radius + LABEL_GAP;
  const diagonal = h !== 0 && v !== 0 ? 0.6 : 1;
  const x = h > 0 ? point.x + away * diagonal : h < 0 ? point.x - away * diagonal - width : point.x - width / 2;
  const y = v === 0 ? point.y - LABEL_HEIGHT / 2 : v < 0 ? point.y - away - LABEL_HEIGHT : point.y + away;
  return [x, y, x + width, y + LABEL_HEIGHT];
}

/** Labels for the points, the most important first; a label without room is left out, and one that can keeps clear of further boxes. */
function placeLabels(context, app, points, inner, kept = []) {
  const [dots, taken, clearOf] = [makeBoxIndex(), makeBoxIndex(), makeBoxIndex()];
  for (const box of kept) clearOf.add(box, null);
  for (const p of points) dots.add([p.x - p.radius, p.y - p.radius, p.x + p.radius, p.y + p.radius], p);
  const labels = [];
  const weights = new Map(points.map((point) => [point.c, app.asks.importance(point.c)]));
  const hubs = new Set(weights.size > CROWD ? [...weights.keys()].sort((a, b) => weights.get(b) - weights.get(a) || a - b).slice(0, HUBS) : []);
  for (const point of [...points].sort((a, b) => weights.get(b.c) - weights.get(a.c) || a.c - b.c || a.x - b.x)) {
    if (labels.length >= MOST_LABELS) break;
    const strong = app.asks.isMarked(point.c);
    const mayCover = strong || hubs.has(point.c);
    const text = app.words.cityName(point.c);
    const width = widthOfText(context, `${strong ? 600 : 500} 12px ${FONT}`, text) + 2;
    const boxes = PLACES.map((place) => boxAt(point, place, width)).filter((wish) => !taken.hits(wish, point));
    const free = boxes.filter((wish) => !dots.hits(wish, point));
    /* Whole in the window, or wholly beside it for later; a marked city or a hub may rather cover a point than be cut. */
    const seen = (wish) => isWithin(wish, inner);
    const clear = free.find((wish) => seen(wish) && !clearOf.hits(wish, point));
    const box = clear || free.find(seen) || (mayCover && boxes.find(seen)) || free.find((wish) => !overlaps(wish, inner));
    if (box) {
      taken.add(box, point.c);
      labels.push({ c: point.c, text, box, strong });
    }
  }
  return labels;
}

function paintPoints(context, app, points) {
  for (const p of points) {
    context.globalAlpha = app.asks.isAway(p.c) ? 0.45 : 1;
    context.beginPath();
    context.arc(p.x, p.y, p.radius + 1.2, 0, 2 * Math.PI);
    context.fillStyle = app.now.tones.halo;
    context.fill();
    context.beginPath();
    context.arc(p.x, p.y, p.radius, 0, 2 * Math.PI);
    context.fillStyle = p.fill;
    context.fill();
    context.lineWidth = app.asks.isMarked(p.c) ? 2 : 1.3;
    context.strokeStyle = app.asks.isMarked(p.c) ? app.now.tones.accent : p.stroke;
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** The cities that the reader points at, over all others; each label keeps its place, or takes one beside the other end's. */
function paintPointed(context, view, app, labels) {
  const wanted = pointedCities(app);
  if (!wanted.length) return [];
  const points = placePoints(app, view, wanted);
  context.font = `600 12px ${FONT}`;
  const own = [];
  for (const point of points) {
    const text = app.words.cityName(point.c);
    const width = widthOfText(context, context.font, text) + 2;
    const known = labels.find(({ c, box }) => c === point.c && Math.abs(box[0] - point.x) < width + 20 && Math.abs(box[1] - point.y) < 40);
    const boxes = known ? [[known.box[0], known.box[1], known.box[0] + width, known.box[3]]] : PLACES.map((place) => boxAt(point, place, width));
    const free = boxes.filter((box) => !own.some((other) => overlaps(other.box, box)));
    own.push({ c: point.c, text, box: free.find((box) => isWithin(box, view.inner)) || free[0] || boxes[0], strong: true });
  }
  const front = { ...app, asks: { ...app.asks, isMarked: () => true, isAway: () => false } };
  paintPoints(context, front, points);
  for (const { box } of own) {
    context.globalAlpha = 0.85;
    context.fillStyle = app.now.tones.halo;
    context.fillRect(box[0] - 1, box[1], box[2] - box[0] + 2, box[3] - box[1]);
  }
  paintLabels(context, front, own);
  return own;
}

function paintLabels(context, app, labels) {
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.lineJoin = "round";
  for (const label of labels) {
    const y = (label.box[1] + label.box[3]) / 2;
    context.font = `${label.strong ? 600 : 500} 12px ${FONT}`;
    context.globalAlpha = app.asks.isAway(label.c) ? 0.5 : 1;
    context.strokeStyle = app.now.tones.halo;
    context.lineWidth = 3.2;
    context.strokeText(label.text, label.box[0] + 1, y);
    context.fillStyle = app.now.tones.ink;
    context.fillText(label.text, label.box[0] + 1, y);
  }
  context.globalAlpha = 1;
}

/** Cities in no corridor, where these are many: specks below the lines, without names. */
function paintIdle(context, view, app) {
  if (!app.model.idle) return;
  const wanted = [...app.model.idle.keys()].filter(app.asks.isIdle);
  context.globalAlpha = IDLE.alpha;
  context.fillStyle = app.now.tones.neutral;
  for (const { x, y } of placePoints(app, view, wanted)) {
    context.beginPath();
    context.arc(x, y, IDLE.radius, 0, 2 * Math.PI);
    context.fill();
  }
  context.globalAlpha = 1;
}

/** Paint points and labels; gives the points, and the labels that found room. */
function paintCities(context, view, app) {
  const all = [...app.model.cities.slug.keys()];
  const points = placePoints(app, view, app.model.idle ? all.filter((c) => !app.asks.isIdle(c)) : all);
  const labels = placeLabels(context, app, points, view.inner, app.painting.keptClear(view));
  paintPoints(context, app, points);
  paintLabels(context, app, labels);
  return { points, labels };
}

export { IDLE, placeLabels, paintCities, paintIdle, paintPointed, lookOfCity, measuredLook, tellsCoasts, FONT };
