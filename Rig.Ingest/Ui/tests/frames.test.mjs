import assert from "node:assert/strict";
import test from "node:test";
import { compiled } from "../../../Rig.Hosting/Ui/compiled.mjs";

const load = compiled(import.meta.url);
const regions = await load("frames/regions");
const words = await load("frames/words");

const whole = { interaction: { x: 0, y: 0, w: 1, h: 1 }, inventory: { x: 0, y: 0, w: 1, h: 1 }, ignore: [] };

test("a rectangle may be drawn from any corner and stays within the picture", () => {
  assert.deepEqual(regions.between(0.5, 0.5, 0.25, 0.75), { x: 0.25, y: 0.5, w: 0.25, h: 0.25 });
  assert.deepEqual(regions.between(-1, -1, 2, 2), { x: 0, y: 0, w: 1, h: 1 });
  assert.equal(regions.between(0.5, 0.5, 0.505, 0.9), null);
});

test("each step is undone, and undoing nothing changes nothing", () => {
  const one = regions.draw(regions.begin(whole), "ignore", { x: 0.1, y: 0.1, w: 0.2, h: 0.2 });
  const two = regions.draw(one, "inventory", { x: 0.3, y: 0.3, w: 0.2, h: 0.2 });
  assert.deepEqual(regions.undo(two).now, one.now);
  assert.deepEqual(regions.undo(regions.undo(two)).now, whole);
  assert.deepEqual(regions.undo(regions.begin(whole)).now, whole);
  assert.deepEqual(regions.clearIgnored(two).now.ignore, []);
});

test("times read as how long ago", () => {
  const now = Date.parse("2026-12-01T12:00:00Z");
  assert.equal(words.ago("2026-12-01T11:59:30Z", now), "30 s ago");
  assert.equal(words.ago("2026-12-01T11:30:00Z", now), "30 min ago");
  assert.equal(words.ago(null, now), "never");
});

test("a line goes from left to right and upwards", () => {
  assert.equal(words.line([{ atMs: 0, value: 0 }, { atMs: 1000, value: 1 }], 100, 50), "0.0,50.0 100.0,0.0");
});
