// The cameras, and one of them with its settings.
import { get, post } from "./api.js";
import type { Device, DeviceDetail, Key, Settings } from "./api.js";
import { regionEditor } from "./editor.js";
import { fact, heard } from "./pages.js";
import type { Visit } from "./pages.js";
import { el } from "../shared/dom.js";
import { bytes } from "../shared/format.js";
import { ago } from "./words.js";

const FIELDS: [keyof Settings, string][] = [
  ["capture_interval_s", "Seconds between pictures"], ["burst_fps", "Pictures a second in a burst"], ["burst_duration_s", "Longest burst, seconds"], ["burst_cooldown_s", "Rest after a burst, seconds"],
  ["poll_interval_s", "Asks for settings every, seconds"], ["interaction_threshold", "Interaction from score"], ["interaction_min_frames", "… in so many pictures"], ["interaction_end_timeout_s", "Ends after quiet seconds"],
  ["inventory_change_threshold", "Stock changed from"], ["stability_frames_required", "Pictures that count as stable"], ["baseline_update_rate", "Baseline's update, 0 to 1"], ["smoothing", "New score's share, 0 to 1"],
  ["shift_threshold", "Camera moved from"], ["obstruction_threshold", "Camera covered below"], ["empty_threshold", "Shelf empty below"],
];

export async function deviceList(visit: Visit): Promise<Node[]> {
  const found = heard(await get<{ devices: Device[] }>("/devices"), visit.say);
  if (found === null) {
    return [];
  }
  return [
    el("div", { class: "device-list" }, ...found.devices.map((device) => el("a", { class: "device-row", href: `#/devices/${device.device_id}` },
      el("strong", {}, device.display_name), el("span", { class: "soft" }, `${device.device_id} · seen ${ago(device.last_seen_at, Date.now())} · ${device.capture_mode} · ${device.waiting} waiting${device.is_enabled ? "" : " · switched off"}`)))),
    found.devices.length === 0 ? el("section", { class: "empty" }, el("h2", {}, "No camera yet"), el("p", {}, "Add one here; its key then goes into the camera.")) : "",
    visit.isOwner ? newDevice(visit) : "",
  ].filter((node): node is HTMLElement => node !== "");
}

export async function devicePage(visit: Visit, id: string): Promise<Node[]> {
  const path = `/devices/${encodeURIComponent(id)}`;
  const detail = heard(await get<DeviceDetail>(path), visit.say);
  if (detail === null) {
    return [];
  }
  const { device, served } = detail;
  const health = (device.health ?? {}) as Record<string, unknown>;
  const spooled = typeof health["spooled_frames"] === "number" ? `${health["spooled_frames"]} pictures, ${bytes(Number(health["spooled_bytes"] ?? 0))}` : "–";
  const keyPlace = el("div");
  const rotate = el("button", { class: "button", type: "button" }, "New key");
  rotate.addEventListener("click", () => void post<Key>(`${path}/rotate-key`, {}).then((answer) => {
    const key = heard(answer, visit.say);
    if (key !== null) {
      keyPlace.replaceChildren(showKey(key));
    }
  }));
  const toggle = el("button", { class: "button", type: "button" }, device.is_enabled ? "Switch off" : "Switch on");
  toggle.addEventListener("click", () => void post(path, { is_enabled: !device.is_enabled }).then((answer) => (answer.ok ? visit.again() : visit.say(answer.error))));
  return [
    el("section", { class: "panel" }, el("h2", {}, device.display_name),
      el("dl", { class: "facts" },
        ...fact("Last seen", ago(device.last_seen_at, Date.now())), ...fact("Capture mode", device.capture_mode), ...fact("Last asked for settings", ago(device.last_config_at, Date.now())),
        ...fact("Newest picture", device.last_seq < 0 ? "none" : `number ${device.last_seq}`), ...fact("Waiting for analysis", String(device.waiting)), ...fact("Waiting on the camera", spooled),
        ...fact("Software", device.fw_version ?? "–"), ...fact("Says", typeof health["error"] === "string" ? health["error"] : "all is well"),
        ...fact("Served now", `${served.capture_mode}: every ${served.capture_interval_s} s, in a burst ${served.burst_fps} a second; settings version ${detail.config_version}`),
        ...(device.old_key_until ? fact("Old key opens until", new Date(device.old_key_until).toLocaleString()) : [])),
      visit.isOwner ? el("div", { class: "row tools" }, rotate, toggle) : "", keyPlace),
    el("section", { class: "panel" }, el("h2", {}, "Regions"), device.last_seq < 0
      ? el("p", { class: "soft" }, "They are drawn on the camera's picture, once there is one.") : regionEditor(id, detail.regions, visit.isOwner, visit.say)),
    ...(visit.isOwner ? [settings(path, detail, visit)] : []),
  ];
}

function settings(path: string, detail: DeviceDetail, visit: Visit): HTMLElement {
  const inputs = FIELDS.map(([name, text]) => {
    const input = el("input", { name, type: "number", step: "any", required: "" });
    input.value = String(detail.settings[name]);
    return { name, input, label: el("label", { class: "field" }, text, input) };
  });
  const blur = el("input", { type: "checkbox", name: "blur_outside_inventory_roi" });
  blur.checked = detail.settings.blur_outside_inventory_roi === true;
  const note = el("span", { class: "soft", role: "status" });
  const form = el("form", { class: "panel" }, el("h2", {}, "Settings"), el("div", { class: "fields" }, ...inputs.map((one) => one.label), el("label", { class: "field check" }, blur, "Blur all but the stock in kept pictures")),
    el("div", { class: "row" }, el("button", { class: "button primary", type: "submit" }, "Save settings"), note));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const body: Record<string, unknown> = { blur_outside_inventory_roi: blur.checked };
    inputs.forEach((one) => { body[one.name] = Number(one.input.value); });
    void post<{ version: number }>(`${path}/config`, body).then((answer) => {
      const saved = heard(answer, visit.say);
      note.textContent = saved === null ? "" : `Saved as version ${saved.version}. It holds from now on.`;
    });
  });
  return form;
}

function newDevice(visit: Visit): HTMLElement {
  const id = el("input", { name: "device_id", required: "", maxlength: "64", pattern: "[A-Za-z0-9][A-Za-z0-9_\\-]*", autocapitalize: "none", spellcheck: "false" });
  const name = el("input", { name: "display_name", maxlength: "100" });
  const keyPlace = el("div");
  const form = el("form", { class: "panel" }, el("h2", {}, "Add a camera"),
    el("div", { class: "fields" }, el("label", { class: "field" }, "Id, such as pi-cam-1", id), el("label", { class: "field" }, "Name", name)),
    el("button", { class: "button primary", type: "submit" }, "Add"), keyPlace);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void post<Key>("/devices", { device_id: id.value, display_name: name.value || id.value }).then((answer) => {
      const key = heard(answer, visit.say);
      if (key !== null) {
        keyPlace.replaceChildren(showKey(key), el("a", { class: "button", href: `#/devices/${key.device_id}` }, "To the camera"));
      }
    });
  });
  return form;
}

function showKey(key: Key): HTMLElement {
  return el("div", { role: "status" }, el("p", {}, "The key, shown only now. Put it into the camera's key file:"), el("code", { class: "secret" }, key.device_key),
    el("p", { class: "soft" }, key.old_key_until ? `The key before it opens until ${new Date(key.old_key_until).toLocaleString()}.` : ""));
}
