/* What folium's own layers expect of libraries this page does not load: just that much, and only where it is missing. */
import { h } from "./dom.js";

const COLOURS = {
  red: "#c0392b", darkred: "#8e2a20", orange: "#d9822b", green: "#3f9142", darkgreen: "#2c662e", blue: "#2f6db3",
  purple: "#7d4ba0", darkpurple: "#573470", cadetblue: "#4a7c85", lightred: "#e57f73", beige: "#e8c99b",
  darkblue: "#204d7e", lightgreen: "#8fc98f", lightblue: "#86bce6", pink: "#e58fb8", white: "#ffffff",
  gray: "#6c757d", lightgray: "#b8bfc5", black: "#23282d",
};

/* folium's popups: $(html)[0] makes an element, $(document).ready(f) waits. */
function dollar(what) {
  if (typeof what !== "string") {
    return { ready: (run) => (document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", run) : run()) };
  }
  const template = document.createElement("template");
  template.innerHTML = what.trim();
  return [template.content.firstElementChild];
}

/* folium.Icon: a pin in the wished colour; the glyph inside comes from a font the page does not have. */
function pin(options) {
  const drop = h("span", { class: "geobri-pin" });
  drop.style.background = COLOURS[options.markerColor] || COLOURS.blue;
  return L.divIcon({ html: drop, className: "geobri-pin-frame", iconSize: [24, 32], iconAnchor: [12, 31], popupAnchor: [0, -30] });
}

function provideShims() {
  if (!window.$) window.$ = dollar;
  if (!L.AwesomeMarkers) L.AwesomeMarkers = { icon: pin, Icon: L.DivIcon };
}

export { provideShims };
