/* Pictures of one whole world, repeated to both sides: at low zooms what a sheet shows is painted once, and then only moved. */
import { makeView } from "./sheet.js";

const WHOLE_UP_TO = 2048; /* pixels of the world; larger, and only what is near the window is painted */
const SHARP = 1e-2; /* worlds of whole pixels are a hair larger or smaller than those they stand for, and are drawn pixel by pixel */

/**
 * The whole world at about the scale of a view, or null where that would be large.
 * @param {View} view
 * @param {number} ratio
 * @returns {View | null}
 */
function wholeView(view, ratio) {
  const pixels = Math.round(view.scale * ratio);
  if (!(pixels >= 1 && pixels <= WHOLE_UP_TO)) return null; /* a map that is not shown has no pixels, and no ratio */
  const side = pixels / ratio;
  return { ...makeView(side, 0, 0, side, side, ratio), isWhole: true };
}

/** Draw a picture of the world as often as a view shows it, without a seam between one and the next. */
function drawWorlds(context, picture, view, ratio) {
  const { scale, x0, y0 } = view;
  context.imageSmoothingEnabled = Math.abs((scale * ratio) / picture.width - 1) > SHARP;
  for (let k = Math.floor(view.west); k < view.east; k += 1) {
    const left = Math.round(k * scale - x0);
    context.drawImage(picture, left, Math.round(-y0), Math.round((k + 1) * scale - x0) - left, Math.round(scale));
  }
  context.imageSmoothingEnabled = true;
}

/** A way to paint that keeps its picture of the whole world until it is told to `forget` it. */
function keepWhole(paint) {
  let kept = null;
  const painted = (context, view) => {
    const whole = wholeView(view, view.ratio);
    if (!whole) {
      kept = null;
      paint(context, view);
      return;
    }
    if (!kept || kept.side !== whole.width || kept.ratio !== view.ratio) {
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(whole.width * view.ratio);
      canvas.height = canvas.width;
      kept = { canvas, side: whole.width, ratio: view.ratio };
      const own = canvas.getContext("2d");
      own.scale(view.ratio, view.ratio);
      paint(own, whole);
    }
    drawWorlds(context, kept.canvas, view, view.ratio);
  };
  painted.forget = () => {
    kept = null;
  };
  return painted;
}

export { wholeView, drawWorlds, keepWhole };
