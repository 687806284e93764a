/* The record that the parts of the map share: each chapter has one owner, and what changes does so in few places. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { makeNow } from "../../../geobri/webmap/static/now.js";

const folder = new URL("../../../geobri/webmap/static/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".js"));
const texts = Object.fromEntries(files.map((name) => [name, readFileSync(new URL(name, folder), "utf-8")]));
const OWNERS = { acts: ["actions.js"], words: ["naming.js"], asks: ["naming.js"], painting: ["painting.js"], folding: ["folding.js"], parts: ["map.js"] };
const CHANGERS = ["actions.js", "map.js", "rows.js", "view.js"];

/** Every match of a pattern with its file. */
const findAll = (pattern) => files.flatMap((file) => [...texts[file].matchAll(pattern)].map((found) => ({ file, found })));

test("a part of the map is written by its owner alone", () => {
  for (const { file, found: [whole, chapter] } of findAll(/\bapp\.(\w+)\.\w+ [-+*/|&?]*=(?![=>])/g)) {
    assert.ok((OWNERS[chapter] || []).includes(file), `${file} writes ${whole}`);
  }
  for (const { file, found: [whole] } of findAll(/\bapp\.\w+ [-+*/|&?]*=(?![=>])/g)) assert.equal(file, "map.js", `${file} writes ${whole}`);
});

test("what is true at the moment changes in few files, and only facts that are there", () => {
  assert.deepEqual([...new Set(findAll(/\bapp\.change\(/g).map(({ file }) => file))].sort(), CHANGERS);
  const { now, change } = makeNow({ width: 1, theme: null });
  change({ theme: "dark" });
  assert.deepEqual({ ...now }, { width: 1, theme: "dark" });
  assert.throws(() => change({ hieght: 2 }), /hieght/);
  assert.throws(() => {
    now.width = 2;
  }, TypeError);
});

test("whatever a part asks of another is there", () => {
  const written = new Set(findAll(/\bapp\.(\w+)\.(\w+) = /g).map(({ found }) => `${found[1]}.${found[2]}`));
  const facts = texts["map.js"].match(/makeNow\(\{([\s\S]*?)\n {2}\}\)/)[1].matchAll(/(\w+):/g);
  for (const [, name] of facts) written.add(`now.${name}`);
  const used = findAll(/\bapp\.(acts|words|asks|painting|folding|parts|now)\.(\w+)/g);
  assert.ok(used.length > 500);
  for (const { file, found: [, chapter, name] } of used) assert.ok(written.has(`${chapter}.${name}`), `${file}: ${chapter}.${name}`);
});
