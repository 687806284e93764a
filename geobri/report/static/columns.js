/* What the reader may ask for: cities and corridors with their columns, read from the JSON of the page. */
import { both } from "./dom.js";
import { printMinus } from "../../webmap/static/minus.js";

const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

function print(number) {
  if (number === null || number === undefined) return "–";
  const isLong = Number.isInteger(number) || Math.abs(number) >= 1000;
  return printMinus(isLong ? Math.round(number).toLocaleString("en") : String(Number(number.toPrecision(4))));
}

function readColumn(column) {
  if (column.kind === "text") {
    return { ...column, has: (i) => column.codes[i] >= 0, text: (i, lang) => (column.codes[i] < 0 ? "" : column[lang === "zh" ? "words_zh" : "words"][column.codes[i]]) };
  }
  const known = column.numbers.filter((number) => number !== null);
  const low = known.reduce((a, b) => Math.min(a, b), Infinity);
  const high = known.reduce((a, b) => Math.max(a, b), -Infinity);
  const strength = (i) => {
    const number = column.numbers[i];
    if (number === null) return null;
    if (high === low) return 1;
    const share = (number - low) / (high - low);
    return column.kind === "rank" ? 1 - share : share;
  };
  return { ...column, has: (i) => column.numbers[i] !== null, text: (i) => print(column.numbers[i]), strength };
}

function readTables(data) {
  const cities = { kind: "cities", ids: data.cities.id, columns: data.cities.columns.map(readColumn) };
  cities.name = (i, lang) => data.cities[lang][i];
  const corridors = { kind: "corridors", ids: data.corridors.id, columns: data.corridors.columns.map(readColumn), leftOut: data.corridors.left_out, ends: data.corridors.ends };
  const joint = data.corridors.arrow ? " → " : " – ";
  corridors.name = (i, lang) => data.corridors.ends[i].map((end) => data.cities[lang][end]).join(joint);
  for (const table of [cities, corridors]) {
    table.words = table.ids.map((id, i) => plain(`${table.name(i, "en")} ${table.name(i, "zh")} ${id}`));
    table.bare = table.ids.map((id, i) => ["en", "zh"].map((lang) => plain(table.name(i, lang)).replace(/\s*[(（].*$/, "")));
    table.said = (i) => both(table.name(i, "en"), table.name(i, "zh"));
  }
  return { cities, corridors, history: data.history, says: data.says };
}

export { plain, print, readTables };
