// Buttons, time and keys of the player; works with and without the virtual camera.

import { currentMoment, jumpTarget, neighbour, positionOf, skip, SKIP_SECONDS, STEP_SECONDS } from "../model/timeline.js";
import { byId } from "../shared/dom.js";
import { clock } from "../shared/format.js";
import { setIcon } from "./icon.js";
import { keyAction, type KeyAction } from "./keys.js";
import type { ScrubBar } from "./scrub.js";
import type { CameraMode } from "./virtual-camera.js";

const IDLE_MS = 3000;
const VOLUME_STEP = 0.1;

export interface ControlsHandler {
  setCamera(mode: CameraMode): void;
  share(): void;
  draw(): void;
}

export class Controls {
  private readonly player = byId("player");
  private readonly video = byId<HTMLVideoElement>("video");
  private readonly play = byId<HTMLButtonElement>("play");
  private readonly start = byId<HTMLButtonElement>("start");
  private readonly speed = byId<HTMLSelectElement>("speed");
  private readonly volume = byId<HTMLInputElement>("volume");
  private readonly help = byId<HTMLDialogElement>("help");
  private readonly moments = [...document.querySelectorAll<HTMLButtonElement>(".moment")];
  private readonly momentTimes = this.moments.map((button) => Number(button.dataset["time"]));
  private idleTimer = 0;

  /** @param fps Of the game, for frame steps. */
  constructor(private readonly scrub: ScrubBar, private readonly fps: number, private readonly handler: ControlsHandler) {
    this.video.controls = false;
    byId("controls").hidden = false;
    this.start.hidden = false;
    this.wireButtons();
    this.wireVideo();
    this.wireIdle();
    document.addEventListener("keydown", (event) => {
      const action = keyAction(event);
      if (action !== null) {
        if (action !== "close") {
          event.preventDefault();
        }

        this.act(action);
      }
    });
    this.placeMarkers();
    this.update();
  }

  showMode(mode: CameraMode): void {
    this.player.dataset["mode"] = mode;
    for (const button of document.querySelectorAll<HTMLButtonElement>("[data-camera-mode]")) {
      button.setAttribute("aria-pressed", String(button.dataset["cameraMode"] === mode));
    }
  }

  toggle(): void {
    if (this.video.paused) {
      void this.video.play().catch(() => this.update());
    } else {
      this.video.pause();
    }
  }

  private get length(): number {
    return Number.isFinite(this.video.duration) ? this.video.duration : 0;
  }

  private act(action: KeyAction): void {
    if (typeof action === "object") {
      this.video.currentTime = (this.length * action.tenths) / 10;
      return;
    }

    const actions: Readonly<Record<Exclude<KeyAction, object>, () => void>> = {
      toggle: () => this.toggle(),
      back10: () => this.skip(-SKIP_SECONDS),
      forward10: () => this.skip(SKIP_SECONDS),
      back5: () => this.skip(-STEP_SECONDS),
      forward5: () => this.skip(STEP_SECONDS),
      louder: () => this.setVolume(this.video.volume + VOLUME_STEP),
      quieter: () => this.setVolume(this.video.volume - VOLUME_STEP),
      mute: () => { this.video.muted = !this.video.muted; },
      full: () => this.toggleFullScreen(),
      help: () => this.help.showModal(),
      follow: () => this.handler.setCamera("follow"),
      whole: () => this.handler.setCamera("whole"),
      previous: () => this.neighbour(-1),
      next: () => this.neighbour(1),
      "frame-back": () => this.stepFrame(-1),
      "frame-forward": () => this.stepFrame(1),
      slower: () => this.stepSpeed(-1),
      faster: () => this.stepSpeed(1),
      start: () => { this.video.currentTime = 0; },
      end: () => { this.video.currentTime = this.length; },
      close: () => this.player.classList.remove("fills-page"),
      share: () => this.handler.share(),
      pen: () => this.handler.draw(),
      "picture-in-picture": () => this.togglePictureInPicture(),
    };
    actions[action]();
  }

  private wireButtons(): void {
    for (const button of document.querySelectorAll<HTMLButtonElement>("[data-action]")) {
      button.addEventListener("click", () => this.act(button.dataset["action"] as KeyAction));
    }

    for (const button of document.querySelectorAll<HTMLButtonElement>("[data-camera-mode]")) {
      button.addEventListener("click", () => this.handler.setCamera(button.dataset["cameraMode"] as CameraMode));
    }

    for (const button of document.querySelectorAll<HTMLButtonElement>(".moment, .marker")) {
      button.addEventListener("click", () => this.jump(Number(button.dataset["time"])));
    }

    this.speed.addEventListener("change", () => { this.video.playbackRate = Number(this.speed.value); });
    this.volume.addEventListener("input", () => this.setVolume(Number(this.volume.value)));
    byId("help-close").addEventListener("click", () => this.help.close());
    byId("picture-in-picture").hidden = !document.pictureInPictureEnabled;
    for (const step of ["previous", "next"]) {
      byId(step).hidden = this.moments.length === 0;
    }
  }

  private wireVideo(): void {
    for (const name of ["play", "pause", "timeupdate", "seeked", "ended", "durationchange", "volumechange", "ratechange"]) {
      this.video.addEventListener(name, () => this.update());
    }

    this.video.addEventListener("durationchange", () => this.placeMarkers());
    for (const name of ["waiting", "seeking", "loadstart"]) {
      this.video.addEventListener(name, () => {
        if (!this.video.paused || name !== "loadstart") {
          this.player.dataset["waiting"] = "true";
        }
      });
    }

    for (const name of ["playing", "seeked", "canplay", "pause"]) {
      this.video.addEventListener(name, () => {
        delete this.player.dataset["waiting"];
        if (name !== "pause") {
          byId("notice").hidden = true;
        }
      });
    }
  }

  /** Marks the player as left alone while it plays; the style sheet hides the controls then, where they lie on the picture. */
  private wireIdle(): void {
    const awake = (): void => {
      delete this.player.dataset["idle"];
      window.clearTimeout(this.idleTimer);
      this.idleTimer = window.setTimeout(() => {
        if (!this.video.paused) {
          this.player.dataset["idle"] = "true";
        }
      }, IDLE_MS);
    };
    for (const name of ["pointermove", "pointerdown", "keydown", "focusin"]) {
      this.player.addEventListener(name, awake);
    }

    this.video.addEventListener("pause", awake);
    this.video.addEventListener("play", awake);
  }

  private jump(momentSeconds: number): void {
    this.video.currentTime = jumpTarget(momentSeconds);
    void this.video.play().catch(() => this.update());
    if (this.player.getBoundingClientRect().top < 0) {
      this.player.scrollIntoView({ block: "start", behavior: window.matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    }
  }

  private neighbour(direction: 1 | -1): void {
    const found = neighbour(this.momentTimes, this.video.currentTime, direction);
    if (found !== null) {
      this.jump(found);
    }
  }

  private skip(bySeconds: number): void {
    this.video.currentTime = skip(this.video.currentTime, bySeconds, this.length);
  }

  private stepFrame(frames: number): void {
    this.video.pause();
    this.skip(frames / this.fps);
  }

  private stepSpeed(by: 1 | -1): void {
    const index = Math.min(Math.max(this.speed.selectedIndex + by, 0), this.speed.options.length - 1);
    this.speed.selectedIndex = index;
    this.video.playbackRate = Number(this.speed.value);
  }

  private setVolume(volume: number): void {
    this.video.volume = Math.min(Math.max(volume, 0), 1);
    this.video.muted = this.video.volume === 0;
  }

  private togglePictureInPicture(): void {
    if (document.pictureInPictureElement !== null) {
      void document.exitPictureInPicture();
    } else if (document.pictureInPictureEnabled) {
      void this.video.requestPictureInPicture().catch(() => notice("The picture cannot leave the page before the video has begun."));
    }
  }

  private toggleFullScreen(): void {
    if (document.fullscreenElement !== null) {
      void document.exitFullscreen();
    } else if ("requestFullscreen" in this.player) {
      void this.player.requestFullscreen().catch(() => this.player.classList.toggle("fills-page"));
    } else {
      // iPhones give full screen to videos only: the player fills the page instead, camera and all.
      (this.player as HTMLElement).classList.toggle("fills-page");
    }
  }

  private placeMarkers(): void {
    for (const marker of document.querySelectorAll<HTMLElement>(".marker")) {
      marker.style.left = `${positionOf(Number(marker.dataset["time"]), this.length) * 100}%`;
    }

    byId("markers").hidden = this.length === 0;
  }

  private update(): void {
    const { currentTime, paused, muted, volume } = this.video;
    setIcon(this.play, paused ? "i-play" : "i-pause");
    this.play.setAttribute("aria-label", paused ? "Play" : "Pause");
    this.start.hidden = !paused || currentTime > 0;
    this.scrub.update(currentTime, this.length);
    byId("now").textContent = clock(currentTime);
    if (this.length > 0) {
      byId("length").textContent = clock(this.length);
    }

    setIcon(byId("mute"), muted || volume === 0 ? "i-muted" : "i-volume");
    byId("mute").setAttribute("aria-label", muted || volume === 0 ? "Sound on" : "Sound off");
    this.volume.value = String(muted ? 0 : volume);
    const current = currentTime > 0 || !paused ? currentMoment(this.momentTimes, currentTime) : -1;
    this.moments.forEach((button, index) => { button.setAttribute("aria-current", String(index === current)); });
  }
}

/** A sentence on the picture, with a button where there is something to try again. */
export function notice(sentence: string, retry?: () => void): void {
  const line = byId("notice");
  byId("notice-text").textContent = sentence;
  const button = byId<HTMLButtonElement>("notice-retry");
  button.hidden = retry === undefined;
  button.onclick = () => {
    line.hidden = true;
    retry?.();
  };
  line.hidden = false;
}
