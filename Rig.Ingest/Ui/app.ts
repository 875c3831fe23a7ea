// The status page: who is there, then one stream of states in, cards out.
import { listen, whoAmI } from "./api.js";
import { hidePerson, showPerson } from "./person.js";
import { byId, el, fill } from "./shared/dom.js";
import { cameraName } from "./model.js";
import { makeCard, showSession } from "./session.js";
import type { AccountView, ServerView } from "./types";

const STALE_AFTER_MS = 12_000;
const ASK_AGAIN_MS = 2_000;

const cards = new Map<string, HTMLElement>();
let heardAt = Date.now();
let person: AccountView | null = null;
let stop = (): void => undefined;

function show(state: ServerView): void {
  if (person === null) {
    return;
  }

  const role = person.role;
  const low = state.storage_free_gb < state.min_free_space_gb;
  fill(byId("server"), JSON.stringify([state.storage_free_gb, low, state.nodes, state.active_uploads]), () => [
    el("span", { class: low ? "chip bad" : "chip" }, low
      ? `Only ${state.storage_free_gb} GB free: nothing more is accepted below ${state.min_free_space_gb} GB`
      : `${state.storage_free_gb} GB free`),
    state.active_uploads > 0 ? el("span", { class: "chip" }, `${state.active_uploads} upload${state.active_uploads === 1 ? "" : "s"} coming in`) : null,
    ...state.nodes.map((node) => el("span", { class: node.problem ? "chip bad" : "chip good", title: node.problem ?? node.url },
      (node.camera_id ? cameraName(node.camera_id) : node.url.replace(/^https?:\/\//, "")) + (node.problem ? ` · ${node.problem}` : ""))),
  ]);

  const insecure = byId("insecure");
  insecure.hidden = state.insecure.length === 0;
  fill(insecure, JSON.stringify(state.insecure), () => state.insecure.map((sentence) => el("li", {}, sentence)));

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
    showSession(card, session, state.viewer_url, role);
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

/** Nothing of a match stays on the screen of somebody who is not signed in. */
function clear(): void {
  stop();
  person = null;
  cards.clear();
  for (const id of ["sessions", "server", "insecure"]) {
    byId(id).replaceChildren();
    delete byId(id).dataset["key"];
  }
  for (const id of ["connection", "waiting", "empty", "insecure"]) {
    byId(id).hidden = true;
  }
}

async function start(): Promise<void> {
  const who = await whoAmI();
  if (who === "nobody") {
    clear();
    await hidePerson(start);
    return;
  }

  byId("connection").hidden = false;
  if (who === "silent") {
    showConnection(false);
    setTimeout(() => void start(), ASK_AGAIN_MS);
    return;
  }

  person = who;
  showPerson(who, start);
  stop();
  stop = listen(show, showConnection, () => void start());
}

void start();
setInterval(() => {
  if (person !== null && Date.now() - heardAt > STALE_AFTER_MS) {
    showConnection(false);
  }
}, 1000);
