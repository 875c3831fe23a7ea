// The only place that talks to the server.
import type { AccountView, Action, ServerView } from "./types";

export type Answer = { ok: true } | { ok: false; error: string };

export function act(sessionId: string, action: Action): Promise<Answer> {
  return post(`/api/v1/sessions/${encodeURIComponent(sessionId)}/${action}`);
}

async function post(path: string, body: object = {}): Promise<Answer> {
  try {
    const response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    if (response.ok) {
      return { ok: true };
    }
    const refusal = (await response.json()) as { error?: string };
    return { ok: false, error: refusal.error ?? `The server answered ${response.status}.` };
  } catch {
    return { ok: false, error: "The server does not answer. Is it on, and is this device in its network?" };
  }
}

export function fileUrl(sessionId: string, name: string): string {
  return `/api/v1/sessions/${encodeURIComponent(sessionId)}/files/${encodeURIComponent(name)}`;
}

/** Who this browser is signed in as; "nobody", or "silent" when the server does not say. */
export async function whoAmI(): Promise<AccountView | "nobody" | "silent"> {
  try {
    const response = await fetch("/api/v1/me");
    return response.ok ? ((await response.json()) as AccountView) : response.status === 401 ? "nobody" : "silent";
  } catch {
    return "silent";
  }
}

/** False on a fresh server; true also when it does not say. */
export async function hasAccounts(): Promise<boolean> {
  try {
    const response = await fetch("/api/v1/sign-in");
    return !response.ok || ((await response.json()) as { has_accounts: boolean }).has_accounts;
  } catch {
    return true;
  }
}

export function signIn(name: string, password: string, staySignedIn: boolean): Promise<Answer> {
  return post("/api/v1/sign-in", { name, password, stay_signed_in: staySignedIn });
}

export function signOut(everywhere: boolean): Promise<Answer> {
  return post(everywhere ? "/api/v1/sign-out/everywhere" : "/api/v1/sign-out");
}

/**
 * Calls back with every new state, and with false when the connection is gone; the browser reconnects by itself. When the server
 * refuses, the browser does not, and onRefused is called.
 * @returns What ends it.
 */
export function listen(onState: (state: ServerView) => void, onConnection: (connected: boolean) => void, onRefused: () => void): () => void {
  const source = new EventSource("/api/v1/events");
  source.addEventListener("state", (event) => {
    onConnection(true);
    onState(JSON.parse((event as MessageEvent<string>).data) as ServerView);
  });
  source.addEventListener("beat", () => onConnection(true));
  source.addEventListener("error", () => {
    onConnection(false);
    if (source.readyState === EventSource.CLOSED) {
      onRefused();
    }
  });
  return () => source.close();
}
