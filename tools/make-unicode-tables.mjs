// Writes the tables in src/Stoa.Core/Text from the Unicode data of this Node, because .NET without ICU normalizes nothing and knows no scripts.
// Run it again when a new version of Unicode matters:  node tools/make-unicode-tables.mjs
//
// canonical.txt, what NormalForm needs for NFC (Unicode Standard Annex 15):
//   C 00C1 0041 0301   the character is these two, and these two are composed to it
//   D 0958 0915 093C   the character is these, and is never composed
//   M 0300 230         a combining mark and its rank: marks of different rank after one letter change places, those of one rank do not
//
// scripts.txt, for names (Unicode Technical Standard 39): first and last character of a range, and its script; what is in no range belongs to a script not listed.
import { writeFileSync } from 'node:fs';

const hex = (text) => [...text].map((c) => c.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')).join(' ');
const all = [];
for (let cp = 0x80; cp <= 0x10FFFF; cp++) {
  if ((cp < 0xD800 || cp > 0xDFFF) && !(cp >= 0xAC00 && cp <= 0xD7A3)) all.push(String.fromCodePoint(cp));
}

const lines = [];
for (const c of all) {
  const whole = [...c.normalize('NFD')];
  if (whole.length === 1 && whole[0] === c) continue;
  if (c.normalize('NFC') !== c) {
    lines.push(`D ${hex(c)} ${hex(whole.join(''))}`);
    continue;
  }
  const first = whole.slice(0, -1).join('').normalize('NFC');
  lines.push([...first].length === 1 ? `C ${hex(c)} ${hex(first)} ${hex(whole.at(-1))}` : `D ${hex(c)} ${hex(whole.join(''))}`);
}

// A mark's rank is not told, but seen: two marks of different rank are put in order, two of one rank stay. One of each rank found so far stands for it.
const marks = all.filter((c) => /\p{M}/u.test(c) && c.normalize('NFD') === c);
const swaps = (x, y) => ('a' + x + y).normalize('NFD') === 'a' + y + x && x !== y;
const moves = (m) => swaps('\u0301', m) || swaps(m, '\u0301') || swaps('\u0323', m) || swaps(m, '\u0323');
const groups = [];
for (const m of marks.filter(moves)) {
  const known = groups.find((g) => !swaps(g[0], m) && !swaps(m, g[0]));
  if (known) known.push(m);
  else groups.push([m]);
}
groups.sort((g, h) => (swaps(g[0], h[0]) ? 1 : -1));
groups.forEach((g, i) => g.forEach((m) => lines.push(`M ${hex(m)} ${i + 1}`)));
writeFileSync(new URL('../src/Stoa.Core/Text/canonical.txt', import.meta.url), lines.join('\n') + '\n');

const names = ('Common Inherited Latin Greek Cyrillic Armenian Hebrew Arabic Syriac Thaana Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Thai Lao '
  + 'Tibetan Myanmar Georgian Hangul Ethiopic Cherokee Canadian_Aboriginal Khmer Mongolian Hiragana Katakana Bopomofo Han').split(' ');
const tests = names.map((name) => [name, new RegExp(`^\\p{Script=${name}}$`, 'u')]);
const scriptOf = (cp) => (cp >= 0xD800 && cp <= 0xDFFF ? undefined : tests.find(([, is]) => is.test(String.fromCodePoint(cp)))?.[0]);
const ranges = [];
for (let cp = 0; cp <= 0x323AF; cp++) {
  const script = scriptOf(cp);
  const last = ranges.at(-1);
  if (script && last && last[2] === script && last[1] === cp - 1) last[1] = cp;
  else if (script) ranges.push([cp, cp, script]);
}
writeFileSync(new URL('../src/Stoa.Core/Text/scripts.txt', import.meta.url), ranges.map(([a, b, s]) => `${a.toString(16).toUpperCase()} ${b.toString(16).toUpperCase()} ${s}`).join('\n') + '\n');
console.log(`${ranges.length} ranges of scripts`);
console.log(`${lines.length} lines, Unicode ${process.versions.unicode}, ${groups.length} ranks`);
