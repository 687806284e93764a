/* Colours: viridis for strength, a colour-blind-safe set for categories, and the tones of both themes. */

const VIRIDIS = [
  "#440154", "#48186a", "#472d7b", "#424086", "#3b528b", "#33638d", "#2c728e", "#26828e", "#21918c",
  "#1fa088", "#28ae80", "#3fbc73", "#5ec962", "#84d44b", "#addc30", "#d8e219", "#fde725",
];
/* Where on viridis the weakest and the strongest lie. */
const RAMP = { light: [0.75, 0], dark: [0.3, 1] };
const CATEGORIES = {
  light: ["#b2442c", "#2f6db3", "#c98a1b", "#2f8f6b", "#8a5aa8", "#5d6b78", "#a3456f", "#6f8a1e"],
  dark: ["#f0866c", "#7db4f0", "#f0c05a", "#6fd0ab", "#c79be0", "#b5c0ca", "#ec8fb5", "#bcd66a"],
};
const TONES = {
  light: {
    water: "#e4ebf0", land: "#fbfaf7", border: "#cfd3d4", zone: "#fffefb", outline: "#bcc3c6", grid: "rgba(70,90,105,.10)", ink: "#1d2730", muted: "#66727c",
    halo: "rgba(251,250,247,.92)", neutral: "#8d979f", point: "#26323c", hollow: "#ffffff", accent: "#c2410c",
    paper: "#ffffff",
  },
  dark: {
    water: "#0f1419", land: "#1d242b", border: "#3a444d", zone: "#212931", outline: "#4a5661", grid: "rgba(190,210,225,.07)", ink: "#e8edf1", muted: "#9aa7b2",
    halo: "rgba(20,26,32,.90)", neutral: "#7b8791", point: "#e8edf1", hollow: "#141a20", accent: "#ff9d5c",
    paper: "#171d23",
  },
};

const channel = (hex, at) => parseInt(hex.slice(at, at + 2), 16);
const toRgb = (hex) => [channel(hex, 1), channel(hex, 3), channel(hex, 5)];

/** Viridis at t in 0..1 as red, green, blue. */
function viridis(t) {
  const at = Math.max(0, Math.min(1, t)) * (VIRIDIS.length - 1);
  const low = Math.min(VIRIDIS.length - 2, Math.floor(at));
  const a = toRgb(VIRIDIS[low]);
  const b = toRgb(VIRIDIS[low + 1]);
  return a.map((value, k) => Math.round(value + (b[k] - value) * (at - low)));
}

/** Colour of a strength in 0..1 under a theme. */
function ofStrength(strength, theme) {
  const [weak, strong] = RAMP[theme];
  return viridis(weak + (strong - weak) * strength);
}

/** Colour of a category: its own, or one of the set. */
const ofCategory = ({ colours }, code, theme) => colours[code] || CATEGORIES[theme][code % CATEGORIES[theme].length];

/* Either side of nothing: blue below, orange above, grey between. */
const BALANCE = {
  light: { below: [31, 95, 168], middle: [176, 184, 190], above: [179, 71, 15] },
  dark: { below: [125, 180, 240], middle: [88, 100, 110], above: [255, 170, 90] },
};

/** Colour of a share in -1..1 of the farthest from nothing. */
function ofBalance(share, theme) {
  const { below, middle, above } = BALANCE[theme];
  const end = share < 0 ? below : above;
  const t = Math.sqrt(Math.min(1, Math.abs(share)));
  return middle.map((value, k) => Math.round(value + (end[k] - value) * t));
}

const css = (rgb) => `rgb(${rgb[0]},${rgb[1]},${rgb[2]})`;

export { TONES, ofCategory, ofStrength, ofBalance, css };
