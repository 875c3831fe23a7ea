import assert from 'node:assert/strict';
import test from 'node:test';
import { compiled } from '../../../Rig.Hosting/Ui/compiled.mjs';

const { auditLine, daysAgo, isPrivate, isWhole, phoneName, phonesOf, pinIn, spaced } = await compiled(import.meta.url)('access');

test('a scanned address carries the PIN in its fragment and nothing else is taken for one', () => {
  assert.deepEqual(['#pin=01234567', '#pin=1234', '#pin=12345678x', '', '#top'].map(pinIn), ['01234567', null, null, null, null]);
});

test('digits are grouped as they are typed, and more than eight are not taken', () => {
  assert.deepEqual(['', '12', '12345', '1234 5678', '1234-56789'].map(spaced), ['', '12', '1234 5', '1234 5678', '1234 5678']);
  assert.deepEqual(['1234 567', '1234 5678'].map(isWhole), [false, true]);
});

test('a phone is called what it is', () => {
  assert.equal(phoneName('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)'), 'iPhone');
  assert.equal(phoneName('Mozilla/5.0 (Linux; Android 14; Pixel 8) Mobile Safari'), 'Android phone');
  assert.equal(phoneName('curl'), 'Phone');
});

test('times are told by days', () => {
  const now = new Date('2026-09-12T12:00:00Z');
  assert.deepEqual(['2026-09-12T08:00:00Z', '2026-09-11T12:00:00Z', '2026-09-01T12:00:00Z', '2026-03-01T12:00:00Z'].map((t) => daysAgo(t, now)),
    ['today', 'yesterday', '11 days ago', '1 Mar 2026']);
});

test('an owner can change every phone but the own', () => {
  const device = (more) => ({ id: 'a', name: 'iPhone', role: 'operator', paired_at: '', last_seen: '2026-09-12T08:00:00Z', is_you: false, ...more });
  const rows = phonesOf([device({ role: 'owner', is_you: true }), device(), device({ role: 'owner' })], new Date('2026-09-12T12:00:00Z'));
  assert.deepEqual(rows.map((row) => row.change?.label ?? null), [null, 'Make owner', 'Only films']);
  assert.equal(rows[0].name, 'iPhone (this phone)');
  assert.equal(rows[1].said, 'Films, seen today');
});

test('an audit line says who, what, and from what to what', () => {
  assert.equal(auditLine({ at: '', who: 'Ann', role: 'owner', what: 'changed guards.clock', before: 'refuse', after: 'ignore' }), 'Ann changed guards.clock: refuse → ignore');
  assert.equal(auditLine({ at: '', who: 'Ann', role: 'owner', what: 'deleted Final_CAM_L', before: null, after: null }), 'Ann deleted Final_CAM_L');
});

test('a page is private when it is encrypted or does not leave the machine', () => {
  const at = (url) => isPrivate(new URL(url));
  assert.deepEqual(['https://192.168.1.102:8080', 'http://127.0.0.12:8080', 'http://localhost:8080', 'http://[::1]:8080'].map(at), [true, true, true, true]);
  assert.deepEqual(['http://192.168.1.102:8080', 'http://cam-c.local', 'http://127.evil.example', 'http://[fd00::2]'].map(at), [false, false, false, false]);
});
