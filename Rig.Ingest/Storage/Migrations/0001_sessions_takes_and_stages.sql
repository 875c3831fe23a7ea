CREATE TABLE ingest.sessions (
  session_id   text PRIMARY KEY,
  created_at   timestamptz NOT NULL DEFAULT now(),
  -- When its stages were last queued, and why: complete, quiet or operator.
  ready_at     timestamptz,
  ready_reason text
);

-- A row is the server's receipt: its bytes and their name are durable on disk before it is committed.
CREATE TABLE ingest.takes (
  session_id  text NOT NULL REFERENCES ingest.sessions,
  camera_id   text NOT NULL,
  take        integer NOT NULL CHECK (take BETWEEN 1 AND 999),
  size_bytes  bigint NOT NULL,
  sha256      text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  manifest    jsonb NOT NULL,
  source      text NOT NULL CHECK (source IN ('upload', 'pull')),
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- When a look at the disk found other bytes than these; the take is then accepted once more.
  damaged_at  timestamptz,
  -- When its sender had learned that it is held here.
  confirmed_at timestamptz,
  PRIMARY KEY (session_id, camera_id, take)
);

-- Other bytes that claimed to be a take the server already holds.
CREATE TABLE ingest.conflicts (
  session_id  text NOT NULL,
  camera_id   text NOT NULL,
  take        integer NOT NULL,
  sha256      text NOT NULL,
  size_bytes  bigint NOT NULL,
  source      text NOT NULL,
  -- File name in sessions/.conflicts, null where the bytes were not kept.
  kept_as     text,
  reported_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (session_id, camera_id, take, sha256)
);

-- One row a stage of a queued session: the work items.
CREATE TABLE ingest.stages (
  session_id  text NOT NULL REFERENCES ingest.sessions,
  stage       integer NOT NULL,
  status      text NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed')),
  attempts    integer NOT NULL DEFAULT 0,
  fraction    double precision NOT NULL DEFAULT 0,
  message     text NOT NULL DEFAULT '',
  result      jsonb,
  error       text,
  run_after   timestamptz NOT NULL DEFAULT now(),
  -- Names one claim, not one worker: a claim that was lost can change nothing any more.
  lease_owner text,
  lease_until timestamptz,
  started_at  timestamptz,
  ended_at    timestamptz,
  PRIMARY KEY (session_id, stage)
);

CREATE INDEX stages_open ON ingest.stages (run_after) WHERE status IN ('queued', 'running');
