ALTER TABLE ingest.takes
  -- When a corrected manifest came for the same bytes; null when none did.
  ADD COLUMN described_at timestamptz;

ALTER TABLE ingest.sessions
  -- The newest described_at that the run was queued with.
  ADD COLUMN run_described_at timestamptz;

ALTER TABLE ingest.stages
  -- Who had the stage ended; null unless it waits for the operator because of that.
  ADD COLUMN cancelled_by text;
