// Fingers, mouse and keys on the picture, told as what they mean.

import type { ScreenPoint } from "../model/camera.js";

export interface LookHandler {
  drag(from: ScreenPoint, to: ScreenPoint): void;
  zoom(at: ScreenPoint, factor: number): void;
  /** A tap or click that was no drag. */
  tap(): void;
  doubleTap(): void;
}

const TAP_SLOP_PX = 8;
const DOUBLE_TAP_MS = 300;
const KEY_STEP = 0.25;
const CENTRE: ScreenPoint = { x: 0, y: 0 };

export function watchGestures(surface: HTMLElement, handler: LookHandler): void {
  const fingers = new Map<number, ScreenPoint>();
  let moved = 0;
  let lastTapMs = -Infinity;
  let waitingTap = 0;

  surface.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) {
      return;
    }

    surface.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, toScreen(surface, event));
    moved = fingers.size > 1 ? Infinity : 0;
  });

  surface.addEventListener("pointermove", (event) => {
    const from = fingers.get(event.pointerId);
    if (from === undefined) {
      return;
    }

    const to = toScreen(surface, event);
    moved = Math.max(moved, Math.hypot((to.x - from.x) * surface.clientWidth, (to.y - from.y) * surface.clientHeight) / 2);
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (other !== undefined) {
      const before = Math.hypot(from.x - other.x, from.y - other.y);
      const after = Math.hypot(to.x - other.x, to.y - other.y);
      if (before > 0.01 && after > 0.01) {
        handler.zoom({ x: (to.x + other.x) / 2, y: (to.y + other.y) / 2 }, before / after);
      }
    } else if (moved > TAP_SLOP_PX) {
      handler.drag(from, to);
    } else {
      return;
    }

    fingers.set(event.pointerId, to);
  });

  const lift = (event: PointerEvent): void => {
    if (!fingers.delete(event.pointerId) || event.type !== "pointerup" || moved > TAP_SLOP_PX) {
      return;
    }

    window.clearTimeout(waitingTap);
    if (event.timeStamp - lastTapMs < DOUBLE_TAP_MS) {
      lastTapMs = -Infinity;
      handler.doubleTap();
      return;
    }

    lastTapMs = event.timeStamp;
    waitingTap = window.setTimeout(() => handler.tap(), DOUBLE_TAP_MS);
  };
  surface.addEventListener("pointerup", lift);
  surface.addEventListener("pointercancel", lift);

  surface.addEventListener("wheel", (event) => {
    event.preventDefault();
    // Lines and pages are a mouse's, pixels a touch pad's.
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : 30);
    handler.zoom(toScreen(surface, event), Math.exp(Math.min(Math.max(pixels, -200), 200) * 0.0015));
  }, { passive: false });

  surface.addEventListener("keydown", (event) => {
    const look = (x: number, y: number): void => handler.drag(CENTRE, { x: -x * KEY_STEP, y: -y * KEY_STEP });
    const actions: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => look(-1, 0),
      ArrowRight: () => look(1, 0),
      ArrowUp: () => look(0, -1),
      ArrowDown: () => look(0, 1),
      "+": () => handler.zoom(CENTRE, 0.85),
      "=": () => handler.zoom(CENTRE, 0.85),
      "-": () => handler.zoom(CENTRE, 1 / 0.85),
    };
    const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : actions[event.key];
    if (action !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      action();
    }
  });
}

function toScreen(surface: HTMLElement, event: MouseEvent): ScreenPoint {
  const box = surface.getBoundingClientRect();
  return { x: ((event.clientX - box.left) / box.width) * 2 - 1, y: ((event.clientY - box.top) / box.height) * 2 - 1 };
}
