// The game page: player, virtual camera where the device can draw it, clips that do not talk over each other.

import { fetchWatch, type Watch } from "../watch/api.js";
import { Controls, notice } from "../watch/controls.js";
import { byId } from "../shared/dom.js";
import { watchGestures } from "../watch/gestures.js";
import { Overview } from "../watch/overview.js";
import { Renderer } from "../watch/renderer.js";
import { VirtualCamera, type CameraMode } from "../watch/virtual-camera.js";

const player = byId("player");
const video = byId<HTMLVideoElement>("video");

let camera: VirtualCamera | null = null;
const controls = new Controls((mode: CameraMode) => camera?.setMode(mode));
playOneAtATime();

const answer = await fetchWatch(player.dataset["game"] ?? "");
switch (answer.kind) {
  case "ok":
    startCamera(answer.value);
    break;
  case "signed-out":
    location.assign(`/login?returnUrl=${encodeURIComponent(location.pathname)}`);
    break;
  case "failed":
    plainVideo();
    notice(answer.sentence);
    break;
}

function startCamera({ metadata: { panorama, follow } }: Watch): void {
  player.style.setProperty("--panorama-aspect", `${panorama.width} / ${panorama.height}`);
  const canvas = byId<HTMLCanvasElement>("picture");
  const renderer = Renderer.create(canvas, panorama);
  if (renderer === null) {
    plainVideo();
    return;
  }

  canvas.hidden = false;
  player.dataset["camera"] = "virtual";
  let overview: Overview | null = null;
  const made = new VirtualCamera(video, canvas, renderer, panorama, follow, (mode) => controls.showMode(mode), (view) => overview?.show(view));
  camera = made;
  overview = new Overview(byId("overview"), byId<HTMLCanvasElement>("strip"), byId("window"), video, panorama, made);
  watchGestures(canvas, {
    drag: (from, to) => made.drag(from, to),
    zoom: (at, factor) => made.zoom(at, factor),
    tap: () => controls.toggle(),
    doubleTap: () => made.setMode("follow"),
  });
  canvas.addEventListener("webglcontextlost", () => plainVideo());
  made.setMode(follow.length > 0 ? "follow" : "free");
}

/** Without WebGL the panorama is shown as it is, with the same controls. */
function plainVideo(): void {
  camera = null;
  byId("picture").hidden = true;
  player.dataset["camera"] = "plain";
  controls.showMode("whole");
}

function playOneAtATime(): void {
  const videos = [...document.querySelectorAll("video")];
  for (const one of videos) {
    one.addEventListener("play", () => videos.filter((other) => other !== one).forEach((other) => other.pause()));
  }
}
