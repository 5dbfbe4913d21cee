// A small runner: checks stand one after the other, each has ten seconds, all are run, and the last line says how many held.
const checks = [];
export const check = (name, body) => checks.push({ name, body });
export const once = (emitter, event) => new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));
export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What comes next, in order, of an emitter's event: nothing that came meanwhile is lost. */
export function each(emitter, event) {
  const [came, waiting] = [[], []];
  emitter.on(event, (...args) => (waiting.length > 0 ? waiting.shift()(args) : came.push(args)));
  return () => (came.length > 0 ? Promise.resolve(came.shift()) : new Promise((resolve) => waiting.push(resolve)));
}

export async function runChecks() {
  let failed = 0;
  for (const { name, body } of checks) {
    let timer;
    const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error("nothing for ten seconds")), 10_000); });
    try {
      await Promise.race([body(), late]);
    } catch (error) {
      failed++;
      console.error(`not held: ${name}\n${error.stack}`);
    }
    clearTimeout(timer);
  }
  console.log(`${checks.length - failed} of ${checks.length} held`);
  process.exit(failed);
}
