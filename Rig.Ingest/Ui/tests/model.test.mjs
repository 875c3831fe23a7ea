import assert from "node:assert/strict";
import test from "node:test";
import { compiled } from "../../../Rig.Hosting/Ui/compiled.mjs";

const model = await compiled(import.meta.url)("model");

const stage = (name, status, more = {}) => ({ stage: name, status, attempts: 0, progress: 0, message: "", result: null, error: null, started_at: null, ended_at: null, ...more });
const session = (more) => ({ session_id: "GAME_20261121_140000", status: "processing", takes: [], stages: [], missing_cameras: [], conflicts: [], files: [], ...more });

test("an automatic session id reads as day and time, any other as it is", () => {
  assert.equal(model.title("GAME_20261121_140000"), "Saturday 21 November, 14:00");
  assert.equal(model.title("JVvsRivals_Home"), "JVvsRivals Home");
});

test("the headline names the failed stage before all else", () => {
  const stages = [stage("received", "done"), stage("stitched", "failed", { error: "no overlap" }), stage("detected", "queued")];
  assert.equal(model.headline(session({ status: "failed", stages })), "Stopped at stitch.");
});

test("while receiving, the headline says whose recording is missing", () => {
  assert.equal(model.headline(session({ status: "receiving", missing_cameras: ["CAM_L", "CAM_R"] })), "Waiting for left, right.");
});

test("the rail is filled up to the running stage's share", () => {
  const stages = [stage("a", "done"), stage("b", "done"), stage("c", "running", { progress: 0.5 }), stage("d", "queued"), stage("e", "queued")];
  assert.equal(model.railFill(stages), 2.5 / 4);
  assert.equal(model.railFill(stages.map((s) => ({ ...s, status: "done" }))), 1);
});

test("retry is offered only after a failure, process only where something was received", () => {
  assert.deepEqual(model.actions(session({ stages: [stage("stitched", "failed")] }), "owner"), ["retry", "process"]);
  assert.deepEqual(model.actions(session({ status: "receiving" }), "owner"), []);
  assert.deepEqual(model.actions(session({ status: "receiving", takes: [{ status: "verified" }] }), "owner"), ["process"]);
  assert.deepEqual(model.actions(session({ status: "processing", takes: [{ status: "verified" }] }), "owner"), []);
});

test("what works or waits to work can be cancelled, and the page says that it was", () => {
  const passed = [stage("received", "done"), stage("verified", "done")];
  assert.deepEqual(model.actions(session({ stages: [...passed, stage("aligned", "running")] }), "owner"), ["cancel"]);
  assert.deepEqual(model.actions(session({ stages: [...passed, stage("aligned", "queued")] }), "owner"), ["cancel"]);
  assert.deepEqual(model.actions(session({ stages: [...passed, stage("aligned", "running")] }), "member"), []);
  const cancelled = session({ status: "failed", stages: [...passed, stage("aligned", "failed", { error: "Cancelled by Ann.", cancelled_by: "Ann" })] });
  assert.equal(model.headline(cancelled), "Cancelled at align.");
  assert.deepEqual(model.actions(cancelled, "owner"), ["retry", "process"]);
});

test("a recording that lost many frames is named, with how many", () => {
  const take = (more) => ({ camera_id: "CAM_L", take: 1, frames: 80, dropped_frames: 372, ...more });
  assert.deepEqual(model.frameLosses(session({ takes: [take()] })), ["Left lost 372 of 452 frames (82 %), so its picture stutters. The camera or its disk was too slow."]);
  assert.deepEqual(model.frameLosses(session({ takes: [take({ frames: 990, dropped_frames: 10 }), take({ frames: null, dropped_frames: null })] })), []);
  assert.match(model.frameLosses(session({ takes: [take({ take: 2, frames: 980, dropped_frames: 20 })] }))[0], /^Left 2 lost 20 of 1000 frames \(2\.0 %\)/);
});

test("takes that are not used are named with their reason", () => {
  assert.deepEqual(model.setAside(session({ stages: [stage("aligned", "done", { result: { set_aside: ["G_CAM_R_T2 is set aside."] } })] })), ["G_CAM_R_T2 is set aside."]);
  assert.deepEqual(model.setAside(session({ stages: [stage("aligned", "done", { result: {} })] })), []);
});

test("who only watches is offered nothing that steers", () => {
  assert.deepEqual(model.actions(session({ stages: [stage("stitched", "failed")] }), "member"), []);
  assert.deepEqual(model.actions(session({ status: "receiving", takes: [{ status: "verified" }] }), "member"), []);
});

test("figures carry their units", () => {
  const texts = model.figures(stage("aligned", "done", { result: { seam_error_px_median: 0.7, matches: 1217, bytes: 2_000_000 } }));
  assert.deepEqual(texts, ["seam error median 0.70 px", "matches 1217", "bytes 2.0 MB"]);
  assert.deepEqual(model.figures(stage("pushed", "done", { result: { skipped: "no viewer is configured" } })), ["Skipped: no viewer is configured"]);
});
