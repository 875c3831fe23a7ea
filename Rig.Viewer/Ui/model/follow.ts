// The camera that follows the play: the path the server found, read at any time, and a smooth chase after it. Pure.

import type { components } from "../api.g.js";
import { radians, type View } from "./camera.js";

/** As the server sends it; between keys it is interpolated by cubics, so that the speed never jumps. */
export type FollowKey = components["schemas"]["FollowKey"];

const viewOf = (key: FollowKey): View => ({ yaw: radians(key.yaw_deg), pitch: radians(key.pitch_deg), fov: radians(key.fov_deg) });

/** The path at a time; before the first and after the last key it rests. Null for a path without keys. */
export function viewAt(path: readonly FollowKey[], seconds: number): View | null {
  const first = path[0];
  if (first === undefined) {
    return null;
  }

  let low = 0;
  let high = path.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((path[middle] as FollowKey).t_seconds <= seconds) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }

  const from = path[low] as FollowKey;
  const to = path[low + 1];
  if (to === undefined || seconds <= from.t_seconds) {
    return viewOf(from);
  }

  const part = (seconds - from.t_seconds) / (to.t_seconds - from.t_seconds);
  const before = path[low - 1] ?? from;
  const after = path[low + 2] ?? to;
  const between = (of: (key: FollowKey) => number): number => radians(cubic(before, from, to, after, part, of));
  return { yaw: between((key) => key.yaw_deg), pitch: between((key) => key.pitch_deg), fov: between((key) => key.fov_deg) };
}

/** Catmull and Rom's curve for uneven intervals, as the server's FollowTrack has it. */
function cubic(before: FollowKey, from: FollowKey, to: FollowKey, after: FollowKey, part: number, of: (key: FollowKey) => number): number {
  const seconds = to.t_seconds - from.t_seconds;
  const slope = (a: FollowKey, b: FollowKey): number => (b.t_seconds > a.t_seconds ? ((of(b) - of(a)) / (b.t_seconds - a.t_seconds)) * seconds : 0);
  const start = slope(before, to);
  const end = slope(from, after);
  const distance = of(to) - of(from);
  return of(from) + part * (start + part * (3 * distance - 2 * start - end + part * (start + end - 2 * distance)));
}

/**
 * One step of a critically damped chase: the camera comes to the target without overshooting, however uneven the frames are.
 * The exact solution of the damped spring for a target that rests during the step.
 */
export class Chase {
  private speed: View = { yaw: 0, pitch: 0, fov: 0 };

  /** @param smoothTimeSeconds About how long it takes to be there. */
  constructor(private readonly smoothTimeSeconds: number) {}

  /** Forgets its speed, for a cut. */
  reset(): void {
    this.speed = { yaw: 0, pitch: 0, fov: 0 };
  }

  step(current: View, target: View, elapsedSeconds: number): View {
    const omega = 2 / this.smoothTimeSeconds;
    const decay = Math.exp(-omega * elapsedSeconds);
    const one = (value: number, goal: number, speed: number): [number, number] => {
      const offset = value - goal;
      const push = (speed + omega * offset) * elapsedSeconds;
      return [goal + (offset + push) * decay, (speed - omega * push) * decay];
    };
    const [yaw, yawSpeed] = one(current.yaw, target.yaw, this.speed.yaw);
    const [pitch, pitchSpeed] = one(current.pitch, target.pitch, this.speed.pitch);
    const [fov, fovSpeed] = one(current.fov, target.fov, this.speed.fov);
    this.speed = { yaw: yawSpeed, pitch: pitchSpeed, fov: fovSpeed };
    return { yaw, pitch, fov };
  }
}
