// What a device is given to watch: which ladder it begins with and which renditions of each it can play. Pure.

import type { components } from "../api.g.js";

export type RenditionSet = components["schemas"]["RenditionSet"];
export type Ladder = components["schemas"]["RenditionLadder"];
export type Rendition = components["schemas"]["Rendition"];

export interface Device {
  /** Small and held in the hand: it begins with the follow camera's film. */
  readonly isPhone: boolean;
  /** Widest texture that WebGL takes, pixels; 0 without WebGL. */
  readonly maxTexture: number;
  /** What the network is thought to give, bits a second; null where the browser does not say. */
  readonly downlinkBps: number | null;
}

/** Below this the follow camera begins sooner than a panorama of which most is not looked at. */
const THIN_BPS = 3e6;

/** A ladder with only those renditions that the device can play. */
export interface Film {
  readonly kind: string;
  readonly master: string;
  readonly renditions: readonly Rendition[];
}

export interface Choice {
  /** The follow camera as ordinary video; null where there is none that plays. */
  readonly broadcast: Film | null;
  /** For the virtual camera and the whole pitch; null where none plays. */
  readonly panorama: Film | null;
  readonly startsWith: "broadcast" | "panorama" | "nothing";
}

/** @param decodes By rendition name. */
export function choose(set: RenditionSet, device: Device, decodes: ReadonlySet<string>): Choice {
  const film = (kind: string, fits: (rendition: Rendition) => boolean): Film | null => {
    const ladder = set.ladders.find((one) => one.kind === kind);
    const renditions = (ladder?.renditions ?? []).filter((one) => decodes.has(one.name) && fits(one));
    return ladder === undefined || renditions.length === 0 ? null : { kind, master: ladder.master_playlist, renditions };
  };
  const isTexture = (one: Rendition): boolean => device.maxTexture === 0 || Math.max(one.width, one.height) <= device.maxTexture;
  const isCarried = (one: Rendition): boolean => device.downlinkBps !== null && one.average_bits_per_second * 1.3 <= device.downlinkBps;

  const broadcast = film("follow", () => true);
  // HEVC has one quality only: it is for who has the bandwidth for it.
  const panorama = film("panorama_hevc", (one) => isTexture(one) && isCarried(one)) ?? film("panorama", isTexture);
  const isThin = device.downlinkBps !== null && device.downlinkBps < THIN_BPS;
  const prefersBroadcast = device.isPhone || isThin || device.maxTexture === 0 || panorama === null;
  return {
    broadcast,
    panorama,
    startsWith: broadcast !== null && prefersBroadcast ? "broadcast" : panorama !== null ? "panorama" : broadcast !== null ? "broadcast" : "nothing",
  };
}

/** The picture of the scrub bar at a time: which sheet, and where in it. */
export function thumbnailAt(thumbnails: components["schemas"]["ScrubThumbnails"], seconds: number): { sheet: string; x: number; y: number } | null {
  const index = Math.min(Math.max(0, Math.floor(seconds / thumbnails.interval_seconds)), thumbnails.count - 1);
  const perSheet = thumbnails.columns * thumbnails.rows;
  const sheet = thumbnails.sheets[Math.floor(index / perSheet)];
  const within = index % perSheet;
  return sheet === undefined ? null : { sheet, x: (within % thumbnails.columns) * thumbnails.width, y: Math.floor(within / thumbnails.columns) * thumbnails.height };
}
