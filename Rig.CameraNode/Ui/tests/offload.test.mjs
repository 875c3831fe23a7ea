import assert from 'node:assert/strict';
import test from 'node:test';
import { compiled } from '../../../Rig.Hosting/Ui/compiled.mjs';

const { transfersOf, formatTimeLeft } = await compiled(import.meta.url)('offload');

const job = (more = {}) => ({
  job_id: 'j', session_id: 'Final', take: 1, status: 'pending', attempts: 0, error: null, size_bytes: 20e9, sent_bytes: 0, bytes_per_second: 0, seconds_left: null, ...more,
});
const status = (jobs, more = {}) => ({ paused: false, waits_for_recording: false, remaining_bytes: 12e9, seconds_left: null, jobs, ...more });

test('nothing is said while nothing is to send', () => {
  assert.deepEqual(transfersOf(status([job({ status: 'completed' })])), { summary: null, rows: [], canRetry: false });
});

test('a running transfer says how far, how fast and how long', () => {
  const shown = transfersOf(status([job({ status: 'uploading', sent_bytes: 5e9, bytes_per_second: 50e6, seconds_left: 300 })], { seconds_left: 240 }));
  assert.equal(shown.summary, '12 GB to send, 4 min left.');
  assert.deepEqual(shown.rows, [{ name: 'Final', said: '5.0 GB of 20 GB, 50 MB/s, 5 min left', tone: 'good', percent: 25 }]);
});

test('a recording comes first, and a pause is said', () => {
  assert.match(transfersOf(status([job()], { waits_for_recording: true })).summary, /when the recording ends/);
  assert.match(transfersOf(status([job()], { paused: true })).summary, /paused/);
});

test('a failed one tells why and can be tried again; one that waits says so', () => {
  const shown = transfersOf(status([job({ status: 'failed', error: 'Disk full.' }), job({ take: 2, attempts: 2, error: 'No answer.' })]));
  assert.equal(shown.canRetry, true);
  assert.deepEqual([shown.rows[0].said, shown.rows[0].tone], ['Disk full.', 'bad']);
  assert.deepEqual([shown.rows[1].name, shown.rows[1].said], ['Final, take 2', 'Tried 2 times, and tried again soon. No answer.']);
});

test('when all failed the summary counts them', () => {
  assert.equal(transfersOf(status([job({ status: 'failed' }), job({ status: 'failed' })])).summary, '2 recordings were not sent.');
});

test('times left are rounded up to what a person says', () => {
  assert.deepEqual([0, 59.2, 61, 3600, 3900].map(formatTimeLeft), ['1 s', '1 min', '2 min', '1 h 0 min', '1 h 5 min']);
});
