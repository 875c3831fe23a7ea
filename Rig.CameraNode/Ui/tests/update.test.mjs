import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test from 'node:test';

const ts = createRequire(import.meta.url)('typescript');
const compile = (name) => ts.transpileModule(readFileSync(new URL(`../${name}.ts`, import.meta.url), 'utf8'), { compilerOptions: { target: 'ES2022', module: 'ES2022' } }).outputText;
const url = (script) => `data:text/javascript;base64,${Buffer.from(script).toString('base64')}`;
const { saidOf, lineOf } = await import(url(compile('update').replace('./model.js', url(compile('model'))).replace('./api.js', url(compile('api')))));

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
