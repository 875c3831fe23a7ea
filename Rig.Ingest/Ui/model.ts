// What the page says, decided without touching the page.
import { bytes, clock } from "./shared/format.js";
import type { Action, Role, SessionView, StageView, TakeView } from "./types";

/** "GAME_20261121_140000" -> "Saturday 21 November, 14:00"; other names are shown as they are. */
export function title(sessionId: string): string {
  const match = /^GAME_(\d{4})(\d{2})(\d{2})_(\d{2})(\d{2})\d{2}$/.exec(sessionId);
  if (!match) {
    return sessionId.replaceAll("_", " ");
  }
  const [, year, month, day, hour, minute] = match;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const words = date.toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });
  return `${words}, ${hour}:${minute}`;
}

export function cameraName(id: string): string {
  return { CAM_L: "Left", CAM_C: "Centre", CAM_R: "Right" }[id] ?? id;
}

const STAGE_NAMES: Record<string, string> = {
  received: "Receive",
  verified: "Verify",
  aligned: "Align",
  stitched: "Stitch",
  detected: "Detect",
  events: "Events",
  clips: "Clips",
  pushed: "Publish",
};

export function stageName(stage: string): string {
  return STAGE_NAMES[stage] ?? stage;
}

/** One sentence under the title: what happens now, or what it waits for. */
export function headline(session: SessionView): string {
  const failed = session.stages.find((stage) => stage.status === "failed");
  if (failed) {
    return failed.cancelled_by ? `Cancelled at ${stageName(failed.stage).toLowerCase()}.` : `Stopped at ${stageName(failed.stage).toLowerCase()}.`;
  }
  if (session.status === "done") {
    return "Ready to watch.";
  }
  if (session.status === "receiving") {
    const moving = session.takes.filter((take) => take.status === "pulling");
    if (moving.length > 0) {
      return `Bringing in ${moving.map((take) => cameraName(take.camera_id).toLowerCase()).join(", ")}.`;
    }
    return session.missing_cameras.length > 0
      ? `Waiting for ${session.missing_cameras.map((camera) => cameraName(camera).toLowerCase()).join(", ")}.`
      : "All recordings are here.";
  }
  const running = session.stages.find((stage) => stage.status === "running");
  if (running) {
    return running.message !== "" ? `${running.message}.` : `${stageName(running.stage)} is running.`;
  }
  const next = session.stages.find((stage) => stage.status === "queued");
  return next?.error ? `${stageName(next.stage)} is tried again in a moment.` : "In line.";
}

export function takeLine(take: TakeView): string {
  switch (take.status) {
    case "waiting":
      return take.failures > 0 ? "Tried again in a moment" : "Waiting its turn";
    case "pulling":
      return `${bytes(take.received_bytes)} of ${bytes(take.size_bytes)} · ${bytes(take.bytes_per_second)}/s${remaining(take)}`;
    case "confirming":
      return `${bytes(take.size_bytes)} verified · telling the camera`;
    case "damaged":
      return "Damaged on this server's disk";
    case "verified":
      return [
        bytes(take.size_bytes),
        take.duration_sec === null ? "" : clock(take.duration_sec),
        take.dropped_frames ? `${take.dropped_frames} dropped frames` : "",
        take.confirmed ? "verified, camera told" : "verified",
      ].filter((part) => part !== "").join(" · ");
  }
}

function remaining(take: TakeView): string {
  if (take.bytes_per_second <= 0) {
    return "";
  }
  const seconds = (take.size_bytes - take.received_bytes) / take.bytes_per_second;
  return seconds < 2 ? "" : ` · ${clock(seconds)} left`;
}

/** Figures of a finished stage that a person wants to see, most telling first. */
export function figures(stage: StageView): string[] {
  const result = stage.result;
  if (!result) {
    return [];
  }
  if (typeof result["skipped"] === "string") {
    return [`Skipped: ${result["skipped"]}`];
  }
  const found: string[] = [];
  for (const [name, value] of Object.entries(result)) {
    if (typeof value === "number" && found.length < 6) {
      found.push(`${name.replace(/_(px|ms|m)(?=_|$)/g, "").replaceAll("_", " ")} ${figure(name, value)}`);
    }
  }
  return found;
}

function figure(name: string, value: number): string {
  if (name === "bytes" || name.endsWith("_bytes")) {
    return bytes(value);
  }
  const text = Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 1);
  const unit = /_px(_|$)/.test(name) ? " px" : /_ms(_|$)/.test(name) ? " ms" : /_seconds$/.test(name) ? " s" : "";
  return text + unit;
}

/** Recordings that lost more than one frame in a hundred, a sentence each. As Rig.Domain's FrameLoss. */
export function frameLosses(session: SessionView): string[] {
  return session.takes.flatMap((take) => {
    const dropped = take.dropped_frames ?? 0;
    const all = (take.frames ?? 0) + dropped;
    const share = dropped / all;
    return share > 0.01
      ? [`${cameraName(take.camera_id)}${take.take > 1 ? ` ${take.take}` : ""} lost ${dropped} of ${all} frames (${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %), so its picture stutters. The camera or its disk was too slow.`]
      : [];
  });
}

/** Why recordings are not used, a sentence each. */
export function setAside(session: SessionView): string[] {
  const reasons = session.stages.find((stage) => stage.stage === "aligned")?.result?.["set_aside"];
  return Array.isArray(reasons) ? reasons.filter((reason) => typeof reason === "string") : [];
}

/** Whole-session progress for the rail: done stages and the running one's share. */
export function railFill(stages: StageView[]): number {
  if (stages.length < 2) {
    return 0;
  }
  let position = 0;
  for (const stage of stages) {
    if (stage.status === "done") {
      position += 1;
      continue;
    }
    position += stage.status === "running" ? stage.progress : 0;
    break;
  }
  return Math.min(1, position / (stages.length - 1));
}

/** What the person may do now. */
export function actions(session: SessionView, role: Role): Action[] {
  if (role !== "owner") {
    return [];
  }
  if (session.stages.some((stage) => stage.status === "failed")) {
    return ["retry", "process"];
  }
  if (session.stages.some(isOpen)) {
    return ["cancel"];
  }
  const held = session.takes.some((take) => take.status === "verified" || take.status === "confirming");
  return held && session.status !== "processing" ? ["process"] : [];
}

/** A stage that computes, or waits to: not one of the two that are only passed. */
function isOpen(stage: StageView): boolean {
  return !["received", "verified"].includes(stage.stage) && (stage.status === "running" || stage.status === "queued");
}

export function actionLabel(session: SessionView, action: Action): string {
  return action === "retry" ? "Try again" : action === "cancel" ? "Stop working on it" : processLabel(session);
}

export function processLabel(session: SessionView): string {
  return session.status === "receiving" ? "Process what is here" : "Process again";
}
