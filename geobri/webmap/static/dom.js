/* Building the page: elements are made one by one, and words go in as text, never as HTML. */

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  close: "M5 5l10 10M15 5L5 15",
  filters: "M3 5h14M6 10h8M8.5 15h3",
  search: "M8.5 3.5a5 5 0 1 0 0 10a5 5 0 1 0 0-10M12.3 12.3L17 17",
  table: "M3 4.5h14v11H3zM3 8.2h14M3 11.9h14M8 8.2v7.3",
  image: "M10 3v9M6.5 8.8L10 12.3l3.5-3.5M4 13.5V16h12v-2.5",
  drawing: "M3 16l5-9l4 5l5-9M3 16h0M8 7h0",
  file: "M5 3h7l3.5 3.5V17H5zM12 3v3.5h3.5M7.5 10.5h5M7.5 13.5h5",
  full: "M3.5 7.5v-4h4M12.5 3.5h4v4M16.5 12.5v4h-4M7.5 16.5h-4v-4",
  auto: "M10 3a7 7 0 1 0 0 14a7 7 0 1 0 0-14M10 3v14M12.5 4v12M15 5.8v8.4",
  light: "M10 6.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 1 0 0-7M10 1.8v2M10 16.2v2M1.8 10h2M16.2 10h2M4.2 4.2l1.4 1.4M14.4 14.4l1.4 1.4M4.2 15.8l1.4-1.4M14.4 5.6l1.4-1.4",
  dark: "M16.5 12.2A7 7 0 0 1 7.8 3.5a7 7 0 1 0 8.7 8.7z",
  lasso: "M10 4c4 0 6.5 1.8 6.5 4.4S14 13 10 13S3.5 11 3.5 8.4S6 4 10 4M7.5 13c-1.5 .6-1.8 1.8-.8 2.6s2.3 .2 2.3 1.9",
  play: "M6.5 4l9 6l-9 6z",
  pause: "M7 4.5v11M13 4.5v11",
  previous: "M12.5 5L7.5 10l5 5",
  next: "M7.5 5l5 5l-5 5",
  chevron: "M5.5 8l4.5 4.5L14.5 8",
  plus: "M10 4v12M4 10h12",
  minus: "M4 10h12",
};

/** h("button", {class: "x", type: "button", onclick: f}, "text", child, …) */
function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", "geobri-icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** A city name whose direction of writing does not disturb its neighbours. */
const bdi = (text) => h("bdi", {}, text);

export { h, icon, bdi };
