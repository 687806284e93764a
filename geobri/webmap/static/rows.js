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
  if (app.state.city !== null) app.marked.add(app.model.cities.position.get(app.state.city));
  if (app.pointed.city !== undefined) app.marked.add(app.pointed.city);
}

/** Rows to draw, the cities they touch, and how much each city weighs among them. */
function updateRows(app) {
  app.rows = Filters.select(app.model, app.state);
  const { strength } = app.measure();
  app.touched = new Uint8Array(app.model.cities.n);
  app.weight = new Float64Array(app.model.cities.n);
  for (const i of app.rows) {
    for (const c of app.endsOf(i)) {
      app.touched[c] = 1;
      app.weight[c] += Number.isNaN(strength[i]) ? 0.001 : 0.01 + strength[i];
    }
  }
  if (!app.isDense()) app.model.arcs.traceRows(app.rows);
  const known = app.rows.reduce((n, i) => n + (Number.isNaN(strength[i]) ? 0 : 1), 0);
  app.crowd = { shown: app.rows.length, known };
  app.rowsVersion += 1;
}

export { updateRows, updateMarks, markedCorridors };
