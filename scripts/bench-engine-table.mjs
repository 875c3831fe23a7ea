// Lays the JSON of the engine benches side by side; a ratio above 1 means that the embedded engine is ahead.
import { readFileSync } from "node:fs";

const reports = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, "utf8")));
const measures = [...new Set(reports.flatMap((report) => report.rows.map((row) => row.measure)))];
const find = (engine, measure) =>
  reports.filter((report) => report.engine === engine).flatMap((report) => report.rows).find((row) => row.measure === measure);
const number = (value) => value.toLocaleString("en", { maximumFractionDigits: value < 100 ? 1 : 0 });

console.log("| measure | unit | embedded | Akka.NET | ratio |\n|---|---|---|---|---|");
for (const measure of measures) {
  const ours = find("embedded", measure);
  const theirs = find("akka", measure);
  const ratio = !theirs ? "" : ours.higher_is_better ? ours.median / theirs.median : theirs.median / ours.median;
  console.log(`| ${measure} | ${ours.unit} | ${number(ours.median)} | ${theirs ? number(theirs.median) : "-"} | ${ratio === "" ? "-" : Number.isFinite(ratio) ? number(ratio) : "allocates nothing"} |`);
}
