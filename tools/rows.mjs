// Prints which rows of docs/requirements.tsv have a passing test, from the reports of the last complete ./test.
// usage: ./run rows [PREFIX]      e.g. ./run rows S1
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const prefix = process.argv[2] ?? "";
const reports = join(root, "TestResults");
if (!existsSync(reports)) {
  console.error("There are no reports yet: run ./test first.");
  process.exit(1);
}

// row -> { passed, failed, skipped } counts of the tests that name it
const results = new Map();
for (const file of readdirSync(reports).filter((name) => name.endsWith(".ctrf.json"))) {
  for (const test of JSON.parse(readFileSync(join(reports, file), "utf8")).results.tests) {
    for (const row of test.extra?.traits?.Requirement ?? []) {
      const counts = results.get(row) ?? { passed: 0, failed: 0, skipped: 0 };
      counts[test.status === "passed" ? "passed" : test.status === "failed" ? "failed" : "skipped"]++;
      results.set(row, counts);
    }
  }
}

const rows = readFileSync(join(root, "docs", "requirements.tsv"), "utf8").trim().split("\n").slice(1).map((line) => line.split("\t"));
const known = new Set(rows.map(([id]) => id));
const strangers = [...results.keys()].filter((id) => !known.has(id));

// A row counts only when every test that names it passed, and at least one did.
const state = (counts) => (!counts ? "-" : counts.failed ? "FAILED" : counts.passed ? "passed" : "skipped");
const totals = new Map();
for (const [id, requirement] of rows.filter(([id]) => id.startsWith(prefix))) {
  const counts = results.get(id);
  const group = id.split("-")[0];
  const total = totals.get(group) ?? { passed: 0, all: 0 };
  total.all++;
  if (state(counts) === "passed") total.passed++;
  totals.set(group, total);
  if (counts) console.log(`${state(counts).padEnd(8)}${id.padEnd(8)}${String(counts.passed).padStart(3)} tests  ${requirement.slice(0, 100)}`);
  else if (prefix) console.log(`${"-".padEnd(8)}${id.padEnd(8)}           ${requirement.slice(0, 100)}`);
}
for (const [group, total] of totals) console.log(`${group}: ${total.passed} of ${total.all} rows have passing tests`);
if (strangers.length) {
  console.error(`Tests name rows that docs/requirements.tsv does not have: ${strangers.join(", ")}`);
  process.exit(1);
}
