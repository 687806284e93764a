/* What the scripts of the map and of the report hand to each other, for `make lint`; nothing of it is in a page. */

/** Leaflet, which has no types of its own in the package that brings it. */
declare const L: any;

interface Window {
  /** Whether a script or a style of the page could not be unpacked. */
  geobriBroken?: boolean;
  $: any;
}

interface Element {
  /** The interface of a map, on its own element. */
  geobri?: any;
}

interface Event {
  /** Of the events that maps and charts send each other. */
  detail?: any;
}

/** A column of numbers as `pack_numbers` writes it. */
interface Packed {
  type: "u8" | "u16" | "i32" | "f64";
  n: number;
  data: string;
  deflated?: number;
  steps?: number;
  base?: number;
  scale?: number;
  step?: number;
  lowest?: number;
}

/** Distances as `pack_distance` writes them. */
interface PackedDistance extends Packed {
  decimals?: number;
  shift?: number;
}

/** Bytes as `pack_bytes` writes them. */
interface PackedBytes {
  n: number;
  data: string;
}

interface PackedRings extends PackedBytes {
  rings: number;
  grid: number;
}

interface PackedShapes extends PackedBytes {
  grid: number;
  origin: [number, number];
  rings: number[];
  closed: number[];
}

type Unit = [number, number, number];
/** West, north, east and south. */
type Box = number[];

/** All arcs of a map; `start[i]` to `start[i + 1]` are the vertices of arc i. */
interface Arcs {
  units: Unit[];
  origin: Uint32Array;
  destination: Uint32Array;
  count: number;
  smoothTo: number;
  start: Uint32Array;
  angle: Float64Array;
  xs: Float32Array;
  ys: Float32Array;
  poles: Float32Array;
  box: Float32Array;
  traced: Uint8Array;
  /** Smooth pieces of arcs of a whole world, for its scale. */
  smooth?: { scale: number, pieces: Map<number, number[][]> };
  traceRow: (i: number) => void;
  traceRows: (rows: number[] | Uint32Array) => void;
}

type Bilingual = { en: string; zh: string };

/** A column as it is read: what `pack_measure` says of it, its numbers, and its rows from the strongest on. */
interface Measure {
  key: string;
  label: Bilingual;
  unit: Bilingual;
  kind: "rank" | "score";
  measure: string;
  direction: 1 | -1;
  diverging: boolean;
  low: number;
  high: number;
  known: number;
  numbers: Float64Array;
  decimals?: number;
  coarse?: boolean;
  order?: Uint32Array;
  folded?: Uint8Array;
  pool?: Measure;
  [further: string]: any;
}

interface Scale {
  measure: Measure;
  mode: string;
  auto: string;
  modes: string[];
  isWhole: boolean;
  isLog: boolean;
  start: number;
  end: number;
  breaks: number[];
  nClasses: number;
  classOf: (value: number) => number;
  positionOf: (value: number) => number;
  valueAt: (position: number) => number;
  strengthOf: (value: number) => number;
}

interface ScaledMeasure extends Measure {
  scale: Scale;
  strength: Float32Array;
}

/** A window on the world: `scale` pixels for all of it, the upper left corner at x0, y0. */
interface View {
  scale: number;
  x0: number;
  y0: number;
  width: number;
  height: number;
  ratio: number;
  copies: number[];
  /** Whether it is all of one world, to be repeated to both sides. */
  isWhole?: boolean;
  inner: number[];
  west: number;
  east: number;
  north: number;
  south: number;
}

/** Densities of a view, one number for each cell. */
interface Grid {
  width: number;
  height: number;
  inner: number[];
  cells: Float32Array;
}

/** Work that is done in steps: `step(until)` goes on until a time of `performance.now()`, and says whether all is done. */
type Step = (until: number) => boolean;

/** A radio button that looks like a pill. */
interface PillItem {
  value: string | null;
  text: () => string;
  hidden?: () => boolean;
}

/** The rows that are drawn, strongest first, and why others are not. */
interface Drawn {
  rows: Uint32Array;
  known: number;
  missing: number;
  nothing: number;
  folded: number;
  filtered: number;
}
