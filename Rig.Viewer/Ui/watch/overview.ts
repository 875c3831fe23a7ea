// The small panorama below the picture: shows where the camera looks, and takes it elsewhere.

import { degrees, windowOn, yawAt, type Panorama, type View } from "../model/camera.js";
import type { VirtualCamera } from "./virtual-camera.js";

const REFRESH_MS = 500;
const STEP_DEGREES = 5;

export class Overview {
  private drawnTime = -1;

  constructor(
    private readonly box: HTMLElement,
    private readonly strip: HTMLCanvasElement,
    private readonly frame: HTMLElement,
    private readonly video: HTMLVideoElement,
    private readonly panorama: Panorama,
    private readonly camera: VirtualCamera,
  ) {
    box.style.aspectRatio = `${panorama.width} / ${panorama.height}`;
    const look = (event: PointerEvent): void => {
      const bounds = box.getBoundingClientRect();
      camera.lookAt(yawAt(panorama, (event.clientX - bounds.left) / bounds.width));
    };
    box.addEventListener("pointerdown", (event) => {
      box.setPointerCapture(event.pointerId);
      look(event);
    });
    box.addEventListener("pointermove", (event) => {
      if (event.buttons !== 0) {
        look(event);
      }
    });
    box.addEventListener("keydown", (event) => this.onKey(event));
    video.addEventListener("loadeddata", () => this.draw());
    video.addEventListener("seeked", () => this.draw());
    window.setInterval(() => this.draw(), REFRESH_MS);
    this.show(camera.currentView);
  }

  show(view: View): void {
    const window = windowOn(this.panorama, view);
    this.frame.style.left = `${window.left * 100}%`;
    this.frame.style.width = `${window.width * 100}%`;
    this.box.setAttribute("aria-valuenow", String(Math.round(degrees(view.yaw))));
    this.box.setAttribute("aria-valuetext", this.camera.describe());
  }

  private onKey(event: KeyboardEvent): void {
    const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      this.camera.lookAt(this.camera.currentView.yaw + (step * STEP_DEGREES * Math.PI) / 180);
    }
  }

  private draw(): void {
    if (this.video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || this.video.currentTime === this.drawnTime || document.hidden || this.camera.isResting) {
      return;
    }

    this.drawnTime = this.video.currentTime;
    this.strip.width = Math.round(this.box.clientWidth * Math.min(window.devicePixelRatio || 1, 2));
    this.strip.height = Math.max(1, Math.round((this.strip.width * this.panorama.height) / this.panorama.width));
    this.strip.getContext("2d")?.drawImage(this.video, 0, 0, this.strip.width, this.strip.height);
    // Before its first picture the strip is not there: never an empty box.
    this.box.dataset["drawn"] = "true";
  }
}
