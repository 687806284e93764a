/* The page around the map: here its parts are bound together. */
import { bindAddress } from "./address.js";
import { bindBrush } from "./brush.js";
import { makeChosen } from "./chosen.js";
import { readTables } from "./columns.js";
import { bindLights } from "./lights.js";
import { linkMap } from "./maplink.js";
import { readText } from "./packed.js";
import { buildPlatform } from "./platform.js";
import { bindSheet } from "./sheets.js";
import { bindPaper, bindSwitches } from "./switches.js";
import { bindTip } from "./tip.js";
import { isWhole, sayDamaged } from "../../webmap/static/whole.js";

const NONE = { cities: { id: [], en: [], zh: [], columns: [] }, corridors: { id: [], ends: [], columns: [] }, history: null };

function start() {
  const main = document.querySelector("main");
  document.querySelector(".blocked").remove(); /* it says that scripts do not run */
  bindSwitches();
  bindPaper();
  for (const sheet of main.querySelectorAll(".sheet")) bindSheet(sheet);
  for (const figure of main.querySelectorAll(".drawing")) bindBrush(figure);
  const host = document.querySelector("[data-platform]");
  const block = host && host.querySelector("script");
  const whole = isWhole(block);
  if (host && !whole) sayDamaged(host);
  const data = whole ? JSON.parse(readText(block)) : NONE;
  const tables = readTables(data);
  const ends = new Map(data.corridors.id.map((id, i) => [id, data.corridors.ends[i].map((end) => data.cities.id[end])]));
  bindLights(main, ends);
  bindTip(main, tables);
  makeChosen(tables, document.body);
  const map = document.querySelector(".geobri");
  if (map && map.geobri) linkMap(map);
  bindAddress({ cities: new Set(tables.cities.ids), corridors: new Set(tables.corridors.ids) });
  if (whole) buildPlatform(host, tables);
}

export { start };
