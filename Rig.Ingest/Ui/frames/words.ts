// What people read of events and times. Pure.

const TYPES: Record<string, string> = {
  interaction_detected: "Somebody was there",
  stock_changed: "Stock changed",
  camera_obstructed: "Camera covered",
  scene_shifted: "Camera moved",
  empty_confirmed: "Shelf empty",
};

export const EVENT_TYPES: readonly string[] = Object.keys(TYPES);

export const typeName = (type: string): string => TYPES[type] ?? type.replaceAll("_", " ");

/** How long ago, in the largest unit that is at least one. */
export function ago(instant: string | null | undefined, nowMs: number): string {
  if (!instant) {
    return "never";
  }
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(instant)) / 1000));
  const [count, unit] = seconds < 90 ? [seconds, "s"] : seconds < 5400 ? [Math.round(seconds / 60), "min"] : seconds < 129_600 ? [Math.round(seconds / 3600), "h"] : [Math.round(seconds / 86_400), "days"];
  return `${count} ${unit} ago`;
}

export const moment = (instant: string): string => new Date(instant).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** The points of a line over time, 0 to 1 upwards, in a box of this size. */
export function line(points: readonly { atMs: number; value: number }[], width: number, height: number): string {
  const [first, last] = [points[0]?.atMs ?? 0, points.at(-1)?.atMs ?? 0];
  const span = Math.max(1, last - first);
  return points.map((point) => `${(((point.atMs - first) / span) * width).toFixed(1)},${((1 - Math.min(1, Math.max(0, point.value))) * height).toFixed(1)}`).join(" ");
}
