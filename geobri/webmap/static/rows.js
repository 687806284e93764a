/* Which corridors are drawn, and which cities and corridors stand out. */
import * as Filters from "./filters.js";

/** Corridors that were chosen, here or in a chart. */
function keptCorridors(app) {
  const rows = app.now.highlighted ? [...app.now.highlighted.corridors] : [];
  if (app.now.state.corridor !== null) rows.push(app.model.find(app.now.state.corridor));
  return rows;
}

/** These, and the one that the reader points at. */
function markedCorridors(app) {
  return [...new Set([...keptCorridors(app), ...(app.now.pointed.corridor === undefined ? [] : [app.now.pointed.corridor])])];
}

/** Cities that the reader points at, or the ends of such a corridor. */
function pointedCities(app) {
  const { city, corridor } = app.now.pointed;
  return [...(corridor === undefined ? [] : app.asks.endsOf(corridor)), ...(city === undefined ? [] : [city])];
}

function updateMarks(app) {
  const marked = new Set(app.now.highlighted ? app.now.highlighted.cities : []);
  for (const i of keptCorridors(app)) app.asks.endsOf(i).forEach((c) => marked.add(c));
  if (app.now.state.cities !== null) app.now.state.cities.list.forEach((slug) => marked.add(app.model.cities.position.get(slug)));
  if (app.now.state.city !== null) marked.add(app.model.cities.position.get(app.now.state.city));
  app.change({ marked });
}

/** The cities that some rows touch, and how much each weighs among them. */
function weighEnds({ origin, destination, cities }, rows, strength) {
  const touched = new Uint8Array(cities.n);
  const weight = new Float64Array(cities.n);
  for (let r = 0; r < rows.length; r += 1) {
    const i = rows[r];
    const [a, b] = [origin[i], destination[i]];
    const heavy = Number.isNaN(strength[i]) ? 0.001 : 0.01 + strength[i];
    touched[a] = 1;
    touched[b] = 1;
    weight[a] += heavy;
    weight[b] += heavy;
  }
  return { touched, weight };
}

/** Rows to draw and how many are not: one record, made whole; its cities are weighed when a label first asks. */
function updateRows(app) {
  const { model } = app;
  const measure = app.asks.measure();
  const { rows, known, missing, nothing, folded, filtered } = Filters.select(model, app.now.state, measure);
  let ends = null;
  const shown = {
    rows,
    ends: () => {
      ends = ends || weighEnds(model, rows, measure.strength);
      return ends;
    },
    counts: { missing, nothing, folded, filtered },
    crowd: { shown: rows.length, known },
    version: app.now.shown.version + 1,
  };
  app.change({ shown });
  if (!app.asks.isDense()) model.arcs.traceRows(rows);
}

export { updateRows, updateMarks, markedCorridors, pointedCities };
