// The only place that talks to the server about still cameras. The fields come from docs/ref/openapi/ingest.json.
import type { components } from "../api.g";

type Schemas = components["schemas"];

export type Dashboard = Schemas["FrameDashboardView"];
export type Device = Schemas["FrameDeviceView"];
export type DeviceDetail = Schemas["FrameDeviceDetailView"];
export type FrameEvent = Schemas["FrameEventView"];
export type EventDetail = Schemas["FrameEventDetailView"];
export type DeadJob = Schemas["DeadJob"];
export type Region = Schemas["Region"];
export type RegionSet = Schemas["RegionSet"];
export type Settings = Schemas["DeltaSettings"];
export type Key = Schemas["DeviceKeyReply"];

export type Answer<T> = { ok: true; value: T } | { ok: false; status: number; error: string };

const ROOT = "/api/v1/admin";

export const get = <T>(path: string): Promise<Answer<T>> => ask<T>(path, {});

export const post = <T>(path: string, body: object): Promise<Answer<T>> =>
  ask<T>(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const frameUrl = (device: string, version: number): string => `${ROOT}/devices/${encodeURIComponent(device)}/frame?v=${version}`;

export const imageUrl = (event: string, role: string): string => `${ROOT}/events/${encodeURIComponent(event)}/images/${encodeURIComponent(role)}`;

async function ask<T>(path: string, init: RequestInit): Promise<Answer<T>> {
  try {
    const response = await fetch(ROOT + path, init);
    const body = (await response.json()) as T & { error?: string };
    return response.ok ? { ok: true, value: body } : { ok: false, status: response.status, error: body.error ?? `The server answered ${response.status}.` };
  } catch {
    return { ok: false, status: 0, error: "The server does not answer. Is it on, and is this device in its network?" };
  }
}
