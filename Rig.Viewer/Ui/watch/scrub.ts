// The time line: played, buffered, a small picture of what is under the pointer, and dragging.

import { positionOf } from "../model/timeline.js";
import { thumbnailAt, type RenditionSet } from "../model/choice.js";
import { byId } from "../shared/dom.js";
import { clock } from "../shared/format.js";

export class ScrubBar {
  private readonly seek = byId<HTMLInputElement>("seek");
  private readonly hover = byId("hover");
  private readonly picture = byId("hover-picture");
  private seeking = false;
  private length = 0;
  private pictures: { readonly mediaUrl: string; readonly set: RenditionSet } | null = null;

  constructor(private readonly video: HTMLVideoElement) {
    this.seek.addEventListener("input", () => {
      this.seeking = true;
      video.currentTime = Number(this.seek.value);
      this.showHover(Number(this.seek.value));
    });
    this.seek.addEventListener("change", () => {
      this.seeking = false;
      this.hover.hidden = true;
    });
    this.seek.addEventListener("pointermove", (event) => {
      const box = this.seek.getBoundingClientRect();
      // The thumb's centre runs from 8 px to the width less 8 px.
      this.showHover(((event.clientX - box.left - 8) / Math.max(1, box.width - 16)) * this.length);
    });
    this.seek.addEventListener("pointerleave", () => { this.hover.hidden = true; });
    for (const name of ["progress", "timeupdate", "seeked"]) {
      video.addEventListener(name, () => this.showBuffered());
    }
  }

  get element(): HTMLInputElement {
    return this.seek;
  }

  setPictures(mediaUrl: string, set: RenditionSet): void {
    this.pictures = { mediaUrl, set };
  }

  update(currentTime: number, length: number): void {
    this.length = length;
    this.seek.max = String(length || 1);
    if (!this.seeking) {
      this.seek.value = String(currentTime);
    }

    this.seek.style.setProperty("--played", `${positionOf(currentTime, length) * 100}%`);
    this.seek.setAttribute("aria-valuetext", `${clock(currentTime)} of ${clock(length)}`);
  }

  private showBuffered(): void {
    const { buffered, currentTime } = this.video;
    let end = currentTime;
    for (let i = 0; i < buffered.length; i++) {
      if (buffered.start(i) <= currentTime + 0.5 && buffered.end(i) > end) {
        end = buffered.end(i);
      }
    }

    this.seek.style.setProperty("--buffered", `${positionOf(end, this.length) * 100}%`);
  }

  private showHover(seconds: number): void {
    if (this.length === 0) {
      return;
    }

    const at = Math.min(Math.max(0, seconds), this.length);
    byId("hover-time").textContent = clock(at);
    const found = this.pictures === null ? null : thumbnailAt(this.pictures.set.thumbnails, at);
    this.picture.hidden = found === null;
    if (found !== null && this.pictures !== null) {
      const { width, height } = this.pictures.set.thumbnails;
      this.picture.style.width = `${width}px`;
      this.picture.style.height = `${height}px`;
      this.picture.style.backgroundImage = `url("${this.pictures.mediaUrl}${found.sheet}")`;
      this.picture.style.backgroundPosition = `-${found.x}px -${found.y}px`;
    }

    this.hover.hidden = false;
    const wide = this.seek.clientWidth;
    const half = this.hover.offsetWidth / 2;
    this.hover.style.left = `${Math.min(Math.max(half, 8 + positionOf(at, this.length) * (wide - 16)), wide - half)}px`;
  }
}
