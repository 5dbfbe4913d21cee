// Runs a scenario of the load generator with this tree's server and with that of an earlier commit, in turn, and prints the medians beside each other:
//   node benchmarks/beside.mjs COMMIT [--rounds 3] [--write 'SECTION'] -- requests --database sqlite --server-cpus 0 --generator-cpus 1 --seconds 4 --warm-up 6 --rounds 1 --peers bare
// The commit is checked out and built in a folder of its own beside the temporary files, and kept there for the next run. Both trees must know the scenario.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const words = process.argv.slice(2);
const at = words.indexOf('--');
const [own, scenario] = [words.slice(0, at), words.slice(at + 1)];
if (at < 1 || scenario.length === 0) {
  console.error("usage: node benchmarks/beside.mjs COMMIT [--rounds N] [--write 'SECTION'] -- SCENARIO [--name value ...]");
  process.exit(2);
}
const option = (name, otherwise) => (own.includes(name) ? own[own.indexOf(name) + 1] : otherwise);
const [commit, rounds, section] = [own[0], Number(option('--rounds', '3')), option('--write', null)];

const other = join(tmpdir(), `stoa-beside-${commit}`);
if (!existsSync(other)) execFileSync('git', ['-C', root, 'worktree', 'add', '--detach', other, commit], { stdio: 'inherit' });
const trees = [{ name: commit, folder: other, cells: new Map() }, { name: 'this tree', folder: root, cells: new Map() }];
for (const tree of trees) {
  execFileSync('dotnet', ['build', 'benchmarks/Load', '-c', 'Release', '-v', 'quiet', '-nologo'], { cwd: tree.folder, stdio: 'inherit' });
  execFileSync('dotnet', ['build', 'src/Stoa.Server', '-c', 'Release', '-v', 'quiet', '-nologo'], { cwd: tree.folder, stdio: 'inherit' });
}

let head = null;
for (let round = 1; round <= rounds; round++) {
  for (const tree of trees) {
    const ran = spawnSync('dotnet', ['benchmarks/Load/bin/Release/net10.0/Stoa.Load.dll', ...scenario], { cwd: tree.folder, encoding: 'utf8', maxBuffer: 1 << 26 });
    if (ran.status !== 0) throw new Error(`${tree.name}: ${ran.stdout}${ran.stderr}`);
    const table = ran.stdout.split('\n').filter((l) => l.startsWith('|')).map((l) => l.split('|').slice(1, -1).map((c) => c.trim()));
    head = table[0];
    const cpu = head.indexOf('server CPU s/1,000');
    const rate = head.findIndex((c) => c.endsWith('/s'));
    for (const row of table.slice(2).filter((r) => r[cpu] !== '' && !['bare', 'fastify', 'fastapi'].includes(r[2]))) {
      const key = row.slice(0, 3).join(', ');
      tree.cells.set(key, [...(tree.cells.get(key) ?? []), { cpu: Number(row[cpu]), rate: Number(row[rate].replaceAll(',', '')) }]);
    }
    console.error(`round ${round} of ${rounds}: ${tree.name}`);
  }
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const lines = [`| what | CPU s/1,000 of ${commit} | of this tree | ratio of medians | per second of ${commit} | of this tree |`, '| --- | ---: | ---: | ---: | ---: | ---: |'];
for (const [key, before] of trees[0].cells) {
  const now = trees[1].cells.get(key) ?? [];
  const all = (cells, of) => cells.map((c) => c[of]).join(', ');
  const ratio = (median(now.map((c) => c.cpu)) / median(before.map((c) => c.cpu))).toFixed(2);
  lines.push(`| ${key} | ${all(before, 'cpu')} | ${all(now, 'cpu')} | ${ratio} | ${all(before, 'rate')} | ${all(now, 'rate')} |`);
}
console.log(lines.join('\n'));
if (section) {
  const file = join(root, 'benchmarks/RESULTS.md');
  const typed = `node benchmarks/beside.mjs ${own.map((w) => (w.includes(' ') ? `'${w}'` : w)).join(' ')} -- ${scenario.join(' ')}`;
  const today = new Date().toISOString().slice(0, 16).replace('T', ' ');
  const text = readFileSync(file, 'utf8').replace(new RegExp(`\\n## ${section}\\n[^]*?(?=\\n## |$)`), '');
  writeFileSync(file, `${text.trimEnd()}\n\n## ${section}\n\n- date: ${today} UTC\n- command: \`${typed}\`\n\n${lines.join('\n')}\n`);
}
