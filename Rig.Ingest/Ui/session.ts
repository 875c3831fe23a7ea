// One session's card.
import { act, fileUrl } from "./api.js";
import { el, fill } from "./shared/dom.js";
import { actionLabel, actions, cameraName, figures, frameLosses, headline, processLabel, railFill, setAside, stageName, takeLine, title } from "./model.js";
import type { Action, Role, SessionView, StageView, TakeView } from "./types";

const STATUS_WORDS = { receiving: "Receiving", processing: "Working", failed: "Needs you", done: "Done" } as const;

export function makeCard(): HTMLElement {
  return el("article", { class: "session" },
    el("header", { class: "session-head" }),
    el("div", { class: "picture" }),
    el("div", { class: "problem" }),
    el("ol", { class: "rail", "aria-label": "Stages" }),
    el("ul", { class: "takes" }),
    el("div", { class: "figures" }),
    el("footer", { class: "actions" }));
}

export function showSession(card: HTMLElement, session: SessionView, viewerUrl: string | null, role: Role): void {
  card.dataset["status"] = session.status;
  const part = (name: string) => card.querySelector<HTMLElement>(name)!;
  fill(part(".session-head"), JSON.stringify([session.session_id, session.status, headline(session)]), () => [
    el("div", {},
      el("h2", {}, title(session.session_id)),
      el("p", { class: "headline" }, headline(session)),
      el("p", { class: "id" }, session.session_id)),
    el("span", { class: `pill ${session.status}` }, STATUS_WORDS[session.status]),
  ]);
  const hasPanorama = session.files.includes("panorama.mp4");
  const hasThumbnail = session.files.includes("thumbnail.jpg");
  fill(part(".picture"), JSON.stringify([session.session_id, hasPanorama, hasThumbnail, session.queued_at]), () => picture(session, hasPanorama, hasThumbnail));
  fill(part(".problem"), JSON.stringify([problems(session)]), () => problems(session).map((text) => el("p", {}, text)));
  showRail(part(".rail"), session.stages);
  fill(part(".takes"), JSON.stringify(session.takes), () => session.takes.map(takeRow));
  fill(part(".figures"), JSON.stringify(session.stages.map((stage) => stage.result)), () => figureGroups(session.stages));
  fill(part(".actions"), JSON.stringify([session.session_id, actions(session, role), processLabel(session), published(session)]), () => [
    watchLink(session, viewerUrl),
    ...actions(session, role).map((action) => actionButton(session, action)),
    el("span", { class: "answer", role: "status" }),
  ]);
}

function picture(session: SessionView, hasPanorama: boolean, hasThumbnail: boolean): (Node | null)[] {
  const version = `?v=${encodeURIComponent(session.queued_at ?? "")}`;
  const poster = hasThumbnail ? fileUrl(session.session_id, "thumbnail.jpg") + version : null;
  if (hasPanorama) {
    const video = el("video", { controls: "", preload: poster ? "none" : "metadata", playsinline: "", src: fileUrl(session.session_id, "panorama.mp4") + version });
    if (poster) {
      video.poster = poster;
    }
    return [video];
  }
  return [poster ? el("img", { src: poster, alt: "A picture of the match" }) : null];
}

function problems(session: SessionView): string[] {
  const texts = session.stages.filter((stage) => stage.error !== null && stage.status !== "done").map((stage) => `${stageName(stage.stage)}: ${stage.error}`);
  texts.push(...setAside(session), ...frameLosses(session));
  for (const conflict of session.conflicts) {
    texts.push(
      `${conflict.recording_id} came again with other bytes. The first ones are used; the others are ` +
      (conflict.kept_as ? `kept as .conflicts/${conflict.kept_as}.` : "not kept."));
  }
  return texts;
}

function showRail(rail: HTMLElement, stages: StageView[]): void {
  rail.style.setProperty("--fill", String(railFill(stages)));
  fill(rail, JSON.stringify(stages.map((stage) => [stage.stage, stage.status, Math.round(stage.progress * 100)])), () =>
    stages.map((stage) => el("li", { class: stage.status, title: stage.message },
      el("span", { class: "dot", "aria-hidden": "true" }),
      el("span", { class: "name" }, stageName(stage.stage)),
      el("span", { class: "share" }, stage.status === "running" ? `${Math.round(stage.progress * 100)} %` : stage.cancelled_by ? "cancelled" : stage.status === "failed" ? "stopped" : ""))));
}

function takeRow(take: TakeView): HTMLElement {
  const share = take.size_bytes > 0 ? take.received_bytes / take.size_bytes : 0;
  const bar = el("div", { class: "bar", role: "progressbar", "aria-valuenow": String(Math.round(share * 100)), "aria-valuemin": "0", "aria-valuemax": "100" }, el("i"));
  bar.style.setProperty("--share", String(share));
  return el("li", { class: take.status },
    el("strong", {}, cameraName(take.camera_id) + (take.take > 1 ? ` ${take.take}` : "")),
    bar,
    el("span", { class: "line" }, takeLine(take)),
    take.error ? el("span", { class: "take-error" }, take.error) : null);
}

function figureGroups(stages: StageView[]): (Node | null)[] {
  return stages
    .filter((stage) => !["received", "verified"].includes(stage.stage) && figures(stage).length > 0)
    .map((stage) => el("dl", {}, el("dt", {}, stageName(stage.stage)), el("dd", {}, figures(stage).join(" · "))));
}

function published(session: SessionView): string | null {
  const url = session.stages.find((stage) => stage.stage === "pushed")?.result?.["url"];
  return typeof url === "string" && /^https?:\/\//.test(url) ? url : null;
}

function watchLink(session: SessionView, viewerUrl: string | null): HTMLElement | null {
  const url = published(session);
  return url && viewerUrl ? el("a", { class: "button primary", href: url }, "Watch the match") : null;
}

function actionButton(session: SessionView, action: Action): HTMLButtonElement {
  const button = el("button", { type: "button", class: action === "retry" ? "button primary" : "button" }, actionLabel(session, action));
  button.addEventListener("click", () => {
    button.disabled = true;
    void act(session.session_id, action).then((answer) => {
      button.disabled = false;
      const note = button.parentElement?.querySelector(".answer");
      if (note) {
        note.textContent = answer.ok ? "" : answer.error;
      }
    });
  });
  return button;
}
