// A device's regions while somebody draws them: shares of the picture, with every step kept to be undone. Pure.
import type { Region, RegionSet } from "./api";

export type Kind = "interaction" | "inventory" | "ignore";

export interface Drawing {
  readonly now: RegionSet;
  readonly before: readonly RegionSet[];
}

const LEAST = 0.01;
const MOST_IGNORED = 32;

export const begin = (regions: RegionSet): Drawing => ({ now: regions, before: [] });

/** The rectangle between two corners, within the picture; null where it is too small to be meant. */
export function between(x0: number, y0: number, x1: number, y1: number): Region | null {
  const [left, right] = [clamp(Math.min(x0, x1)), clamp(Math.max(x0, x1))];
  const [top, bottom] = [clamp(Math.min(y0, y1)), clamp(Math.max(y0, y1))];
  const [w, h] = [round(right - left), round(bottom - top)];
  return w < LEAST || h < LEAST ? null : { x: round(left), y: round(top), w, h };
}

export function draw(drawing: Drawing, kind: Kind, region: Region): Drawing {
  if (kind === "ignore") {
    return drawing.now.ignore.length >= MOST_IGNORED ? drawing : step(drawing, { ...drawing.now, ignore: [...drawing.now.ignore, region] });
  }
  return step(drawing, { ...drawing.now, [kind]: region });
}

export const clearIgnored = (drawing: Drawing): Drawing => (drawing.now.ignore.length === 0 ? drawing : step(drawing, { ...drawing.now, ignore: [] }));

export function undo(drawing: Drawing): Drawing {
  const last = drawing.before.at(-1);
  return last === undefined ? drawing : { now: last, before: drawing.before.slice(0, -1) };
}

const step = (drawing: Drawing, now: RegionSet): Drawing => ({ now, before: [...drawing.before, drawing.now] });

const clamp = (share: number): number => Math.min(1, Math.max(0, share));

/** Four digits, so that a rectangle up to the edge does not go over it. */
const round = (share: number): number => Math.floor(share * 10_000) / 10_000;
