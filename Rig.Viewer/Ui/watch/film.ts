// The video element's source: a ladder of renditions, by the browser's own HLS where MediaSource is missing (iPhones), else by hls.js.

import type HlsPlayer from "../lib/hls.js";
import type { Film } from "../model/choice.js";

const HLS_TYPE = "application/vnd.apple.mpegurl";
/** Above this the first segment comes fast enough in any quality. */
const FAST_BPS = 8e6;

export interface FilmHandler {
  /** Nothing more will come by itself; @param retry tries again from where it stopped. */
  failed(sentence: string, retry: () => void): void;
}

export class FilmPlayer {
  private hls: HlsPlayer | null = null;
  private shown: string | null = null;
  private showing = 0;

  constructor(private readonly video: HTMLVideoElement, private readonly mediaUrl: string, private readonly downlinkBps: number | null, private readonly handler: FilmHandler) {
    video.addEventListener("error", () => {
      if (this.hls === null && this.shown !== null) {
        this.fail();
      }
    });
  }

  get kind(): string | null {
    return this.shown;
  }

  /** Puts another film on at the same place; it plays on if it played. */
  async show(film: Film, atSeconds: number): Promise<void> {
    if (this.shown === film.kind) {
      return;
    }

    const plays = this.shown !== null && !this.video.paused;
    const rate = this.video.playbackRate;
    this.shown = film.kind;
    const turn = ++this.showing;
    const url = this.mediaUrl + film.master;
    this.hls?.destroy();
    this.hls = null;
    if (!("MediaSource" in window) && this.video.canPlayType(HLS_TYPE) !== "") {
      this.video.src = url;
      this.video.currentTime = atSeconds;
    } else {
      const { default: Hls } = await import("../lib/hls.js");
      if (turn !== this.showing) {
        return;
      }

      const hls = new Hls({
        // A worker would come from a blob, which the page's policy does not allow.
        enableWorker: false,
        startPosition: atSeconds,
        // The first picture soon, then better ones.
        startLevel: (this.downlinkBps ?? 0) > FAST_BPS ? -1 : 0,
        abrEwmaDefaultEstimate: this.downlinkBps ?? 1e6,
        capLevelToPlayerSize: film.kind === "follow",
        maxBufferLength: 30,
        backBufferLength: 30,
        startFragPrefetch: true,
      });
      hls.on(Hls.Events.MANIFEST_PARSED, () => {
        const playable = new Set(film.renditions.map((one) => `${one.width}x${one.height}`));
        for (let i = hls.levels.length - 1; i >= 0; i--) {
          const level = hls.levels[i];
          if (level !== undefined && !playable.has(`${level.width}x${level.height}`)) {
            hls.removeLevel(i);
          }
        }
      });
      let recovered = false;
      hls.on(Hls.Events.ERROR, (_, data) => {
        if (!data.fatal) {
          return;
        }

        if (data.type === Hls.ErrorTypes.MEDIA_ERROR && !recovered) {
          recovered = true;
          hls.recoverMediaError();
        } else {
          this.fail(data.response?.code);
        }
      });
      hls.loadSource(url);
      hls.attachMedia(this.video);
      this.hls = hls;
    }

    this.video.playbackRate = rate;
    if (plays) {
      void this.video.play().catch(() => undefined);
    }
  }

  private fail(status?: number): void {
    const sentence = status === 401 || status === 404
      ? "This game may no longer be watched here. Load the page again."
      : "The video does not come. Check the connection.";
    this.handler.failed(sentence, () => {
      if (this.hls !== null) {
        this.hls.startLoad(this.video.currentTime);
      } else {
        const at = this.video.currentTime;
        this.video.load();
        this.video.currentTime = at;
      }
    });
  }
}
