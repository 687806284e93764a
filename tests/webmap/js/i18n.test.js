/* What places are called on the page. */
import assert from "node:assert/strict";
import test from "node:test";
import { renameCities } from "../../../geobri/webmap/static/i18n.js";

const zone = { one: "area", many: "areas", zh: "小区" };

test("words change, and what stands between braces stays", () => {
  assert.equal(renameCities("en", "Find a city of {cities}", zone), "Find an area of {cities}");
  assert.equal(renameCities("en", "Cities", zone), "Areas");
  assert.equal(renameCities("zh", "{n} 座城市，城市通路", zone), "{n} 个小区，通路");
});
