// Says what failed in a report of a test program, so that it stands at the end of a run's output, where a build server keeps it.
// usage: node tools/failures.mjs REPORT.ctrf.json             prints each failed test with its reason
//        node tools/failures.mjs REPORT.ctrf.json --methods   prints their methods, a line each, as --filter-method takes them; nothing when one of
//                                                             them judges the whole run (trait WholeRun), since by itself it would judge nothing
//        node tools/failures.mjs REPORT.ctrf.json --dearest 10  prints the classes whose tests took longest, in seconds
import { readFileSync } from "node:fs";

const [report, wanted, count] = process.argv.slice(2);
const tests = JSON.parse(readFileSync(report, "utf8")).results.tests;
const failed = tests.filter((test) => test.status === "failed");

if (wanted === "--methods") {
  const judgesAll = failed.some((test) => test.extra.traits?.WholeRun);
  for (const method of judgesAll ? [] : new Set(failed.map((test) => `${test.extra.type}.${test.extra.method}`))) console.log(method);
} else if (wanted === "--dearest") {
  const seconds = new Map();
  for (const test of tests) seconds.set(test.extra.type, (seconds.get(test.extra.type) ?? 0) + test.duration / 1000);
  const dearest = [...seconds].sort((one, other) => other[1] - one[1]).slice(0, Number(count));
  console.log(dearest.map(([type, taken]) => `${type.split(".").at(-1)} ${taken.toFixed(0)}`).join(", "));
} else {
  for (const test of failed) {
    console.log(`FAILED ${test.name}`);
    const reason = `${test.message ?? ""}\n${test.trace ?? ""}`.trim().split("\n").slice(0, 12);
    for (const line of reason) console.log(`  ${line.slice(0, 400)}`);
  }
}
