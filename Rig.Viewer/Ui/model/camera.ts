// The virtual camera: a perspective view into a cylindrical panorama. Pure; angles in radians, yaw to the right and pitch
// downwards positive. Axes and formulas are those of Rig.Domain/Match/PanoramaGeometry.cs.

export interface Panorama {
  readonly width: number;
  readonly height: number;
  /** Radius of the cylinder, pixels. */
  readonly focal_px: number;
  readonly center_column: number;
  readonly horizon_row: number;
}

export interface View {
  readonly yaw: number;
  readonly pitch: number;
  /** Horizontal angle of view. */
  readonly fov: number;
}

export interface Pixel {
  readonly u: number;
  readonly v: number;
}

/** A point of the screen: x from -1 (left) to 1 (right), y from -1 (top) to 1 (bottom). */
export interface ScreenPoint {
  readonly x: number;
  readonly y: number;
}

export const degrees = (radians: number): number => (radians * 180) / Math.PI;
export const radians = (angle: number): number => (angle * Math.PI) / 180;

/** Closest zoom; nearer shows only blur. */
export const MIN_FOV = radians(10);
/** A flat picture of a wider angle pulls its edges out of shape. */
const MAX_FOV = radians(100);

/** The panorama's pixel that a point of the screen shows; it may lie outside the picture. */
export function project(view: View, aspect: number, point: ScreenPoint, panorama: Panorama): Pixel {
  const { yaw, pitch } = directionOf(view, aspect, point);
  return {
    u: panorama.center_column + panorama.focal_px * yaw,
    v: panorama.horizon_row + panorama.focal_px * Math.tan(pitch),
  };
}

/** The direction that a point of the screen shows. */
export function directionOf(view: View, aspect: number, point: ScreenPoint): { yaw: number; pitch: number } {
  const x = point.x * Math.tan(view.fov / 2);
  const y = (point.y * Math.tan(view.fov / 2)) / aspect;
  const down = y * Math.cos(view.pitch) + Math.sin(view.pitch);
  const ahead = Math.cos(view.pitch) - y * Math.sin(view.pitch);
  return { yaw: view.yaw + Math.atan2(x, ahead), pitch: Math.atan2(down, Math.hypot(x, ahead)) };
}

/** Angles of the panorama's edges. */
export function extent(panorama: Panorama): { left: number; right: number; top: number; bottom: number } {
  return {
    left: -panorama.center_column / panorama.focal_px,
    right: (panorama.width - panorama.center_column) / panorama.focal_px,
    top: Math.atan(-panorama.horizon_row / panorama.focal_px),
    bottom: Math.atan((panorama.height - panorama.horizon_row) / panorama.focal_px),
  };
}

/** The widest view that the panorama fills from top to bottom and from left to right. */
export function widestFov(panorama: Panorama, aspect: number): number {
  const { left, right, top, bottom } = extent(panorama);
  const byHeight = 2 * Math.atan(Math.tan(Math.min(bottom - top, radians(170)) / 2) * aspect);
  return Math.max(MIN_FOV, Math.min(byHeight, (right - left) * 0.95, MAX_FOV));
}

/** The nearest view that shows nothing beyond the panorama's edges (where it can: a very wide one is centred). */
export function clamp(view: View, panorama: Panorama, aspect: number): View {
  const edges = extent(panorama);
  const fov = between(view.fov, MIN_FOV, widestFov(panorama, aspect));
  const halfHeight = Math.atan(Math.tan(fov / 2) / aspect);
  const pitch = between(view.pitch, edges.top + halfHeight, edges.bottom - halfHeight);
  // Looking up or down, one of the picture's upper or lower corners reaches furthest round the cylinder.
  const atPitch = { yaw: 0, pitch, fov };
  const reach = Math.max(directionOf(atPitch, aspect, { x: 1, y: -1 }).yaw, directionOf(atPitch, aspect, { x: 1, y: 1 }).yaw);
  return { yaw: between(view.yaw, edges.left + reach, edges.right - reach), pitch, fov };
}

/** The view after the finger took the picture from one point of the screen to another: what was under it stays under it. */
export function drag(view: View, aspect: number, from: ScreenPoint, to: ScreenPoint): View {
  const before = directionOf(view, aspect, from);
  const after = directionOf(view, aspect, to);
  return { yaw: view.yaw + before.yaw - after.yaw, pitch: view.pitch + before.pitch - after.pitch, fov: view.fov };
}

/** Zooms by a factor (below 1 is nearer) and keeps the point of the screen where it is. */
export function zoom(view: View, aspect: number, at: ScreenPoint, factor: number, panorama: Panorama): View {
  const fov = between(view.fov * factor, MIN_FOV, widestFov(panorama, aspect));
  const before = directionOf(view, aspect, at);
  const after = directionOf({ ...view, fov }, aspect, at);
  return { yaw: view.yaw + before.yaw - after.yaw, pitch: view.pitch + before.pitch - after.pitch, fov };
}

/** Where the view lies on the whole panorama, as fractions of its width; for the overview's window. */
export function windowOn(panorama: Panorama, view: View): { left: number; width: number } {
  const left = (panorama.center_column + panorama.focal_px * (view.yaw - view.fov / 2)) / panorama.width;
  const right = (panorama.center_column + panorama.focal_px * (view.yaw + view.fov / 2)) / panorama.width;
  const from = between(left, 0, 1);
  return { left: from, width: between(right, 0, 1) - from };
}

/** The yaw that a fraction of the panorama's width shows. */
export function yawAt(panorama: Panorama, fraction: number): number {
  return (fraction * panorama.width - panorama.center_column) / panorama.focal_px;
}

/** Between the two; their middle where they cross. */
export function between(value: number, least: number, most: number): number {
  return least > most ? (least + most) / 2 : Math.min(Math.max(value, least), most);
}
