// What /api/v1/events, /api/v1/status, /api/v1/coordinator/* and /api/v1/offload/status answer; docs/ref/node-api.md.

export interface Problem {
  code: string;
  level: 'warn' | 'refuse';
  message: string;
}

export interface CameraView {
  camera_id: string;
  camera_position: string;
  online: boolean;
  status: 'unknown' | 'offline' | 'online' | 'starting' | 'recording' | 'stopping' | 'error';
  base_url: string | null;
  ready: boolean;
  report_age_ms: number | null;
  problems: Problem[] | null;
  recording: { session_id: string; recording_id: string; duration_sec: number; frames: number; dropped_frames: number; size_bytes: number } | null;
  offset_ms: number | null;
  confidence: string | null;
  is_master: boolean | null;
  recording_minutes: number | null;
  free_gb: number | null;
  temperature_c: number | null;
  battery_percent: number | null;
  offload: { pending_count: number; pending_bytes: number; confirmed_count: number } | null;
  last_problem: string | null;
  last_problem_at: string | null;
}

export interface SessionView {
  id: string;
  status: 'created' | 'starting' | 'recording' | 'stopping' | 'completed' | 'failed';
  started_at: string | null;
  stopped_at: string | null;
  start_spread_ms: number | null;
  cameras: { camera_id: string; status: string; problem: string | null }[];
}

export interface RigStatus {
  timestamp: string;
  age_ms: number;
  coordinator_reachable: boolean;
  session: SessionView | null;
  disagreements: string[];
  cameras: CameraView[];
}

export interface NodeStatus {
  node: { camera_id: string; version: string };
}

export interface Snapshot {
  node: NodeStatus;
  rig: RigStatus;
}

export interface Check {
  name: string;
  camera_id: string | null;
  passed: boolean;
  level: 'ok' | 'warn' | 'refuse';
  message: string;
}

export interface Preflight {
  passed: boolean;
  checks: Check[];
}

export interface Framing {
  status: 'no_field' | 'partial' | 'good' | 'excellent';
  message: string;
  guidance: string[];
  assist_running: boolean;
  confirmed: boolean;
}

export interface OffloadJob {
  job_id: string;
  session_id: string;
  take: number;
  status: 'pending' | 'uploading' | 'confirming' | 'completed' | 'failed';
  attempts: number;
  error: string | null;
  size_bytes: number;
  sent_bytes: number;
  bytes_per_second: number;
  seconds_left: number | null;
}

export interface OffloadStatus {
  paused: boolean;
  waits_for_recording: boolean;
  remaining_bytes: number;
  seconds_left: number | null;
  jobs: OffloadJob[];
}
