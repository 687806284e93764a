/* A bar of a round length, true in the middle of the window. */
import { h } from "./dom.js";
import { formatNumber } from "./i18n.js";

const EARTH_M = 40075016.686;
const MOST_PX = 110;

/** The longest of 1, 2, 5 times a power of ten in metres that is at most MOST_PX long. */
function roundLength(metresPerPixel) {
  const most = metresPerPixel * MOST_PX;
  const power = 10 ** Math.floor(Math.log10(most));
  const metres = [5, 2, 1].map((factor) => factor * power).find((found) => found <= most);
  return { metres, pixels: metres / metresPerPixel };
}

function makeScaleBar(app) {
  const text = h("span", {});
  const bar = h("span", { class: "geobri-bar" });
  const box = h("div", { class: "geobri-scalebar", "aria-hidden": "true" }, text, bar);
  const show = () => {
    const map = app.leaflet;
    const { lat } = map.getCenter();
    const { metres, pixels } = roundLength((EARTH_M * Math.cos((lat * Math.PI) / 180)) / map.options.crs.scale(map.getZoom()));
    const inKm = metres >= 1000;
    text.textContent = `${formatNumber(app.now.state.lang, inKm ? metres / 1000 : metres, 1)} ${app.words.say(inKm ? "km" : "m")}`;
    bar.style.width = `${pixels}px`;
  };
  app.acts.onSync(() => {
    if (app.leaflet._loaded) show();
  });
  return { element: box, show };
}

export { makeScaleBar, roundLength };
