// The keys of the player, as in the players that people know.

export type KeyAction =
  | "toggle" | "back10" | "forward10" | "back5" | "forward5" | "louder" | "quieter" | "mute" | "full" | "help" | "follow" | "whole"
  | "previous" | "next" | "frame-back" | "frame-forward" | "slower" | "faster" | "start" | "end" | "close" | "share" | "pen" | "picture-in-picture" | { readonly tenths: number };

const KEYS: Readonly<Record<string, KeyAction>> = {
  " ": "toggle", k: "toggle", j: "back10", l: "forward10", ArrowLeft: "back5", ArrowRight: "forward5", ArrowUp: "louder", ArrowDown: "quieter",
  m: "mute", f: "full", "?": "help", c: "follow", w: "whole", p: "previous", n: "next", ",": "frame-back", ".": "frame-forward", "<": "slower", ">": "faster",
  Home: "start", End: "end", Escape: "close", s: "share", d: "pen", i: "picture-in-picture",
};

/** What a key means where the focus is; null where it is not the player's. */
export function keyAction(event: KeyboardEvent): KeyAction | null {
  const target = event.target as HTMLElement;
  if (event.ctrlKey || event.metaKey || event.altKey || target.matches("input:not([type=range]), textarea, select, video.clip-video") || target.closest("dialog[open]") !== null) {
    return null;
  }

  if (target.matches("button, a, summary") && event.key === " ") {
    return null;
  }

  // A slider has its own arrows.
  if (target.matches("input[type=range], [role=slider]") && (event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End")) {
    return null;
  }

  return /^[0-9]$/.test(event.key) ? { tenths: Number(event.key) } : KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? null;
}
