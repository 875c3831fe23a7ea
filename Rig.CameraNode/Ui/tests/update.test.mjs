import assert from 'node:assert/strict';
import test from 'node:test';
import { compiled } from '../../../Rig.Hosting/Ui/compiled.mjs';

const { saidOf, lineOf } = await compiled(import.meta.url)('update');

const offer = (more = {}) => ({ available: false, current_version: '1.0.0', latest_version: null, download_size_mb: null, refused: null, ...more });
const attempt = (more = {}) => ({ version: '2.0.0', previous_version: '1.0.0', attempted_at: '2026-11-30T12:00:00Z', installed_at: null, success: true, error: null, kind: 'update', ...more });

test('a verified release can be installed', () => {
  const said = saidOf(offer({ available: true, latest_version: '2.0.0', download_size_mb: 41.2 }));
  assert.equal(said.version, '2.0.0');
  assert.match(said.text, /42 MB/);
});

test('a release that is not trusted says why and cannot be installed', () => {
  const said = saidOf(offer({ latest_version: '2.0.0', refused: 'The release is not trusted.' }));
  assert.deepEqual([said.version, said.tone], [null, 'bad']);
  assert.match(said.text, /not trusted/);
});

test('nothing newer is said so', () => assert.equal(saidOf(offer({ latest_version: '1.0.0' })).text, '1.0.0 is the newest version.'));

test('the history names updates, steps back and what came back by itself', () => {
  assert.match(lineOf(attempt()).text, /: from 1\.0\.0 to 2\.0\.0\.$/);
  assert.match(lineOf(attempt({ kind: 'rollback', version: '1.0.0', previous_version: '2.0.0' })).text, /: back from 2\.0\.0 to 1\.0\.0\.$/);
  assert.deepEqual(lineOf(attempt({ success: false, error: 'No room.' })).tone, 'bad');
  assert.match(lineOf(attempt({ kind: 'automatic_rollback', error: 'It was given up.' })).text, /It was given up\.$/);
});
