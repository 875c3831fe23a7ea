// Times of a game in numbers and words. Pure.

/** A moment is shown from a little before it, so that one sees it come. */
export const LEAD_SECONDS = 3;
export const SKIP_SECONDS = 10;
export const STEP_SECONDS = 5;

/** Whoever stopped this close to the start or the end begins again. */
const EDGE_SECONDS = 10;

/** Where to start playing to see a moment. */
export const jumpTarget = (momentSeconds: number): number => Math.max(0, momentSeconds - LEAD_SECONDS);

/** Now plus or minus some seconds, within the game. */
export const skip = (now: number, bySeconds: number, length: number): number => Math.min(Math.max(now + bySeconds, 0), Math.max(length, 0));

/** Where a moment lies on the time line, 0 to 1. */
export const positionOf = (seconds: number, length: number): number => (length > 0 ? Math.min(Math.max(seconds / length, 0), 1) : 0);

/** Index of the moment that is being shown: the last that began, until 5 s after it; -1 for none. */
export function currentMoment(moments: readonly number[], now: number): number {
  let found = -1;
  moments.forEach((moment, index) => {
    if (now >= jumpTarget(moment) - 0.05 && now <= moment + 5) {
      found = index;
    }
  });
  return found;
}

/** The moment after or before now; null where there is none. One that was just jumped to is not the one before. */
export function neighbour(moments: readonly number[], now: number, direction: 1 | -1): number | null {
  const apart = moments.filter((moment) => (direction > 0 ? jumpTarget(moment) > now + 0.5 : jumpTarget(moment) < now - 2));
  return (direction > 0 ? apart[0] : apart[apart.length - 1]) ?? null;
}

/** Seconds of `?t=754`, `?t=754s` or `?t=12m34s`; null without. */
export function timeInLink(search: string): number | null {
  const text = new URLSearchParams(search).get("t");
  const match = text === null ? null : /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?$/.exec(text);
  if (match === null || text === "") {
    return null;
  }

  const [, hours, minutes, seconds] = match;
  return Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
}

/** Where to go on; 0 at the start or the end of the game. */
export const resumeAt = (stopped: number | null, length: number): number =>
  stopped !== null && stopped > EDGE_SECONDS && stopped < length - EDGE_SECONDS ? stopped : 0;
