import assert from 'node:assert/strict';
import test from 'node:test';
import { compiled } from '../../../Rig.Hosting/Ui/compiled.mjs';

const { aimOf, pageOf, checklist, formatElapsed, formatMinutes, formatOffset, freshness } = await compiled(import.meta.url)('model');

const camera = (id, position, more = {}) => ({
  camera_id: id, camera_position: position, online: true, status: 'online', base_url: `http://${id}:8080`, ready: true, report_age_ms: 100, problems: [],
  recording: null, offset_ms: 0.4, confidence: 'excellent', is_master: position === 'center', recording_minutes: 180, free_gb: 40, temperature_c: 51,
  battery_percent: null, offload: { pending_count: 0, pending_bytes: 0, confirmed_count: 0 }, last_problem: null, last_problem_at: null, ...more,
});
const rig = (cameras, more = {}) => ({ timestamp: '', age_ms: 0, coordinator_reachable: true, session: null, disagreements: [], cameras, ...more });
const three = (left = {}, center = {}, right = {}) => [camera('CAM_L', 'left', left), camera('CAM_C', 'center', center), camera('CAM_R', 'right', right)];
const taking = (more = {}) => ({ status: 'recording', recording: { session_id: 'S', recording_id: 'S_CAM_L', duration_sec: 65, frames: 1, dropped_frames: 0, size_bytes: 1, ...more } });

test('three ready cameras offer one start', () => {
  const page = pageOf(rig(three()), 'CAM_L', null);
  assert.deepEqual([page.headline, page.action, page.actionLabel, page.tone], ['Ready', 'start', 'Start', 'good']);
});

test('a missing camera is named, and the others can still start', () => {
  const page = pageOf(rig(three({}, {}, { online: false, status: 'unknown', ready: false })), 'CAM_L', null);
  assert.equal(page.actionLabel, 'Start with 2');
  assert.match(page.detail, /Right will not record/);
  assert.equal(page.cards[2].tone, 'bad');
});

test('without a ready camera there is nothing to press', () => {
  const page = pageOf(rig(three({ ready: false, status: 'error' }, { ready: false, status: 'error' }, { ready: false, status: 'error' })), 'CAM_L', null);
  assert.equal(page.action, 'none');
  assert.ok(page.blocked);
});

test('a camera that does not record while others do is the odd one out', () => {
  const page = pageOf(rig(three(taking(), taking(), {})), 'CAM_L', null);
  assert.equal(page.action, 'stop');
  assert.equal(page.tone, 'bad');
  assert.match(page.detail, /2 of 3/);
  assert.deepEqual([page.cards[2].state, page.cards[2].tone], ['Not recording', 'bad']);
});

test('the elapsed time is the longest running camera’s', () => {
  const page = pageOf(rig(three(taking(), taking({ duration_sec: 64.2 }), taking())), 'CAM_L', null);
  assert.equal(page.elapsedSec, 65);
});

test('a camera with far less room is marked', () => {
  const page = pageOf(rig(three({ recording_minutes: 40 })), 'CAM_L', null);
  assert.equal(page.cards[0].stats.find((s) => s.label === 'Room for').odd, true);
  assert.equal(page.cards[1].stats.find((s) => s.label === 'Room for').odd, false);
});

test('lost pictures are marked', () => {
  const page = pageOf(rig(three(taking({ dropped_frames: 3 }), taking(), taking())), 'CAM_L', null);
  assert.deepEqual(page.cards[0].stats.find((s) => s.label === 'Lost'), { label: 'Lost', value: '3', odd: true });
  assert.match(page.cards[0].note, /^It lost 3 of 4 frames \(75 %\)/);
  assert.equal(page.cards[1].note, null);
});

test('the newest problem of any camera is the one told', () => {
  const page = pageOf(rig(three(
    { last_problem: 'old', last_problem_at: '2026-01-01T10:00:00Z' }, { last_problem: 'new', last_problem_at: '2026-01-01T11:00:00Z' })), 'CAM_L', null);
  assert.equal(page.lastProblem.text, 'Centre: new');
});

test('every picture comes by the node that this phone is paired with', () => {
  const page = pageOf(rig(three()), 'CAM_C', null);
  assert.deepEqual(page.cards.map((c) => c.pictureUrl), ['/preview/CAM_L/snapshot', '/preview/snapshot', '/preview/CAM_R/snapshot']);
});

test('an order that is under way cannot be given twice', () => {
  assert.equal(pageOf(rig(three()), 'CAM_L', 'start').action, 'starting');
  assert.equal(pageOf(rig(three(taking(), taking(), taking())), 'CAM_L', 'stop').action, 'stopping');
});

test('times and sizes read as a person says them', () => {
  assert.deepEqual([0, 65, 3723].map(formatElapsed), ['0:00', '1:05', '1:02:03']);
  assert.deepEqual([44.9, 200, 700, 9999].map(formatMinutes).map((t) => t.replaceAll('\u00a0', ' ')), ['44 min', '3 h 20', '11 h', '100 h +']);
  assert.equal(formatOffset(-0.42, 'excellent', false), '0.4 ms');
  assert.equal(formatOffset(2500, 'poor', false), '2.5 s');
  assert.equal(formatOffset(0.1, 'unknown', false), 'unknown');
});

test('old data says how old it is', () => {
  assert.equal(freshness(500).text, 'Live');
  assert.equal(freshness(7000).tone, 'warn');
  assert.equal(freshness(60000).text, 'No connection, 60 s old');
  assert.equal(freshness(180000).text, 'No connection, 3 min old');
});

test('the checklist has one line a topic and says each thing once', () => {
  const groups = checklist({
    passed: false,
    checks: [
      { name: 'all_cameras_discovered', camera_id: null, passed: false, level: 'refuse', message: 'Missing: CAM_R.' },
      { name: 'online', camera_id: 'CAM_R', passed: false, level: 'refuse', message: 'CAM_R is not there.' },
      { name: 'storage', camera_id: 'CAM_L', passed: false, level: 'warn', message: 'Only 50 minutes fit.' },
      { name: 'battery', camera_id: 'CAM_L', passed: true, level: 'ok', message: 'There is power.' },
    ],
  });
  assert.deepEqual(groups.find((g) => g.title === 'All cameras there'), { title: 'All cameras there', tone: 'bad', messages: ['Right is not there.'] });
  assert.deepEqual(groups.find((g) => g.title === 'Room on the disks'), { title: 'Room on the disks', tone: 'warn', messages: ['Left: Only 50 minutes fit.'] });
  assert.equal(groups.find((g) => g.title === 'Power').tone, 'good');
});

test('somebody who aims a camera is told at most two things, and when to let go', () => {
  const framing = (more) => ({ status: 'partial', message: 'm', guidance: [], assist_running: true, confirmed: false, ...more });
  assert.deepEqual(aimOf(framing({ guidance: ['CAM_L is low.', 'b', 'c'] })), { tone: 'warn', lines: ['Left is low.', 'b'] });
  assert.deepEqual(aimOf(framing({ status: 'no_field' })), { tone: 'bad', lines: ['m'] });
  assert.deepEqual(aimOf(framing({ status: 'good' })).lines, ['Good. Hold it so.']);
  assert.equal(aimOf(framing({ status: 'excellent', confirmed: true })).tone, 'good');
});
