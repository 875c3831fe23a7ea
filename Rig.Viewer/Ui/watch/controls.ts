// Buttons, seek bar, time and keys of the player; works with and without the virtual camera.

import { currentMoment, jumpTarget, nextSpeed, positionOf, skip, SKIP_SECONDS } from "../model/timeline.js";
import { byId } from "../shared/dom.js";
import { clock } from "../shared/format.js";
import { setIcon } from "./icon.js";
import type { CameraMode } from "./virtual-camera.js";

const IDLE_MS = 3000;

export class Controls {
  private readonly player = byId("player");
  private readonly video = byId<HTMLVideoElement>("video");
  private readonly seek = byId<HTMLInputElement>("seek");
  private readonly play = byId<HTMLButtonElement>("play");
  private readonly start = byId<HTMLButtonElement>("start");
  private readonly speed = byId<HTMLButtonElement>("speed");
  private readonly moments = [...document.querySelectorAll<HTMLButtonElement>(".moment")];
  private readonly momentTimes = this.moments.map((button) => Number(button.dataset["time"]));
  private seeking = false;
  private idleTimer = 0;

  constructor(private readonly setCamera: (mode: CameraMode) => void) {
    this.video.controls = false;
    byId("controls").hidden = false;
    this.start.hidden = false;
    this.wireButtons();
    this.wireVideo();
    this.wireSeek();
    this.wireIdle();
    document.addEventListener("keydown", (event) => this.onKey(event));
    this.placeMarkers();
    this.update();
  }

  showMode(mode: CameraMode): void {
    this.player.dataset["mode"] = mode;
    for (const button of document.querySelectorAll<HTMLButtonElement>("[data-camera]")) {
      button.setAttribute("aria-pressed", String(button.dataset["camera"] === mode));
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

  private wireButtons(): void {
    const on = (id: string, action: () => void): void => byId(id).addEventListener("click", action);
    on("play", () => this.toggle());
    on("start", () => this.toggle());
    on("back", () => this.skip(-SKIP_SECONDS));
    on("forward", () => this.skip(SKIP_SECONDS));
    on("speed", () => this.changeSpeed());
    on("full", () => this.toggleFullScreen());
    for (const button of document.querySelectorAll<HTMLButtonElement>("[data-camera]")) {
      button.addEventListener("click", () => this.setCamera(button.dataset["camera"] as CameraMode));
    }

    for (const button of document.querySelectorAll<HTMLButtonElement>(".moment, .marker")) {
      button.addEventListener("click", () => this.jump(Number(button.dataset["time"])));
    }
  }

  private wireVideo(): void {
    for (const name of ["play", "pause", "timeupdate", "seeked", "ended", "durationchange", "waiting", "playing"]) {
      this.video.addEventListener(name, () => this.update());
    }

    this.video.addEventListener("durationchange", () => this.placeMarkers());
    this.video.addEventListener("error", () => notice("The video cannot be played. Load the page again; if it stays so, tell your coach."));
    this.video.addEventListener("waiting", () => { this.player.dataset["waiting"] = "true"; });
    for (const name of ["playing", "seeked", "canplay", "pause"]) {
      this.video.addEventListener(name, () => { delete this.player.dataset["waiting"]; });
    }
  }

  private wireSeek(): void {
    this.seek.addEventListener("input", () => {
      this.seeking = true;
      this.video.currentTime = Number(this.seek.value);
      this.update();
    });
    this.seek.addEventListener("change", () => { this.seeking = false; });
  }

  /** Marks the player as left alone while it plays; the style sheet hides the controls then, on the whole screen only. */
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

  private skip(bySeconds: number): void {
    this.video.currentTime = skip(this.video.currentTime, bySeconds, this.length);
  }

  private changeSpeed(): void {
    this.video.playbackRate = nextSpeed(this.video.playbackRate);
    const text = this.video.playbackRate === 0.5 ? "½" : String(this.video.playbackRate);
    this.speed.textContent = `${text}x`;
    this.speed.setAttribute("aria-label", `Speed ${this.video.playbackRate} times`);
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

  private onKey(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    const typing = target.matches("input:not([type=range]), textarea, select, video.clip-video");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }

    const onButton = target.matches("button, a");
    const actions: Readonly<Record<string, () => void>> = {
      ...(onButton ? {} : { " ": () => this.toggle() }),
      k: () => this.toggle(),
      j: () => this.skip(-SKIP_SECONDS),
      l: () => this.skip(SKIP_SECONDS),
      ...(target === this.seek ? {} : { ArrowLeft: () => this.skip(-SKIP_SECONDS), ArrowRight: () => this.skip(SKIP_SECONDS) }),
      f: () => this.setCamera("follow"),
      w: () => this.setCamera("whole"),
      Escape: () => this.player.classList.remove("fills-page"),
    };
    const action = actions[event.key];
    if (action !== undefined) {
      if (event.key !== "Escape") {
        event.preventDefault();
      }

      action();
    }
  }

  private placeMarkers(): void {
    for (const marker of document.querySelectorAll<HTMLElement>(".marker")) {
      marker.style.left = `${positionOf(Number(marker.dataset["time"]), this.length) * 100}%`;
    }

    byId("markers").hidden = this.length === 0;
  }

  private update(): void {
    const { currentTime, paused } = this.video;
    setIcon(this.play, paused ? "i-play" : "i-pause");
    this.play.setAttribute("aria-label", paused ? "Play" : "Pause");
    this.start.hidden = !paused || currentTime > 0;
    this.seek.max = String(this.length || 1);
    if (!this.seeking) {
      this.seek.value = String(currentTime);
    }

    this.seek.style.setProperty("--played", `${positionOf(currentTime, this.length) * 100}%`);
    this.seek.setAttribute("aria-valuetext", `${clock(currentTime)} of ${clock(this.length)}`);
    byId("now").textContent = clock(currentTime);
    if (this.length > 0) {
      byId("length").textContent = clock(this.length);
    }

    const current = currentTime > 0 || !paused ? currentMoment(this.momentTimes, currentTime) : -1;
    this.moments.forEach((button, index) => { button.setAttribute("aria-current", String(index === current)); });
  }
}

export function notice(sentence: string): void {
  const line = byId("notice");
  line.textContent = sentence;
  line.hidden = false;
}
