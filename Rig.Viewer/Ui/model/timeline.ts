// Times of a game in numbers and words. Pure.

/** A moment is shown from a little before it, so that one sees it come. */
export const LEAD_SECONDS = 3;
export const SKIP_SECONDS = 10;
export const SPEEDS = [1, 2, 0.5] as const;

/** Where to start playing to see a moment. */
export const jumpTarget = (momentSeconds: number): number => Math.max(0, momentSeconds - LEAD_SECONDS);

/** Now plus or minus some seconds, within the game. */
export const skip = (now: number, bySeconds: number, length: number): number => Math.min(Math.max(now + bySeconds, 0), Math.max(length, 0));

/** Where a moment lies on the time line, 0 to 1. */
export const positionOf = (seconds: number, length: number): number => (length > 0 ? Math.min(Math.max(seconds / length, 0), 1) : 0);

export function nextSpeed(speed: number): number {
  const index = SPEEDS.findIndex((candidate) => candidate === speed);
  return SPEEDS[(index + 1) % SPEEDS.length] as number;
}

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
