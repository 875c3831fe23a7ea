// Holds where the camera looks and draws it: following the play, moved by hand, or the whole panorama at once.

import { clamp, degrees, drag, widestFov, zoom, type Panorama, type ScreenPoint, type View } from "../model/camera.js";
import { Chase, viewAt, type FollowKey } from "../model/follow.js";
import type { Renderer } from "./renderer.js";

export type CameraMode = "follow" | "free" | "whole";

/** How long the camera takes to catch up with the play. */
const CHASE_SECONDS = 0.45;
/** A jump in the game is a cut, not a swing of the camera. */
const CUT_SECONDS = 1;
/** More than any screen shows; keeps a 4K monitor from drawing what nobody sees. */
const MAX_PIXELS_WIDE = 2560;

export class VirtualCamera {
  private view: View;
  private mode: CameraMode = "follow";
  private readonly chase = new Chase(CHASE_SECONDS);
  private lastTime = -Infinity;
  private lastFrameMs = 0;
  private stale = true;
  private resting = false;
  private uploadedTime = -1;
  private readonly tellsFrames = "requestVideoFrameCallback" in HTMLVideoElement.prototype;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly canvas: HTMLCanvasElement,
    private readonly renderer: Renderer,
    private readonly panorama: Panorama,
    private readonly path: readonly FollowKey[],
    private readonly onMode: (mode: CameraMode) => void,
    private readonly onView: (view: View) => void,
  ) {
    this.view = clamp({ yaw: 0, pitch: 0, fov: widestFov(panorama, 16 / 9) }, panorama, 16 / 9);
    new ResizeObserver(() => this.resize()).observe(canvas);
    this.resize();
    this.watchFrames();
    requestAnimationFrame((now) => this.frame(now));
  }

  get currentMode(): CameraMode {
    return this.mode;
  }

  get currentView(): View {
    return this.view;
  }

  setMode(mode: CameraMode): void {
    // Taken over by hand, the camera goes on from where it looks.
    this.mode = mode;
    this.stale = true;
    this.chase.reset();
    this.onMode(mode);
  }

  /** While the video shows something else than the panorama. */
  rest(resting: boolean): void {
    this.resting = resting;
  }

  get isResting(): boolean {
    return this.resting;
  }

  drag(from: ScreenPoint, to: ScreenPoint): void {
    this.takeOver(drag(this.view, this.aspect, from, to));
  }

  zoom(at: ScreenPoint, factor: number): void {
    this.takeOver(zoom(this.view, this.aspect, at, factor, this.panorama));
  }

  lookAt(yaw: number): void {
    this.takeOver({ ...this.view, yaw });
  }

  /** For readers of the screen. */
  describe(): string {
    const yaw = Math.round(degrees(this.view.yaw));
    return yaw === 0 ? "straight ahead" : `${Math.abs(yaw)} degrees to the ${yaw < 0 ? "left" : "right"}`;
  }

  private get aspect(): number {
    return this.canvas.height > 0 ? this.canvas.width / this.canvas.height : 16 / 9;
  }

  private takeOver(view: View): void {
    if (this.mode !== "free") {
      this.setMode("free");
    }

    this.show(clamp(view, this.panorama, this.aspect));
  }

  private show(view: View): void {
    if (view.yaw !== this.view.yaw || view.pitch !== this.view.pitch || view.fov !== this.view.fov) {
      this.view = view;
      this.stale = true;
      this.onView(view);
    }
  }

  private resize(): void {
    const ratio = Math.min(window.devicePixelRatio || 1, MAX_PIXELS_WIDE / Math.max(1, this.canvas.clientWidth));
    this.canvas.width = Math.max(1, Math.round(this.canvas.clientWidth * ratio));
    this.canvas.height = Math.max(1, Math.round(this.canvas.clientHeight * ratio));
    this.stale = true;
    this.show(clamp(this.view, this.panorama, this.aspect));
  }

  /** Uploads each frame once, where the browser tells of them; else whenever the time changed. */
  private watchFrames(): void {
    if (this.tellsFrames) {
      const onFrame = (): void => {
        this.upload();
        this.video.requestVideoFrameCallback(onFrame);
      };
      this.video.requestVideoFrameCallback(onFrame);
    }

    for (const name of ["loadeddata", "seeked"] as const) {
      this.video.addEventListener(name, () => this.upload());
    }

    this.upload();
  }

  private upload(): void {
    if (!this.resting && this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
      this.renderer.upload(this.video);
      this.uploadedTime = this.video.currentTime;
      this.stale = true;
    }
  }

  private frame(now: number): void {
    const elapsed = Math.min((now - this.lastFrameMs) / 1000, 0.25);
    this.lastFrameMs = now;
    if (!this.tellsFrames && this.video.currentTime !== this.uploadedTime) {
      this.upload();
    }

    if (this.mode === "follow" && !this.resting) {
      this.follow(elapsed);
    }

    if (this.stale && this.renderer.draw(this.view, this.aspect, this.mode === "whole")) {
      this.stale = false;
    }

    requestAnimationFrame((next) => this.frame(next));
  }

  private follow(elapsedSeconds: number): void {
    const time = this.video.currentTime;
    const wanted = viewAt(this.path, time);
    if (wanted === null) {
      return;
    }

    const target = clamp(wanted, this.panorama, this.aspect);
    if (Math.abs(time - this.lastTime) > CUT_SECONDS) {
      this.chase.reset();
      this.show(target);
    } else {
      const next = this.chase.step(this.view, target, elapsedSeconds);
      const arrived = Math.abs(next.yaw - target.yaw) + Math.abs(next.pitch - target.pitch) + Math.abs(next.fov - target.fov) < 1e-5;
      this.show(arrived ? target : next);
    }

    this.lastTime = time;
  }
}
