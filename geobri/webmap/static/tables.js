/* The corridors that are shown, as a table of comma-separated values. */

/** A cell that every spreadsheet reads as it is meant: quoted where need be, and never a formula. */
function toCell(value) {
  if (typeof value === "number") return Number.isNaN(value) ? "" : String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

const toCsv = (rows) => `\ufeff${rows.map((row) => row.map(toCell).join(",")).join("\r\n")}\r\n`;

/** Head and rows of the corridors shown, strongest first: names in the language of the page, all measures, distance. */
function listShown(app) {
  const { model } = app;
  const { lang } = app.now.state;
  const measures = model.values.keys.flatMap((key) => {
    const years = model.values.yearsOf(key);
    const { net } = app.now.state;
    const how = (year) => ({ year: year === model.values.yearOf(key) ? null : year, since: null, net: net && model.values.canNet(key) });
    if (!years.length) return [{ ...model.values.column(key, how(null)), key: how(null).net ? `${key}_net` : key }];
    return years.map((year) => ({ ...model.values.column(key, how(year)), key: `${key}_${year}${how(year).net ? "_net" : ""}` }));
  });
  const typed = model.types.map((type) => ({ key: type.key, text: (i) => (type.codes[i] < 0 ? "" : type.names[type.codes[i]]) }));
  const head = ["corridor", "origin", "destination", "origin_name", "destination_name", ...measures.map((measure) => measure.key), ...typed.map(({ key }) => key), ...(model.distance ? ["distance_km"] : [])];
  const name = (c) => (lang === "zh" ? model.cities.name_zh[c] : model.cities.name[c]);
  const rows = Array.from(app.now.shown.rows, (i) => {
    const ends = [model.origin[i], model.destination[i]];
    return [model.idOf(i), ...ends.map((c) => model.cities.slug[c]), ...ends.map(name), ...measures.map((measure) => measure.numbers[i]), ...typed.map(({ text }) => text(i)), ...(model.distance ? [model.distance[i]] : [])];
  });
  return [head, ...rows];
}

export { listShown, toCsv, toCell };
