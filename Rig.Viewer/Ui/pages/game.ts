// The game page: what this device can play, the virtual camera where it can draw it, clips that do not talk over each other.

import { choose, type Choice, type Device, type RenditionSet } from "../model/choice.js";
import { fetchWatch, type Watch } from "../watch/api.js";
import { Controls, notice } from "../watch/controls.js";
import { askDecoders, askDevice } from "../watch/device.js";
import { Drawing } from "../watch/drawing.js";
import { FilmPlayer } from "../watch/film.js";
import { watchGestures } from "../watch/gestures.js";
import { Overview } from "../watch/overview.js";
import { keepPlace, share, startSeconds } from "../watch/place.js";
import { Renderer } from "../watch/renderer.js";
import { ScrubBar } from "../watch/scrub.js";
import { VirtualCamera, type CameraMode } from "../watch/virtual-camera.js";
import { byId } from "../shared/dom.js";

const player = byId("player");
const video = byId<HTMLVideoElement>("video");
const gameId = player.dataset["game"] ?? "";
const mediaUrl = player.dataset["media"] ?? "";
const said = player.dataset["renditions"];
// The page's attribute is there, and empty, for a game that has none.
const renditions = said === undefined || said === "" ? null : (JSON.parse(said) as RenditionSet);

const scrub = new ScrubBar(video);
const drawing = new Drawing(video);
const device: Device = askDevice();
const film = new FilmPlayer(video, mediaUrl, device.downlinkBps, { failed: (sentence, retry) => notice(sentence, retry) });
const controls = new Controls(scrub, Number(player.dataset["fps"]) || 25, {
  setCamera: (mode) => void setCamera(mode),
  share: () => void share(video),
  draw: () => drawing.toggle(),
});
let choice: Choice | null = null;
let camera: VirtualCamera | null = null;
const begin = startSeconds(gameId, Number(player.dataset["length"]));

playOneAtATime();
addMomentsWhereTheVideoStands();
keepPlace(gameId, video);
// Asked for at once, and needed only by the virtual camera: the film does not wait for it.
const watch = readWatch();
if (renditions === null) {
  video.currentTime = begin;
  video.addEventListener("error", () => notice("The video cannot be played. Load the page again; if it stays so, tell your coach."));
  await startCamera(device.maxTexture, "follow");
} else {
  scrub.setPictures(mediaUrl, renditions);
  choice = choose(renditions, device, await askDecoders(renditions));
  switch (choice.startsWith) {
    case "broadcast":
      await showBroadcast();
      break;
    case "panorama":
      await showPanorama("follow");
      break;
    case "nothing":
      notice("This browser plays none of the game's videos. Try a newer one.");
      break;
  }
}

async function setCamera(mode: CameraMode): Promise<void> {
  if (choice === null) {
    camera?.setMode(mode);
  } else if (choice.broadcast !== null && mode === "follow" && (choice.startsWith === "broadcast" || device.maxTexture === 0)) {
    await showBroadcast();
  } else if (choice.panorama !== null) {
    await showPanorama(mode);
  }
}

/** The follow camera's own film, as ordinary video. */
async function showBroadcast(): Promise<void> {
  if (choice?.broadcast) {
    camera?.rest(true);
    byId("picture").hidden = true;
    player.dataset["camera"] = "broadcast";
    controls.showMode("follow");
    await film.show(choice.broadcast, video.currentTime || begin);
  }
}

async function showPanorama(mode: CameraMode): Promise<void> {
  if (choice?.panorama) {
    await film.show(choice.panorama, video.currentTime || begin);
    if (device.maxTexture === 0) {
      plainVideo();
    } else if (camera === null) {
      await startCamera(Math.max(...choice.panorama.renditions.map((one) => one.width)), mode);
    } else {
      camera.rest(false);
      byId("picture").hidden = false;
      player.dataset["camera"] = "virtual";
      camera.setMode(mode);
    }
  }
}

async function readWatch(): Promise<Watch | null> {
  const answer = await fetchWatch(gameId);
  switch (answer.kind) {
    case "ok":
      return answer.value;
    case "signed-out":
      location.assign(`/login?returnUrl=${encodeURIComponent(location.pathname + location.search)}`);
      return null;
    case "failed":
      notice(answer.sentence);
      return null;
  }
}

/** @param textureWidth Of the widest video that will be shown. */
async function startCamera(textureWidth: number, mode: CameraMode): Promise<void> {
  const { panorama, follow } = (await watch)?.metadata ?? { panorama: null, follow: [] };
  const canvas = byId<HTMLCanvasElement>("picture");
  const widest = renditions === null && panorama !== null ? Math.max(panorama.width, panorama.height) : textureWidth;
  const renderer = panorama === null ? null : Renderer.create(canvas, panorama, widest);
  if (panorama === null || renderer === null) {
    plainVideo();
    return;
  }

  player.style.setProperty("--panorama-aspect", `${panorama.width} / ${panorama.height}`);
  player.style.setProperty("--panorama-ratio", String(panorama.width / panorama.height));
  canvas.hidden = false;
  player.dataset["camera"] = "virtual";
  let overview: Overview | null = null;
  const made = new VirtualCamera(video, canvas, renderer, panorama, follow, (shown) => controls.showMode(shown), (view) => overview?.show(view));
  camera = made;
  overview = new Overview(byId("overview"), byId<HTMLCanvasElement>("strip"), byId("window"), video, panorama, made);
  watchGestures(canvas, {
    drag: (from, to) => made.drag(from, to),
    zoom: (at, factor) => made.zoom(at, factor),
    tap: () => controls.toggle(),
    doubleTap: () => made.setMode("follow"),
  });
  canvas.addEventListener("webglcontextlost", () => plainVideo());
  made.setMode(mode === "follow" && follow.length === 0 ? "free" : mode);
}

/** Without WebGL the panorama is shown as it is, with the same controls. */
function plainVideo(): void {
  camera = null;
  byId("picture").hidden = true;
  player.dataset["camera"] = "plain";
  controls.showMode("whole");
}

/** The link is there for coaches alone, and without this script it leads to the form all the same. */
function addMomentsWhereTheVideoStands(): void {
  const link = document.querySelector<HTMLAnchorElement>("#add-moment");
  link?.addEventListener("click", () => {
    link.href = `/games/${gameId}/correct?t=${video.currentTime.toFixed(1)}#add`;
  });
}

function playOneAtATime(): void {
  video.addEventListener("click", () => controls.toggle());
  const videos = [...document.querySelectorAll("video")];
  for (const one of videos) {
    one.addEventListener("play", () => videos.filter((other) => other !== one).forEach((other) => other.pause()));
  }
}
