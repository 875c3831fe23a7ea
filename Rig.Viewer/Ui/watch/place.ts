// Where one watches: a link to this moment, and the place where one stopped last, kept in this browser alone.

import { resumeAt, timeInLink } from "../model/timeline.js";
import { clock } from "../shared/format.js";
import { byId } from "../shared/dom.js";

const SAVE_EVERY_MS = 5000;

/** Seconds to begin at: the link's, else where one stopped, else the start. */
export function startSeconds(gameId: string, lengthSeconds: number): number {
  return timeInLink(location.search) ?? resumeAt(read(gameId), lengthSeconds);
}

export function keepPlace(gameId: string, video: HTMLVideoElement): void {
  let saved = -Infinity;
  const save = (): void => {
    try {
      localStorage.setItem(key(gameId), String(Math.floor(video.currentTime)));
    } catch {
      // A browser that keeps nothing begins at the start next time.
    }
  };
  video.addEventListener("timeupdate", () => {
    if (!video.paused && Math.abs(performance.now() - saved) > SAVE_EVERY_MS) {
      saved = performance.now();
      save();
    }
  });
  video.addEventListener("pause", save);
}

/** Shares or copies a link to now. Who opens it signs in, and sees it only with the right to. */
export async function share(video: HTMLVideoElement): Promise<void> {
  const url = new URL(location.pathname, location.origin);
  url.searchParams.set("t", String(Math.floor(video.currentTime)));
  const said = byId("share-said");
  try {
    if (navigator.share !== undefined && window.matchMedia("(pointer: coarse)").matches) {
      await navigator.share({ title: document.title, url: url.href });
      return;
    }

    await navigator.clipboard.writeText(url.href);
    said.textContent = `Link to ${clock(video.currentTime)} copied`;
  } catch {
    // Without https the clipboard is closed: the link is shown, to be copied by hand.
    said.textContent = url.href;
  }
}

const key = (gameId: string): string => `rig:place:${gameId}`;

function read(gameId: string): number | null {
  try {
    const text = localStorage.getItem(key(gameId));
    return text === null ? null : Number(text);
  } catch {
    return null;
  }
}
