// What the node's routes answer, of the types that the build makes of docs/ref/openapi/node.json. Names of the page's own stand for
// schemas, and texts of which the server sends only some are narrowed to these.
import type { components } from './api.g.js';

type Schemas = components['schemas'];

type Narrowed<T, N> = Omit<T, keyof N> & N;

export type Problem = Narrowed<Schemas['ProblemView'], { level: 'warn' | 'refuse' }>;

export type CameraView = Narrowed<Schemas['RigCamera'], {
  status: 'unknown' | 'offline' | 'online' | 'starting' | 'recording' | 'stopping' | 'error';
  problems: Problem[] | null;
}>;

export type SessionView = Narrowed<Schemas['SessionStatus'], { status: 'created' | 'starting' | 'recording' | 'stopping' | 'completed' | 'failed' }>;

export type RigStatus = Narrowed<Schemas['RigStatus'], { session: SessionView | null; cameras: CameraView[] }>;

export type NodeStatus = Schemas['NodeStatus'];

export interface Snapshot {
  node: NodeStatus;
  rig: RigStatus;
}

export type Check = Narrowed<Schemas['PreflightCheck'], { level: 'ok' | 'warn' | 'refuse' }>;

export type Preflight = Narrowed<Schemas['PreflightResult'], { checks: Check[] }>;

export type Framing = Narrowed<Schemas['FramingView'], { status: 'no_field' | 'partial' | 'good' | 'excellent' }>;

export type OffloadJob = Narrowed<Schemas['UploadJobView'], { status: 'pending' | 'uploading' | 'confirming' | 'completed' | 'failed' }>;

export type OffloadStatus = Narrowed<Schemas['UploadQueueStatus'], { jobs: OffloadJob[] }>;

export type UpdateOffer = Schemas['UpdateOffer'];

export type UpdateApplied = Schemas['UpdateApplied'];

export type UpdateAttempt = Narrowed<Schemas['UpdateAttempt'], { kind: 'update' | 'rollback' | 'automatic_rollback' }>;

export type SelfTest = Schemas['SelfTestResult'];

export type Role = 'operator' | 'owner';

export type Device = Narrowed<Schemas['DeviceView'], { role: Role }>;

export type DeviceList = Narrowed<Schemas['DeviceList'], { devices: Device[] }>;

export type Invitation = Schemas['PairingInvitation'];

export type Pairing = Narrowed<Schemas['PairingView'], { device: Device | null; invitation: Invitation | null }>;

export type AuditEntry = Schemas['AuditEntry'];

export type AuditTrail = Schemas['AuditTrail'];
