/* The address of a map: what the map wrote itself is no wish, and what stood there before is one again. */
import assert from "node:assert/strict";
import test from "node:test";
import { makeAddress } from "../../../geobri/webmap/static/address.js";

const opening = {
  value: "trade", year: null, since: null, net: false, region: { mode: "all", a: null, b: null }, groups: {}, types: {}, km: null, colour: null,
  coast: null, range: null, top: null, city: null, cities: null, corridor: null, lines: true, missing: true, zeros: false, scale: null,
  points: null, lang: "en", theme: "auto", view: null,
};

test("going back to what the map wrote before is a wish again", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const location = { hash: "", href: "file:///map.html", replace: (address) => { location.hash = `#${address.split("#")[1]}`; } };
  globalThis.window = { location };
  const now = { state: opening };
  const address = makeAddress({ now, opening, prefix: "" });
  const choose = (wish) => {
    now.state = { ...opening, ...wish };
    address.writeSoon();
    t.mock.timers.tick(1000);
  };
  choose({ top: 5 });
  assert.equal(location.hash, "#top=5");
  assert.ok(address.isOwn());
  location.hash = "#top=20"; /* a link of the page, a step of its history */
  assert.ok(!address.isOwn());
  choose({ top: 20 }); /* which the map followed: it stands there already */
  assert.ok(address.isOwn());
  location.hash = "#top=5"; /* the reader goes back */
  assert.ok(!address.isOwn());
});
