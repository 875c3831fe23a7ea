// The only place that talks to the node.
import type {
  AuditTrail, DeviceList, Framing, Invitation, NodeStatus, OffloadStatus, Pairing, Preflight, RigStatus, Role, SelfTest, Snapshot, UpdateApplied, UpdateAttempt, UpdateOffer,
} from './types.js';

export type Result<T> = { ok: true; value: T } | { ok: false; error: string };

let forgotten = (): void => {};

/** @param act when the node does not know this phone, or no longer */
export function whenForgotten(act: () => void): void {
  forgotten = act;
}

async function call<T>(path: string, init: RequestInit | undefined, timeoutMs: number): Promise<Result<T>> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeoutMs);
  try {
    const response = await fetch(path, { ...init, signal: abort.signal, cache: 'no-store' });
    const body = (await response.json()) as T & { error?: string; problems?: { message: string }[] };
    if (response.ok) return { ok: true, value: body };
    if (response.status === 401) forgotten();
    const reasons = (body.problems ?? []).map((p) => p.message).filter((m) => m !== body.error);
    return { ok: false, error: [body.error ?? `The camera answered ${response.status}.`, ...reasons].join(' ') };
  } catch {
    return { ok: false, error: 'The camera does not answer. Are you on the rig’s network?' };
  } finally {
    clearTimeout(timer);
  }
}

const get = <T>(path: string): Promise<Result<T>> => call<T>(`/api/v1${path}`, undefined, 5000);

const send = <T>(method: string, path: string, body: object, timeoutMs: number): Promise<Result<T>> =>
  call<T>(`/api/v1${path}`, { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }, timeoutMs);

const post = <T>(path: string, body: object, timeoutMs = 25000): Promise<Result<T>> => send<T>('POST', path, body, timeoutMs);

export const whoAmI = (): Promise<Result<Pairing>> => get<Pairing>('/pairing');

export const pair = (pin: string, name: string): Promise<Result<object>> => post<object>('/pairing', { pin, name });

export const devices = (): Promise<Result<DeviceList>> => get<DeviceList>('/access/devices');

export const giveRole = (id: string, role: Role): Promise<Result<object>> => post<object>(`/access/devices/${id}`, { role });

export const unpair = (id: string): Promise<Result<object>> => send<object>('DELETE', `/access/devices/${id}`, {}, 25000);

export const invitation = (): Promise<Result<Invitation>> => get<Invitation>('/access/pin');

export const newPin = (): Promise<Result<Invitation>> => post<Invitation>('/access/pin', {});

export const audit = (): Promise<Result<AuditTrail>> => get<AuditTrail>('/access/audit?count=50');

export async function snapshot(): Promise<Result<Snapshot>> {
  const [node, rig] = await Promise.all([get<NodeStatus>('/status'), get<RigStatus>('/coordinator/status')]);
  if (!node.ok) return node;
  if (!rig.ok) return rig;
  return { ok: true, value: { node: node.value, rig: rig.value } };
}

export const preflight = (): Promise<Result<Preflight>> => get<Preflight>('/coordinator/preflight');

/** A failed test is an answer too; only a test that did not run is an error. */
export async function selfTest(): Promise<Result<SelfTest>> {
  try {
    const response = await fetch('/api/v1/selftest', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}', cache: 'no-store' });
    const body = (await response.json()) as SelfTest & { error?: string };
    if (response.status === 401) forgotten();
    return Array.isArray(body.errors) ? { ok: true, value: body } : { ok: false, error: body.error ?? `The camera answered ${response.status}.` };
  } catch {
    return { ok: false, error: 'The camera does not answer. Are you on the rig’s network?' };
  }
}

export const offload = (): Promise<Result<OffloadStatus>> => get<OffloadStatus>('/offload/status');

export const retryOffload = (): Promise<Result<object>> => post<object>('/offload/retry', {});

export const framing = (): Promise<Result<Framing>> => get<Framing>('/framing/status');

export const startAiming = (): Promise<Result<object>> => post<object>('/framing/assist/start', {});

export const stopAiming = (): Promise<Result<object>> => post<object>('/framing/assist/stop', {});

export const checkUpdate = (): Promise<Result<UpdateOffer>> => post<UpdateOffer>('/update/check', {});

/** Downloads over whatever the field has. */
export const applyUpdate = (): Promise<Result<UpdateApplied>> => post<UpdateApplied>('/update/apply', {}, 900000);

export const rollBack = (): Promise<Result<UpdateApplied>> => post<UpdateApplied>('/update/rollback', {});

export const updateHistory = (): Promise<Result<{ history: UpdateAttempt[] }>> => get('/update/history');

export interface Ordered {
  session_id: string;
  message?: string;
}

/** @param requestId the same again is the same order, so a second try after a lost answer starts nothing twice */
export const start = (requestId: string): Promise<Result<Ordered>> => post<Ordered>('/coordinator/start', { request_id: requestId });

export const stop = (requestId: string): Promise<Result<Ordered>> => post<Ordered>('/coordinator/stop', { request_id: requestId });
