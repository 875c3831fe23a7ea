// The shapes of docs/ref/ingest-api.md.

export interface ServerView {
  storage_free_gb: number;
  min_free_space_gb: number;
  active_uploads: number;
  cameras: string[];
  viewer_url: string | null;
  nodes: NodeView[];
  sessions: SessionView[];
  waiting_sessions: number;
}

export interface NodeView {
  url: string;
  camera_id: string | null;
  seen_at: string;
  problem: string | null;
}

export type SessionStatus = "receiving" | "processing" | "failed" | "done";

export interface SessionView {
  session_id: string;
  status: SessionStatus;
  created_at: string;
  queued_at: string | null;
  queue_reason: string | null;
  expected_cameras: string[];
  missing_cameras: string[];
  takes: TakeView[];
  stages: StageView[];
  conflicts: ConflictView[];
  files: string[];
}

export interface TakeView {
  recording_id: string;
  camera_id: string;
  take: number;
  status: "waiting" | "pulling" | "confirming" | "verified" | "damaged";
  size_bytes: number;
  received_bytes: number;
  bytes_per_second: number;
  verified: boolean;
  confirmed: boolean;
  sha256: string | null;
  source: string | null;
  received_at: string | null;
  duration_sec: number | null;
  frames: number | null;
  dropped_frames: number | null;
  end_reason: string | null;
  failures: number;
  error: string | null;
}

export interface StageView {
  stage: string;
  status: "waiting" | "queued" | "running" | "done" | "failed";
  attempts: number;
  progress: number;
  message: string;
  result: Record<string, unknown> | null;
  error: string | null;
  started_at: string | null;
  ended_at: string | null;
}

export interface ConflictView {
  recording_id: string;
  sha256: string;
  size_bytes: number;
  kept_as: string | null;
  reported_at: string;
}
