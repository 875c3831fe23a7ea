import assert from "node:assert/strict";
import test from "node:test";
import { compiled } from "../compiled.mjs";

const { bytes, clock } = await compiled(import.meta.url)("shared/format");

test("sizes are short", () => {
  assert.deepEqual([0, 999, 1_234_000, 20_400_000_000].map(bytes), ["0 bytes", "999 bytes", "1.2 MB", "20 GB"]);
});

test("times read as on a clock", () => {
  assert.deepEqual([0, 59.99, 60, 75, 3599, 3600, 5400, -1, NaN].map(clock), ["0:00", "0:59", "1:00", "1:15", "59:59", "1:00:00", "1:30:00", "0:00", "0:00"]);
});
