/* Which corridors are drawn, and which cities and corridors stand out. */
import * as Filters from "./filters.js";

/** Corridors that were chosen, here or in a chart. */
function keptCorridors(app) {
  const rows = app.highlighted ? [...app.highlighted.corridors] : [];
  if (app.state.corridor !== null) rows.push(app.model.find(app.state.corridor));
  return rows;
}

/** These, and the one that the reader points at. */
function markedCorridors(app) {
  return [...new Set([...keptCorridors(app), ...(app.pointed.corridor === undefined ? [] : [app.pointed.corridor])])];
}

/** Cities that the reader points at, or the ends of such a corridor. */
function pointedCities(app) {
  const { city, corridor } = app.pointed;
  return [...(corridor === undefined ? [] : app.endsOf(corridor)), ...(city === undefined ? [] : [city])];
}

function updateMarks(app) {
  app.marked = new Set(app.highlighted ? app.highlighted.cities : []);
  for (const i of keptCorridors(app)) app.endsOf(i).forEach((c) => app.marked.add(c));
  if (app.state.cities !== null) app.state.cities.list.forEach((slug) => app.marked.add(app.model.cities.position.get(slug)));
  if (app.state.city !== null) app.marked.add(app.model.cities.position.get(app.state.city));
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
  const measure = app.measure();
  const { rows, known, missing, nothing, folded, filtered } = Filters.select(model, app.state, measure);
  let ends = null;
  app.shown = {
    rows,
    ends: () => {
      ends = ends || weighEnds(model, rows, measure.strength);
      return ends;
    },
    counts: { missing, nothing, folded, filtered },
    crowd: { shown: rows.length, known },
    version: app.shown.version + 1,
  };
  if (!app.isDense()) model.arcs.traceRows(rows);
}

export { updateRows, updateMarks, markedCorridors, pointedCities };
