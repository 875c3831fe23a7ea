// The only place that talks to the server.
import type { ServerView } from "./types";

export type Answer = { ok: true } | { ok: false; error: string };

export async function act(sessionId: string, action: "retry" | "process"): Promise<Answer> {
  try {
    const response = await fetch(`/api/v1/sessions/${encodeURIComponent(sessionId)}/${action}`, { method: "POST", headers: { "Content-Type": "application/json" } });
    if (response.ok) {
      return { ok: true };
    }
    const body = (await response.json()) as { error?: string };
    return { ok: false, error: body.error ?? `The server answered ${response.status}.` };
  } catch {
    return { ok: false, error: "The server does not answer. Is it on, and is this device in its network?" };
  }
}

export function fileUrl(sessionId: string, name: string): string {
  return `/api/v1/sessions/${encodeURIComponent(sessionId)}/files/${encodeURIComponent(name)}`;
}

/** Calls back with every new state, and with false when the connection is gone; the browser reconnects by itself. */
export function listen(onState: (state: ServerView) => void, onConnection: (connected: boolean) => void): void {
  const source = new EventSource("/api/v1/events");
  source.addEventListener("state", (event) => {
    onConnection(true);
    onState(JSON.parse((event as MessageEvent<string>).data) as ServerView);
  });
  source.addEventListener("beat", () => onConnection(true));
  source.addEventListener("error", () => onConnection(false));
}
