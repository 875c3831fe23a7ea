-- What is to be done with a session, and what was done, is in its history alone (docs/design/pipeline.md). What until now only these
-- tables knew, above all the results of stages, is written into it: one event for each session that was worked on.
INSERT INTO ingest.journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid)
SELECT
  (extract(epoch FROM clock_timestamp()) * 10000000)::bigint + 621355968000000000,
  false,
  'pipeline-' || s.session_id,
  coalesce((SELECT max(j.sequence_number) FROM ingest.journal j WHERE j.persistence_id = 'pipeline-' || s.session_id), 0) + 1,
  convert_to(
    jsonb_build_object(
      'session_id', s.session_id,
      'run', s.run,
      'reason', CASE s.ready_reason WHEN 'complete' THEN 1 WHEN 'quiet' THEN 2 ELSE 3 END,
      'takes', coalesce(
        (SELECT jsonb_agg(jsonb_build_object('session_id', t.session_id, 'camera_id', t.camera_id, 'take', t.take) ORDER BY t.received_at)
         FROM ingest.takes t WHERE t.session_id = s.session_id AND t.received_at <= s.ready_at),
        '[]'::jsonb),
      'retries', s.retries,
      'stages', coalesce(
        (SELECT jsonb_agg(
           jsonb_build_object(
             'stage', w.stage,
             'passed', w.status = 'done',
             'attempts', w.attempts,
             'result', w.result,
             'error', CASE WHEN w.status = 'failed' THEN coalesce(w.error, '') END,
             'started_at', w.started_at,
             'ended_at', w.ended_at)
           ORDER BY w.stage)
         FROM ingest.stages w WHERE w.session_id = s.session_id),
        '[]'::jsonb),
      'queued_at', coalesce(s.ready_at, s.created_at),
      'at', clock_timestamp())::text,
    'UTF8'),
  'pt',
  1701,
  'migration-6'
FROM ingest.sessions s WHERE s.run > 0;

-- From here on both tables only show to pages what histories say; nothing is decided on them.
ALTER TABLE ingest.stages
  DROP COLUMN run_after,
  DROP COLUMN lease_owner,
  DROP COLUMN lease_until,
  -- Names the attempt that runs.
  ADD COLUMN claim text;

ALTER TABLE ingest.sessions
  -- How many takes the run was queued with.
  ADD COLUMN run_takes integer NOT NULL DEFAULT 0,
  -- The number of the last event that is in this row and its stages.
  ADD COLUMN shown_nr bigint NOT NULL DEFAULT 0;

COMMENT ON COLUMN ingest.sessions.settled IS 'Nothing happens any more until a take comes or the operator acts.';

-- Which of several servers works on a session right now. A row whose time is over is anybody's.
CREATE TABLE ingest.session_leases (
  session_id  text PRIMARY KEY,
  -- Names one attempt at one stage.
  claim       text NOT NULL,
  lease_until timestamptz NOT NULL
);
