// A coach's pen on the paused picture. Nothing of it is kept: it goes when the game plays on.

import { byId } from "../shared/dom.js";

const LINE_SHARE = 0.006;

export class Drawing {
  private readonly layer = byId<HTMLCanvasElement>("pen-layer");
  private readonly button = byId<HTMLButtonElement>("pen");
  private lines: { x: number; y: number }[][] = [];

  constructor(private readonly video: HTMLVideoElement) {
    this.button.addEventListener("click", () => this.toggle());
    byId("pen-undo").addEventListener("click", () => {
      this.lines.pop();
      this.draw();
    });
    this.layer.addEventListener("pointerdown", (event) => {
      this.layer.setPointerCapture(event.pointerId);
      this.lines.push([this.pointOf(event)]);
    });
    this.layer.addEventListener("pointermove", (event) => {
      if (event.buttons !== 0) {
        this.lines[this.lines.length - 1]?.push(this.pointOf(event));
        this.draw();
      }
    });
    video.addEventListener("play", () => this.close());
    new ResizeObserver(() => this.draw()).observe(this.layer);
  }

  toggle(): void {
    if (!this.layer.hidden) {
      this.close();
      return;
    }

    this.video.pause();
    this.layer.hidden = false;
    byId("pen-undo").hidden = false;
    this.button.setAttribute("aria-pressed", "true");
    this.draw();
  }

  private close(): void {
    this.lines = [];
    this.layer.hidden = true;
    byId("pen-undo").hidden = true;
    this.button.setAttribute("aria-pressed", "false");
  }

  /** As shares of the picture, so that lines stay where they are when it changes its size. */
  private pointOf(event: PointerEvent): { x: number; y: number } {
    const box = this.layer.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  }

  private draw(): void {
    const { layer } = this;
    layer.width = Math.max(1, Math.round(layer.clientWidth * (window.devicePixelRatio || 1)));
    layer.height = Math.max(1, Math.round(layer.clientHeight * (window.devicePixelRatio || 1)));
    const pen = layer.getContext("2d");
    if (pen === null) {
      return;
    }

    pen.lineWidth = Math.max(3, layer.width * LINE_SHARE);
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = "#ffd84d";
    for (const line of this.lines) {
      pen.beginPath();
      line.forEach(({ x, y }, index) => {
        if (index === 0) {
          pen.moveTo(x * layer.width, y * layer.height);
        }

        pen.lineTo(x * layer.width, y * layer.height);
      });
      pen.stroke();
    }
  }
}
