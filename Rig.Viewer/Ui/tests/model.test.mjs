// The player's pure parts.

import assert from "node:assert/strict";
import test from "node:test";
import { compiled } from "../../../Rig.Hosting/Ui/compiled.mjs";

const load = compiled(import.meta.url);
const { between, clamp, degrees, directionOf, drag, extent, MIN_FOV, project, radians, widestFov, windowOn, yawAt, zoom } = await load("model/camera");
const { Chase, viewAt } = await load("model/follow");
const { choose, thumbnailAt } = await load("model/choice");
const { currentMoment, jumpTarget, neighbour, positionOf, resumeAt, skip, timeInLink } = await load("model/timeline");

const panorama = { width: 2400, height: 600, focal_px: 900, center_column: 1199.5, horizon_row: 180 };
const wide = 16 / 9;
const view = { yaw: radians(12), pitch: radians(6), fov: radians(45) };
const near = (actual, expected, tolerance = 1e-9) => assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);
const corners = [-1, 1].flatMap((x) => [-1, 1].map((y) => ({ x, y })));

// A small seeded generator: the same views in every run.
function* views(count) {
  let seed = 7;
  const next = () => ((seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648) * 2 - 1;
  for (let i = 0; i < count; i++) {
    yield [{ yaw: next() * 3, pitch: next() * 1.2, fov: 0.05 + (next() + 1) * 1.2 }, 0.4 + (next() + 1) * 1.1];
  }
}

test("the middle of the screen is where the camera looks", () => {
  const pixel = project(view, wide, { x: 0, y: 0 }, panorama);
  near(pixel.u, 1199.5 + 900 * radians(12));
  near(pixel.v, 180 + 900 * Math.tan(radians(6)));
});

test("level, the screen's edge lies half the angle of view aside", () => {
  const level = { yaw: 0, pitch: 0, fov: radians(60) };
  near(project(level, wide, { x: 1, y: 0 }, panorama).u, 1199.5 + 900 * radians(30));
  // Straight down by the picture's half height: v is the tangent on the cylinder.
  near(project(level, 1, { x: 0, y: 1 }, panorama).v, 180 + 900 * Math.tan(radians(30)));
});

test("a point agrees with the ray through it, computed by rotation matrices", () => {
  for (const [camera, aspect] of views(50)) {
    for (const { x, y } of corners) {
      const [rx, ry, rz] = [x * Math.tan(camera.fov / 2), (y * Math.tan(camera.fov / 2)) / aspect, 1];
      const [py, pz] = [ry * Math.cos(camera.pitch) + rz * Math.sin(camera.pitch), rz * Math.cos(camera.pitch) - ry * Math.sin(camera.pitch)];
      const [wx, wz] = [rx * Math.cos(camera.yaw) + pz * Math.sin(camera.yaw), pz * Math.cos(camera.yaw) - rx * Math.sin(camera.yaw)];
      const pixel = project(camera, aspect, { x, y }, panorama);
      const turn = (pixel.u - panorama.center_column) / panorama.focal_px - Math.atan2(wx, wz);
      near(Math.sin(turn), 0, 1e-9);
      near(pixel.v, 180 + (900 * py) / Math.hypot(wx, wz), 1e-6 * Math.max(1, Math.abs(pixel.v)));
    }
  }
});

test("a clamped view shows nothing beyond the panorama", () => {
  for (const [camera, aspect] of views(500)) {
    const held = clamp(camera, panorama, aspect);
    assert.ok(held.fov >= MIN_FOV - 1e-12 && held.fov <= widestFov(panorama, aspect) + 1e-12);
    for (const corner of [...corners, { x: 0, y: -1 }, { x: 0, y: 1 }, { x: -1, y: 0 }, { x: 1, y: 0 }]) {
      const { u, v } = project(held, aspect, corner, panorama);
      assert.ok(u >= -1e-6 && u <= 2400 + 1e-6 && v >= -1e-6 && v <= 600 + 1e-6, `${JSON.stringify(held)} shows ${u}, ${v}`);
    }
  }
});

test("clamping twice is clamping once", () => {
  for (const [camera, aspect] of views(100)) {
    const once = clamp(camera, panorama, aspect);
    const twice = clamp(once, panorama, aspect);
    near(twice.yaw, once.yaw);
    near(twice.pitch, once.pitch);
  }
});

test("what lies under the finger stays under it", () => {
  const level = { yaw: 0.2, pitch: 0, fov: radians(50) };
  const from = { x: 0.4, y: 0 };
  const to = { x: -0.3, y: 0 };
  near(directionOf(drag(level, wide, from, to), wide, to).yaw, directionOf(level, wide, from).yaw, 1e-9);
  assert.ok(drag(level, wide, from, to).yaw > level.yaw, "taking the picture to the left looks to the right");
});

test("zooming keeps the point under the pointer and its limits", () => {
  const at = { x: 0.5, y: 0 };
  const level = { yaw: 0, pitch: 0, fov: radians(50) };
  const nearer = zoom(level, wide, at, 0.5, panorama);
  near(degrees(nearer.fov), 25);
  near(directionOf(nearer, wide, at).yaw, directionOf(level, wide, at).yaw, 1e-9);
  assert.equal(zoom(level, wide, at, 0.0001, panorama).fov, MIN_FOV);
  assert.equal(zoom(level, wide, at, 1000, panorama).fov, widestFov(panorama, wide));
});

test("the overview's window and its inverse agree", () => {
  const level = { yaw: 0.3, pitch: 0, fov: 0.6 };
  const { left, width } = windowOn(panorama, level);
  near(yawAt(panorama, left + width / 2), 0.3);
  near(width, (0.6 * 900) / 2400);
  const { right } = extent(panorama);
  assert.ok(windowOn(panorama, { ...level, yaw: right }).left <= 1);
});

test("limits that cross meet in the middle", () => {
  assert.equal(between(5, 0, 3), 3);
  assert.equal(between(0, 4, 2), 3);
});

const path = [
  { t_seconds: 2, yaw_deg: 0, pitch_deg: 5, fov_deg: 40 },
  { t_seconds: 4, yaw_deg: 20, pitch_deg: 7, fov_deg: 50 },
  { t_seconds: 5, yaw_deg: -10, pitch_deg: 7, fov_deg: 30 },
];

test("the path goes through its keys without a jump of speed, outside it rests", () => {
  const speed = (from, to) => degrees(viewAt(path, to).yaw - viewAt(path, from).yaw) / (to - from);
  assert.ok(Math.abs(speed(3.999, 4) - speed(4, 4.001)) < 0.2);
  near(degrees(viewAt(path, 3).yaw), 40 / 3);
  near(degrees(viewAt(path, 3).fov), 40 + 85 / 12);
  near(degrees(viewAt(path, 4).yaw), 20);
  near(degrees(viewAt(path, 0).yaw), 0);
  near(degrees(viewAt(path, 99).yaw), -10);
  assert.equal(viewAt([], 1), null);
  near(degrees(viewAt(path.slice(0, 1), 3).pitch), 5);
});

test("the chase arrives without overshooting, however uneven the frames are", () => {
  for (const steps of [Array(120).fill(1 / 60), Array(30).fill(1 / 15), [0.4, 0.01, 0.2, 0.003, 0.5, 0.9]]) {
    const chase = new Chase(0.45);
    let now = { yaw: 0, pitch: 0, fov: 1 };
    for (const elapsed of steps) {
      now = chase.step(now, { yaw: 1, pitch: 0.2, fov: 0.5 }, elapsed);
      assert.ok(now.yaw <= 1 + 1e-9 && now.fov >= 0.5 - 1e-9);
    }
    near(now.yaw, 1, 0.01);
  }
});

test("two half steps of the chase are one whole one", () => {
  const one = new Chase(0.5);
  const two = new Chase(0.5);
  const start = { yaw: 0, pitch: 0, fov: 1 };
  const target = { yaw: 1, pitch: 1, fov: 1 };
  const whole = one.step(start, target, 0.2);
  const halves = two.step(two.step(start, target, 0.1), target, 0.1);
  near(whole.yaw, halves.yaw, 1e-12);
});

test("a moment is shown from three seconds before it", () => {
  assert.equal(jumpTarget(12.3), 12.3 - 3);
  assert.equal(jumpTarget(1), 0);
  assert.equal(currentMoment([6, 12.3], 9.3), 1);
  assert.equal(currentMoment([6, 12.3], 4), 0);
  assert.equal(currentMoment([6, 12.3], 30), -1);
});

test("skipping stays within the game", () => {
  assert.equal(skip(5, -10, 40), 0);
  assert.equal(skip(35, 10, 40), 40);
  assert.equal(positionOf(20, 40), 0.5);
  assert.equal(positionOf(20, 0), 0);
});

test("the next and the previous moment are those after and before what is shown", () => {
  assert.equal(neighbour([6, 12.3, 30], 0, 1), 6);
  assert.equal(neighbour([6, 12.3, 30], 9.3, 1), 30);
  assert.equal(neighbour([6, 12.3, 30], 9.3, -1), 6);
  assert.equal(neighbour([6, 12.3, 30], 30, 1), null);
  assert.equal(neighbour([], 5, -1), null);
});

test("a link's time is read in seconds, minutes and hours", () => {
  assert.deepEqual(["?t=754", "?t=754s", "?t=12m34s", "?t=1h2m3s", "?t=", "?t=x", "?t=-5", ""].map(timeInLink), [754, 754, 754, 3723, null, null, null, null]);
});

test("a game is gone on with where one stopped, but for its first and last seconds", () => {
  assert.deepEqual([null, 3, 300, 5395, NaN].map((at) => resumeAt(at, 5400)), [0, 0, 300, 0, 0]);
});

const rendition = (name, codec, width, bits = 1e6) => ({ name, codec, width, height: Math.round(width / 4), codec_string: codec, average_bits_per_second: bits, peak_bits_per_second: bits });
const set = {
  ladders: [
    { kind: "follow", master_playlist: "follow.m3u8", renditions: [rendition("f1080", "h264", 1920), rendition("f360", "h264", 640)] },
    { kind: "panorama", master_playlist: "panorama.m3u8", renditions: [rendition("p4096", "h264", 4096), rendition("p2048", "h264", 2048)] },
    { kind: "panorama_hevc", master_playlist: "panorama_hevc.m3u8", renditions: [rendition("h5760", "hevc", 5760, 8e6)] },
  ],
};
const every = new Set(["f1080", "f360", "p4096", "p2048", "h5760"]);

test("a phone begins with the follow camera, a desk with the panorama", () => {
  assert.equal(choose(set, { isPhone: true, maxTexture: 4096, downlinkBps: null }, every).startsWith, "broadcast");
  assert.equal(choose(set, { isPhone: false, maxTexture: 16384, downlinkBps: null }, every).startsWith, "panorama");
  assert.equal(choose(set, { isPhone: false, maxTexture: 16384, downlinkBps: 1.6e6 }, every).startsWith, "broadcast");
});

test("nothing is chosen that the device cannot decode or draw", () => {
  const small = choose(set, { isPhone: false, maxTexture: 2048, downlinkBps: 5e7 }, every);
  assert.deepEqual(small.panorama.renditions.map((one) => one.name), ["p2048"]);
  const weak = choose(set, { isPhone: false, maxTexture: 4096, downlinkBps: 5e7 }, new Set(["f360", "p2048"]));
  assert.deepEqual([weak.panorama.renditions.map((one) => one.name), weak.broadcast.renditions.map((one) => one.name)], [["p2048"], ["f360"]]);
  assert.equal(choose(set, { isPhone: false, maxTexture: 1024, downlinkBps: null }, every).startsWith, "broadcast");
  assert.equal(choose(set, { isPhone: false, maxTexture: 4096, downlinkBps: null }, new Set()).startsWith, "nothing");
});

test("the full width in HEVC is for who decodes it, draws it and has the bandwidth", () => {
  const wide = { isPhone: false, maxTexture: 8192, downlinkBps: 5e7 };
  assert.equal(choose(set, wide, every).panorama.kind, "panorama_hevc");
  assert.equal(choose(set, { ...wide, downlinkBps: 9e6 }, every).panorama.kind, "panorama");
  assert.equal(choose(set, { ...wide, downlinkBps: null }, every).panorama.kind, "panorama");
  assert.equal(choose(set, { ...wide, maxTexture: 4096 }, every).panorama.kind, "panorama");
});

test("without WebGL the follow camera is watched, and the panorama as it is", () => {
  const plain = choose(set, { isPhone: false, maxTexture: 0, downlinkBps: null }, every);
  assert.deepEqual([plain.startsWith, plain.panorama.renditions.length], ["broadcast", 2]);
});

test("the scrub bar's picture lies in the right sheet and place", () => {
  const thumbnails = { interval_seconds: 2, width: 160, height: 90, columns: 10, rows: 10, count: 150, sheets: ["a.jpg", "b.jpg"] };
  assert.deepEqual(thumbnailAt(thumbnails, 0), { sheet: "a.jpg", x: 0, y: 0 });
  assert.deepEqual(thumbnailAt(thumbnails, 25), { sheet: "a.jpg", x: 320, y: 90 });
  assert.deepEqual(thumbnailAt(thumbnails, 9999), { sheet: "b.jpg", x: 1440, y: 360 });
});
