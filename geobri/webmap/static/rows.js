/* Which corridors are drawn, and which cities and corridors stand out. */
import * as Filters from "./filters.js";

function markedCorridors(app) {
  const rows = [];
  if (app.highlighted) rows.push(...app.highlighted.corridors);
  if (app.state.corridor !== null) rows.push(app.model.find(app.state.corridor));
  if (app.pointed.corridor !== undefined) rows.push(app.pointed.corridor);
  return [...new Set(rows)];
}

function updateMarks(app) {
  app.marked = new Set(app.highlighted ? app.highlighted.cities : []);
  for (const i of markedCorridors(app)) app.endsOf(i).forEach((c) => app.marked.add(c));
  if (app.state.cities !== null) app.state.cities.list.forEach((slug) => app.marked.add(app.model.cities.position.get(slug)));
  if (app.state.city !== null) app.marked.add(app.model.cities.position.get(app.state.city));
  if (app.pointed.city !== undefined) app.marked.add(app.pointed.city);
}

/** Rows to draw, the cities they touch, and how much each city weighs among them: one record, made whole. */
function updateRows(app) {
  const { model } = app;
  const measure = app.measure();
  const { strength } = measure;
  const { rows, missing, nothing, folded, filtered } = Filters.select(model, app.state, measure);
  const touched = new Uint8Array(model.cities.n);
  const weight = new Float64Array(model.cities.n);
  let known = 0;
  for (let r = 0; r < rows.length; r += 1) {
    const i = rows[r];
    const [a, b] = [model.origin[i], model.destination[i]];
    const heavy = Number.isNaN(strength[i]) ? 0.001 : 0.01 + strength[i];
    if (heavy >= 0.01) known += 1;
    touched[a] = 1;
    touched[b] = 1;
    weight[a] += heavy;
    weight[b] += heavy;
  }
  app.shown = { rows, touched, weight, counts: { missing, nothing, folded, filtered }, crowd: { shown: rows.length, known }, version: app.shown.version + 1 };
  if (!app.isDense()) model.arcs.traceRows(rows);
}

export { updateRows, updateMarks, markedCorridors };
