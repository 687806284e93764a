/* Between the choice of the page and the map: each tells the other, and neither answers itself. */
import { NOTHING, isNothing } from "./choice.js";
import { choose, onChange, point, store } from "./store.js";

/** What the map is asked for a choice: one city or corridor is selected, a part of a picture filters, else they stand out. */
function showChoice(map, chosen, by) {
  const { cities, corridors } = chosen;
  const filtered = by === "brush";
  map.filter({ only: filtered && corridors.length ? corridors : null });
  if (isNothing(chosen)) map.select(null);
  else if (cities.length === 1 && corridors.length === 0) map.select(cities[0]);
  else if (cities.length === 0 && corridors.length === 1) map.select({ corridor: corridors[0] });
  else if (filtered && corridors.length === 0) map.select({ cities });
  else map.select(null);
  const several = !filtered && cities.length + corridors.length > 1;
  map.highlight(several ? chosen : NOTHING);
}

const asChoice = ({ city, cities, corridor }) => {
  const list = Array.isArray(cities) ? cities : cities ? cities.list : [];
  if (corridor) return { corridors: [corridor] };
  return { cities: city ? [city] : list };
};

function linkMap(element) {
  const map = element.geobri;
  onChange((name, by) => {
    if (by === "map") return;
    if (name === "chosen") showChoice(map, store.chosen, by);
    else map.hover({ city: store.pointed.cities.length === 1 ? store.pointed.cities[0] : null, corridor: store.pointed.corridors.length === 1 ? store.pointed.corridors[0] : null });
  });
  map.on("select", (detail) => detail.by === "reader" && choose(asChoice(detail), { by: "map" }));
  map.on("hover", (detail) => detail.by === "reader" && point(asChoice({ ...detail, cities: [] }), "map"));
  map.on("filter", ({ by, filters }) => {
    /* the reader took the filter of a picture off */
    if (by === "reader" && store.chosen.corridors.length > 1 && filters.only === null && map.highlighted().length === 0) choose(NOTHING, { by: "map" });
  });
  const state = map.getState();
  choose(asChoice(state), { by: "map" });
}

export { linkMap };
