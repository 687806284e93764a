/* What is shown as one image: title, map, legend and source. Also what is printed. */
import * as Dom from "./dom.js";
import { toSvg } from "./drawing.js";
import * as Legend from "./legend.js";
import * as PaintBase from "./paint_base.js";
import * as PaintCities from "./paint_cities.js";
import { makeLook } from "./paint_corridors.js";
import * as Palette from "./palette.js";
import { describeSelection } from "./sentence.js";
import * as Sheet from "./sheet.js";
import { listShown, toCsv } from "./tables.js";

const RATIO = 2;
const MARGIN = 20;
const LINE = 22;
const SAMPLE = 34;

const font = (size, weight) => `${weight} ${size}px ${PaintCities.FONT}`;

/** Break text into lines no wider than `width`; Chinese may break anywhere. */
function wrap(context, text, width) {
  const lines = [];
  let line = "";
  for (const piece of text.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+/g) || []) {
    if (line && context.measureText(line + piece).width > width) {
      lines.push(line.trimEnd());
      line = piece;
    } else line += piece;
  }
  return line.trim() ? [...lines, line.trimEnd()] : lines;
}

/* The legend as a row of pieces: each knows its width and how to paint itself. */
function legendPieces(context, app) {
  const legend = Legend.describeLegend(app);
  const pieces = [word(context, app, [legend.title, legend.kind, legend.scale].filter(Boolean).join(" · "), 600)];
  if (legend.dense) pieces.push(rampPiece(context, app));
  for (const row of [...legend.classes, ...legend.missing]) pieces.push(linePiece(context, app, row));
  if (legend.types) pieces.push(word(context, app, legend.types.title, 600), ...legend.types.items.map((row) => linePiece(context, app, row)));
  if (legend.points && legend.points.title) pieces.push(word(context, app, legend.points.title, 600));
  for (const item of legend.points ? legend.points.items : []) pieces.push(dotPiece(context, app, item));
  pieces.push(word(context, app, legend.note, 400));
  return pieces;
}

function word(context, app, text, weight) {
  context.font = font(12, weight);
  return {
    width: context.measureText(text).width,
    paint(x, y) {
      context.font = font(12, weight);
      context.fillStyle = weight === 600 ? app.now.tones.ink : app.now.tones.muted;
      context.fillText(text, x, y);
    },
  };
}

function linePiece(context, app, row) {
  const text = word(context, app, row.text, 400);
  return {
    width: SAMPLE + 6 + text.width,
    paint(x, y) {
      context.globalAlpha = row.alpha;
      context.strokeStyle = row.colour;
      context.lineWidth = row.width;
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(x + SAMPLE, y);
      context.stroke();
      context.globalAlpha = 1;
      text.paint(x + SAMPLE + 6, y);
    },
  };
}

function rampPiece(context, app) {
  const [few, many] = [word(context, app, app.words.say("few"), 400), word(context, app, app.words.say("many"), 400)];
  return {
    width: few.width + many.width + 92,
    paint(x, y) {
      few.paint(x, y);
      for (let step = 0; step < 80; step += 1) {
        context.fillStyle = Palette.css(Palette.ofStrength(step / 79, app.now.theme));
        context.fillRect(x + few.width + 6 + step, y - 5, 1.5, 10);
      }
      many.paint(x + few.width + 92, y);
    },
  };
}

function dotPiece(context, app, item) {
  const text = word(context, app, item.text, 400);
  return {
    width: 2 * item.radius + 8 + text.width,
    paint(x, y) {
      context.beginPath();
      context.arc(x + item.radius, y, item.radius, 0, 2 * Math.PI);
      context.fillStyle = item.fill;
      context.fill();
      context.strokeStyle = item.stroke;
      context.lineWidth = 1.3;
      context.stroke();
      text.paint(x + 2 * item.radius + 8, y);
    },
  };
}

/** Put the pieces in lines; gives [x, line] of each. */
function flow(pieces, width) {
  let x = 0;
  let line = 0;
  return pieces.map((piece) => {
    if (x > 0 && x + piece.width > width) {
      x = 0;
      line += 1;
    }
    const at = [x, line];
    x += piece.width + 18;
    return at;
  });
}

/** The window of the map as a view. */
function viewOfWindow(app) {
  const corner = app.leaflet.getPixelBounds().min;
  const size = app.leaflet.getSize();
  return Sheet.makeView(app.leaflet.options.crs.scale(app.leaflet.getZoom()), corner.x, corner.y, size.x, size.y, RATIO);
}

function paintMap(context, app, size, top) {
  const view = viewOfWindow(app);
  context.save();
  context.translate(0, top);
  context.beginPath();
  context.rect(0, 0, size.x, size.y);
  context.clip();
  PaintBase.paintBase(context, view, app.base, app.now.tones);
  app.painting.paintLines(context, view, app, "exact");
  app.painting.paintTop(context, view, app);
  context.restore();
}

/** Paint everything on a canvas of its own, under a theme. */
function toCanvas(shown, theme) {
  const app = { ...shown, now: { ...shown.now, theme, tones: Palette.TONES[theme] } };
  const { lang } = app.now.state;
  const size = app.leaflet.getSize();
  const width = size.x - 2 * MARGIN;
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  const text = (size_, weight, words) => {
    context.font = font(size_, weight);
    return wrap(context, words, width);
  };
  const titles = text(20, 600, app.config.title[lang]);
  const subtitles = text(13, 400, [app.config.subtitle[lang], app.words.countText(), app.words.leftText(), describeSelection(app)].filter(Boolean).join(" · "));
  const sources = text(11, 400, app.words.credits());
  const pieces = legendPieces(context, app);
  const places = flow(pieces, width);
  const top = MARGIN + 26 * titles.length + 18 * subtitles.length + 12;
  const legendTop = top + size.y + 14;
  const sourceTop = legendTop + LINE * (places[places.length - 1][1] + 1) + 4;
  canvas.width = size.x * RATIO;
  canvas.height = (sourceTop + 15 * sources.length + 14) * RATIO;
  context.scale(RATIO, RATIO);
  context.fillStyle = app.now.tones.paper;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.textBaseline = "middle";
  const write = (lines, y, step, face, colour) => {
    context.font = face;
    context.fillStyle = colour;
    lines.forEach((line, n) => context.fillText(line, MARGIN, y + step * (n + 0.5)));
  };
  write(titles, MARGIN, 26, font(20, 600), app.now.tones.ink);
  write(subtitles, MARGIN + 26 * titles.length, 18, font(13, 400), app.now.tones.muted);
  pieces.forEach((piece, n) => piece.paint(MARGIN + places[n][0], legendTop + LINE * (places[n][1] + 0.5)));
  write(sources, sourceTop, 15, font(11, 400), app.now.tones.muted);
  paintMap(context, app, size, top);
  return canvas;
}

/** The image as a file, once the picture that its title names is there. */
async function toBlob(app) {
  await app.painting.prepareDensity(viewOfWindow(app));
  const canvas = toCanvas(app, app.now.theme);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("geobri: no image"))), "image/png");
  });
}

/** Hand the image to the reader as a download. */
async function save(app) {
  try {
    const blob = await toBlob(app);
    download(app, blob, "geobri-map.png");
    tellSaved(app, "imageSaved");
  } catch {
    app.acts.notify(app.words.say("imageFailed"));
  }
}

/** A frame with an origin of its own may forbid downloads without a word, and cannot know it: that is said. */
const isSandboxed = () => window.self !== window.top && window.origin === "null";

function tellSaved(app, key) {
  app.acts.notify(isSandboxed() ? `${app.words.say(key)} ${app.words.say("mayBeBlocked")}` : app.words.say(key));
}

function download(app, blob, name) {
  const link = Dom.h("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

/** The drawing of the window, with the cities as they are placed there. */
function makeSvg(app) {
  const view = viewOfWindow(app);
  const canvas = document.createElement("canvas");
  const placed = app.painting.paintTop(canvas.getContext("2d"), view, app);
  return toSvg(app, view, makeLook(app.asks.measure(), app.now.theme, app.now.tones, app.now.shown.crowd, app.asks.colouring(app.now.theme)), placed);
}

function saveSvg(app) {
  download(app, new Blob([makeSvg(app)], { type: "image/svg+xml" }), "geobri-map.svg");
  tellSaved(app, "imageSaved");
}

function saveTable(app) {
  download(app, new Blob([toCsv(listShown(app))], { type: "text/csv;charset=utf-8" }), "geobri-corridors.csv");
  tellSaved(app, "tableSaved");
}

export { toCanvas, toBlob, save, saveSvg, saveTable, makeSvg };
