// The status page: one stream of states in, cards out.
import { listen } from "./api.js";
import { byId, el, fill } from "./dom.js";
import { cameraName } from "./model.js";
import { makeCard, showSession } from "./session.js";
import type { ServerView } from "./types";

const STALE_AFTER_MS = 12_000;

const cards = new Map<string, HTMLElement>();
let heardAt = Date.now();

function show(state: ServerView): void {
  const low = state.storage_free_gb < state.min_free_space_gb;
  fill(byId("server"), JSON.stringify([state.storage_free_gb, low, state.nodes, state.active_uploads]), () => [
    el("span", { class: low ? "chip bad" : "chip" }, low
      ? `Only ${state.storage_free_gb} GB free: nothing more is accepted below ${state.min_free_space_gb} GB`
      : `${state.storage_free_gb} GB free`),
    state.active_uploads > 0 ? el("span", { class: "chip" }, `${state.active_uploads} upload${state.active_uploads === 1 ? "" : "s"} coming in`) : null,
    ...state.nodes.map((node) => el("span", { class: node.problem ? "chip bad" : "chip good", title: node.problem ?? node.url },
      (node.camera_id ? cameraName(node.camera_id) : node.url.replace(/^https?:\/\//, "")) + (node.problem ? ` · ${node.problem}` : ""))),
  ]);

  const list = byId("sessions");
  byId("empty").hidden = state.sessions.length > 0;
  const waiting = byId("waiting");
  waiting.hidden = state.waiting_sessions === 0;
  waiting.textContent = `${state.waiting_sessions} more ${state.waiting_sessions === 1 ? "session waits" : "sessions wait"} at the cameras.`;
  const wanted = new Set(state.sessions.map((session) => session.session_id));
  for (const [id, card] of cards) {
    if (!wanted.has(id)) {
      card.remove();
      cards.delete(id);
    }
  }
  state.sessions.forEach((session, index) => {
    let card = cards.get(session.session_id);
    if (!card) {
      card = makeCard();
      cards.set(session.session_id, card);
    }
    if (list.children[index] !== card) {
      list.insertBefore(card, list.children[index] ?? null);
    }
    showSession(card, session, state.viewer_url);
  });
}

function showConnection(connected: boolean): void {
  if (connected) {
    heardAt = Date.now();
  }
  const stale = !connected || Date.now() - heardAt > STALE_AFTER_MS;
  const note = byId("connection");
  note.textContent = stale ? `No word from the server for ${Math.max(1, Math.round((Date.now() - heardAt) / 1000))} s. Reconnecting …` : "Live";
  note.className = stale ? "connection stale" : "connection";
}

listen(show, showConnection);
setInterval(() => {
  if (Date.now() - heardAt > STALE_AFTER_MS) {
    showConnection(false);
  }
}, 1000);
