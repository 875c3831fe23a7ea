// Overview, timeline and one event.
import { get, imageUrl, post } from "./api.js";
import type { Answer, Dashboard, DeadJob, Device, EventDetail, FrameEvent } from "./api.js";
import { el } from "../shared/dom.js";
import { bytes } from "../shared/format.js";
import { svg } from "./svg.js";
import { ago, EVENT_TYPES, line, moment, typeName } from "./words.js";

export type Say = (error: string | null) => void;

export interface Visit {
  readonly isOwner: boolean;
  readonly say: Say;
  /** Shows the page again. */
  readonly again: () => void;
}

/** The value, or null after the refusal was said. */
export function heard<T>(answer: Answer<T>, say: Say): T | null {
  say(answer.ok ? null : answer.error);
  return answer.ok ? answer.value : null;
}

export async function overview(visit: Visit): Promise<Node[]> {
  const board = heard(await get<Dashboard>("/dashboard"), visit.say);
  const dead = await get<{ jobs: DeadJob[] }>("/jobs/dead");
  if (board === null) {
    return [];
  }
  const { ingest, queue, database, system } = board;
  const refused = Object.entries(ingest.refused).map(([status, count]) => `${count} with ${status}`).join(", ");
  const waiting = queue.queued + queue.running + queue.failed;
  const low = system.free_bytes != null && system.free_bytes < system.min_free_gb * 1e9 * 2;
  const most = Math.max(1, ...board.captures_daily.map((day) => day.captures));
  return [
    el("div", { class: "tiles" },
      tile("Pictures in the last minute", ingest.stored_last_minute, `${ingest.stored_last_hour} in the last hour, ${ingest.stored_today} today`),
      tile("Refused since start", Object.values(ingest.refused).reduce((a, b) => a + b, 0), refused || "none", refused !== ""),
      tile("Waiting for analysis", waiting, queue.oldest_waiting_sec == null ? "nothing waits" : `the oldest for ${Math.round(queue.oldest_waiting_sec)} s`, (queue.oldest_waiting_sec ?? 0) > 300),
      tile("Given up", queue.dead, queue.dead === 0 ? "nothing" : "see below", queue.dead > 0),
      tile("Disk free", system.free_bytes == null ? "–" : bytes(system.free_bytes), system.path, low),
      tile("Workers here", queue.workers, `${queue.analysed} pictures analysed since start`),
      tile("Events", database.events, `${database.captures} pictures of ${database.devices} ${database.devices === 1 ? "camera" : "cameras"}`)),
    el("section", { class: "panel" }, el("h2", {}, "Pictures a day"),
      board.captures_daily.length === 0 ? el("p", { class: "soft" }, "None yet.") : el("ol", { class: "bars" }, ...board.captures_daily.map((day) => {
        const bar = el("i");
        bar.style.height = `${(day.captures / most) * 5}rem`;
        return el("li", { title: `${day.day}: ${day.captures}` }, String(day.captures), bar, day.day.slice(5));
      }))),
    ...(dead.ok && dead.value.jobs.length > 0 ? [deadJobs(dead.value.jobs, visit)] : []),
  ];
}

export async function timeline(visit: Visit, query: URLSearchParams): Promise<Node[]> {
  const wanted = new URLSearchParams({ limit: "40" });
  for (const name of ["device_id", "event_type", "before"]) {
    const value = query.get(name);
    if (value) {
      wanted.set(name, value);
    }
  }
  const [events, devices] = [heard(await get<{ events: FrameEvent[] }>(`/events?${wanted}`), visit.say), await get<{ devices: Device[] }>("/devices")];
  if (events === null) {
    return [];
  }
  const older = events.events.length === 40 ? events.events.at(-1)?.started_at : undefined;
  return [
    el("form", { class: "filters", "aria-label": "Filter" },
      choice("Camera", "device_id", devices.ok ? devices.value.devices.map((device) => [device.device_id, device.display_name]) : [], query),
      choice("What", "event_type", EVENT_TYPES.map((type) => [type, typeName(type)]), query)),
    events.events.length === 0
      ? el("section", { class: "empty" }, el("h2", {}, "Nothing happened"), el("p", {}, "What the cameras see appears here by itself."))
      : el("div", { class: "events" }, ...events.events.map(eventCard)),
    ...(older ? [el("p", {}, el("a", { class: "button", href: hash(query, "before", older) }, "Older"))] : []),
  ];
}

export async function eventPage(visit: Visit, id: string): Promise<Node[]> {
  const detail = heard(await get<EventDetail>(`/events/${encodeURIComponent(id)}`), visit.say);
  if (detail === null) {
    return [];
  }
  const event = detail.event;
  const shots = ["pre", "during", "post"].filter((role) => event.images.includes(role));
  const names: Record<string, string> = { pre: "Before", during: "During", post: "After" };
  const note = el("textarea", { rows: "2", maxlength: "500", "aria-label": "Note" });
  note.value = event.operator_note ?? "";
  const save = el("button", { class: "button", type: "button" }, "Keep the note");
  save.addEventListener("click", () => void post(`/events/${encodeURIComponent(id)}`, { operator_note: note.value }).then((answer) => visit.say(answer.ok ? null : answer.error)));
  return [
    el("section", { class: "panel" }, el("h2", {}, typeName(event.event_type)),
      el("p", {}, event.summary),
      el("dl", { class: "facts" },
        ...fact("Camera", event.device_name), ...fact("From", moment(event.started_at)), ...fact("To", event.ended_at ? moment(event.ended_at) : "goes on"),
        ...fact("Confidence", event.confidence == null ? "–" : `${Math.round(event.confidence * 100)} %`))),
    shots.length === 0 ? el("p", { class: "panel soft" }, "Its pictures are no longer here, or never were.") : el("div", { class: "shots" }, ...shots.map((role) =>
      el("figure", {}, el("img", { src: imageUrl(id, role), alt: `${names[role]} the event`, loading: "lazy" }), el("figcaption", {}, names[role] ?? role)))),
    ...(detail.details == null ? [] : [
      el("section", { class: "panel" }, el("h2", {}, "Scores over time"), plot(detail.details)),
      el("section", { class: "panel" }, el("h2", {}, "Why"), el("ul", { class: "trace" }, ...detail.details.decision_trace.map((reason) => el("li", {}, reason))),
        el("p", { class: "soft" }, `Settings version ${detail.details.config_version}, regions version ${detail.details.roi_version}.`)),
    ]),
    ...(visit.isOwner ? [el("section", { class: "panel field" }, el("h2", {}, "Note"), note, el("div", { class: "row" }, save))] : event.operator_note ? [el("p", { class: "panel" }, event.operator_note)] : []),
  ];
}

export function fact(name: string, value: string): [HTMLElement, HTMLElement] {
  return [el("dt", {}, name), el("dd", {}, value)];
}

function eventCard(event: FrameEvent): HTMLElement {
  const shot = event.images.includes("thumb") ? el("img", { class: "shot", src: imageUrl(event.event_id, "thumb"), alt: "", loading: "lazy" }) : el("span", { class: "shot" }, "no picture");
  return el("a", { class: "event", href: `#/events/${event.event_id}` }, shot, el("div", { class: "text" },
    el("p", { class: "type" }, typeName(event.event_type)), el("p", {}, event.device_name),
    el("p", { class: "when" }, `${moment(event.started_at)}${event.confidence == null ? "" : ` · ${Math.round(event.confidence * 100)} %`}`)));
}

function plot(details: NonNullable<EventDetail["details"]>): SVGElement {
  const [width, height] = [640, 180];
  const scores = details.scores;
  const points = (value: (score: (typeof scores)[number]) => number): string => line(scores.map((score) => ({ atMs: Date.parse(score.at), value: value(score) })), width, height);
  const limit = (1 - details.thresholds.interaction) * height;
  const seconds = scores.length < 2 ? 0 : (Date.parse(scores.at(-1)!.at) - Date.parse(scores[0]!.at)) / 1000;
  return svg("svg", { class: "plot", viewBox: `-6 -6 ${width + 12} ${height + 48}`, role: "img", "aria-label": `Scores over ${seconds.toFixed(0)} seconds` },
    svg("line", { class: "axis", x1: 0, y1: height, x2: width, y2: height }),
    svg("line", { class: "limit", x1: 0, y1: limit, x2: width, y2: limit }),
    svg("polyline", { class: "stock", points: points((score) => score.inventory) }),
    svg("polyline", { class: "motion", points: points((score) => score.motion) }),
    svg("polyline", { class: "score", points: points((score) => score.score) }),
    svg("text", { x: 2, y: limit - 4 }, "threshold"),
    svg("text", { x: 0, y: height + 26 }, "thick: score, thin: movement, dashed: stock"),
    svg("text", { x: width, y: height + 26, "text-anchor": "end" }, `${seconds.toFixed(0)} s`));
}

function tile(label: string, figure: string | number, more: string, bad = false): HTMLElement {
  return el("div", { class: bad ? "tile bad" : "tile" }, el("p", { class: "label" }, label), el("p", { class: "figure" }, String(figure)), el("p", { class: "more" }, more));
}

function deadJobs(jobs: DeadJob[], visit: Visit): HTMLElement {
  return el("section", { class: "panel" }, el("h2", {}, "Given up"), el("ul", {}, ...jobs.map((job) => {
    const again = el("button", { class: "button small", type: "button" }, "Try again");
    again.addEventListener("click", () => void post(`/jobs/${job.job_id}/requeue`, {}).then((answer) => (answer.ok ? visit.again() : visit.say(answer.error))));
    return el("li", { class: "row" }, el("span", {}, `${job.device_id}, picture ${job.seq}: ${job.error ?? "no reason"} (${job.attempts} tries, ${ago(job.updated_at, Date.now())})`), visit.isOwner ? again : null);
  })));
}

function choice(label: string, name: string, values: [string, string][], query: URLSearchParams): HTMLElement {
  const select = el("select", { name }, el("option", { value: "" }, "all"), ...values.map(([value, text]) => el("option", { value }, text)));
  select.value = query.get(name) ?? "";
  select.addEventListener("change", () => { location.hash = hash(query, name, select.value); });
  return el("label", {}, label, select);
}

function hash(query: URLSearchParams, name: string, value: string): string {
  const next = new URLSearchParams(query);
  if (name !== "before") {
    next.delete("before");
  }
  next.delete(name);
  if (value !== "") {
    next.set(name, value);
  }
  return `#/events?${next}`;
}
