// The only place that asks the server. Every answer is one of three, so a caller cannot forget the bad ones.

import type { components } from "../api.g.js";

export type Watch = components["schemas"]["WatchView"];

export type Answer<T> =
  | { readonly kind: "ok"; readonly value: T }
  | { readonly kind: "signed-out" }
  | { readonly kind: "failed"; readonly sentence: string };

export async function fetchWatch(gameId: string): Promise<Answer<Watch>> {
  try {
    const response = await fetch(`/api/v1/games/${encodeURIComponent(gameId)}/watch`, { headers: { Accept: "application/json" } });
    if (response.status === 401) {
      return { kind: "signed-out" };
    }

    const body: unknown = await response.json();
    return response.ok
      ? { kind: "ok", value: body as Watch }
      : { kind: "failed", sentence: (body as { error?: string }).error ?? "The game could not be read." };
  } catch {
    return { kind: "failed", sentence: "The viewer does not answer. Check the connection, then load the page again." };
  }
}
