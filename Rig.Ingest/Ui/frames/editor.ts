// Regions drawn on the camera's current picture, by mouse or finger.
import { frameUrl, post } from "./api.js";
import type { RegionSet } from "./api.js";
import { begin, between, clearIgnored, draw, undo } from "./regions.js";
import type { Drawing, Kind } from "./regions.js";
import { el } from "../shared/dom.js";
import { svg } from "./svg.js";

const KINDS: [Kind, string, string][] = [["interaction", "Hands", "#2f8cff"], ["inventory", "Stock", "#12b76a"], ["ignore", "Ignore", "#f04438"]];

export function regionEditor(device: string, regions: RegionSet, mayChange: boolean, say: (error: string | null) => void): HTMLElement {
  let drawing: Drawing = begin(regions);
  let kind: Kind = "interaction";
  let corner: [number, number] | null = null;
  const plane = svg("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none", role: "img", "aria-label": "Regions on the current picture" });
  const picture = el("img", { src: frameUrl(device, Date.now()), alt: "The camera's current picture" });
  const box = el("div", { class: "editor" }, picture, plane);
  const note = el("span", { class: "soft", role: "status" });
  const undoButton = button("Undo", () => change(undo(drawing)));
  const saveButton = button("Save regions", () => void save());
  saveButton.classList.add("primary");
  const choices = KINDS.map(([name, text, colour]) => {
    const choice = button(text, () => choose(name));
    choice.classList.add("key");
    choice.style.setProperty("--key", colour);
    choice.dataset["kind"] = name;
    return choice;
  });

  function at(event: PointerEvent): [number, number] {
    const area = plane.getBoundingClientRect();
    return [(event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height];
  }

  plane.addEventListener("pointerdown", (event) => {
    if (mayChange) {
      plane.setPointerCapture(event.pointerId);
      corner = at(event);
    }
  });
  plane.addEventListener("pointermove", (event) => {
    if (corner !== null) {
      const region = between(...corner, ...at(event));
      show(region === null ? drawing : draw(drawing, kind, region));
    }
  });
  plane.addEventListener("pointerup", (event) => {
    if (corner !== null) {
      const region = between(...corner, ...at(event));
      corner = null;
      change(region === null ? drawing : draw(drawing, kind, region));
    }
  });
  plane.addEventListener("pointercancel", () => {
    corner = null;
    show(drawing);
  });

  function choose(name: Kind): void {
    kind = name;
    choices.forEach((choice) => choice.setAttribute("aria-pressed", String(choice.dataset["kind"] === name)));
  }

  function change(next: Drawing): void {
    drawing = next;
    note.textContent = "";
    show(drawing);
  }

  function show(shown: Drawing): void {
    const all = [["interaction", shown.now.interaction] as const, ["inventory", shown.now.inventory] as const, ...shown.now.ignore.map((region) => ["ignore", region] as const)];
    plane.replaceChildren(...all.map(([name, region]) => svg("rect", { class: name, x: region.x, y: region.y, width: region.w, height: region.h })));
    undoButton.disabled = drawing.before.length === 0;
    saveButton.disabled = drawing.before.length === 0;
  }

  async function save(): Promise<void> {
    const answer = await post<{ version: number }>(`/devices/${encodeURIComponent(device)}/rois`, drawing.now);
    say(answer.ok ? null : answer.error);
    if (answer.ok) {
      change(begin(drawing.now));
      note.textContent = `Saved as version ${answer.value.version}. It holds from the next picture on.`;
    }
  }

  function button(text: string, act: () => void): HTMLButtonElement {
    const made = el("button", { class: "button", type: "button" }, text);
    made.addEventListener("click", act);
    return made;
  }

  choose(kind);
  show(drawing);
  return el("div", {},
    mayChange ? el("p", { class: "soft" }, "Choose what to draw, then drag over the picture. Movement among Hands is an interaction, what stands in Stock is counted, nothing in Ignore counts.") : null,
    mayChange ? el("div", { class: "row tools" }, ...choices) : null,
    box,
    mayChange ? el("div", { class: "row tools" }, undoButton, button("Ignore nothing", () => change(clearIgnored(drawing))), button("New picture", () => { picture.src = frameUrl(device, Date.now()); }), saveButton, note) : null);
}
