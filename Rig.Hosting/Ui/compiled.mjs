// For the tests of a page's pure parts: its modules, compiled into a folder of the test's own, so that no build has to come first.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

/**
 * @param testUrl The test's own import.meta.url; it lies in a folder beside the modules.
 * @returns A function that imports a module by its path without an extension.
 */
export function compiled(testUrl) {
  const ui = join(dirname(fileURLToPath(testUrl)), "..");
  const folder = mkdtempSync(join(tmpdir(), "rig-ui-"));
  after(() => rmSync(folder, { recursive: true }));
  const [sources, scripts] = [join(folder, "ts"), join(folder, "js")];
  mkdirSync(scripts);
  const isSource = (path) => !/\.(html|css|svg|mjs)$/.test(path);
  cpSync(ui, sources, { recursive: true, filter: isSource });
  cpSync(join(dirname(fileURLToPath(import.meta.url)), "shared"), join(sources, "shared"), { recursive: true, filter: isSource });
  writeFileSync(join(sources, "tsconfig.json"), JSON.stringify({ compilerOptions: { target: "ES2022", module: "ES2022", moduleResolution: "bundler", rootDir: "." }, include: ["**/*.ts"] }));
  writeFileSync(join(scripts, "package.json"), '{"type":"module"}');
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "-p", sources, "--outDir", scripts, "--noCheck"], { stdio: "inherit" });
  return (name) => import(pathToFileURL(join(scripts, `${name}.js`)));
}
