// Opens the official admin UI (npm's @socket.io/admin-ui, the page as it is published) in Chromium, signs in, and reads what it shows.
//   node admin-ui.mjs PAGE SERVER PROFILE SOCKET ROOM EVENT   ends with 0 when the views name this socket, its room and the event it sends
import { spawn } from 'node:child_process';
import WebSocket from 'ws';

const [page, server, profile, socketId, room, event] = process.argv.slice(2);
const chromium = spawn('chromium', ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1', '--window-size=1600,1200', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'],
{ stdio: ['ignore', 'ignore', 'pipe'] });

const debuggerUrl = await new Promise((resolve, reject) => {
  let text = '';
  chromium.stderr.on('data', (data) => {
    text += data;
    const found = /DevTools listening on (ws:\S+)/.exec(text);
    if (found) resolve(found[1]);
  });
  chromium.on('exit', (code) => reject(new Error(`chromium ended with ${code}: ${text}`)));
});

const socket = new WebSocket(debuggerUrl);
await new Promise((resolve) => socket.on('open', resolve));
const waiting = new Map();
let lastId = 0;
socket.on('message', (data) => {
  const { id, result, error } = JSON.parse(data);
  if (id !== undefined) error ? waiting.get(id).reject(new Error(error.message)) : waiting.get(id).resolve(result);
});
const send = (method, params = {}, sessionId) => new Promise((resolve, reject) => {
  waiting.set(++lastId, { resolve, reject });
  socket.send(JSON.stringify({ id: lastId, method, params, sessionId }));
});
const { targetId } = await send('Target.createTarget', { url: page });
const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
const evaluate = async (expression) => {
  const { result, exceptionDetails } = await send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true }, sessionId);
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value;
};
const until = async (what, expression) => {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const found = await evaluate(expression);
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}; the page shows: ${await evaluate('document.body.innerText')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
const shows = (what, ...texts) => until(what, `(() => { const text = document.body?.innerText ?? ''; return ${JSON.stringify(texts)}.every((t) => text.toLowerCase().includes(t.toLowerCase())) && text; })()`);
const type = (label, text) => evaluate(`(() => {
  const field = [...document.querySelectorAll('.v-text-field')].find((f) => f.querySelector('label')?.innerText.startsWith(${JSON.stringify(label)})).querySelector('input');
  field.value = ${JSON.stringify(text)};
  field.dispatchEvent(new Event('input'));
})()`);
const visit = (view) => evaluate(`location.hash = ${JSON.stringify(`#/${view}/`)}`);

try {
  await until('the form', 'document.querySelectorAll(".v-text-field input").length >= 3');
  await type('Server URL', server);
  await type('Username', 'root');
  await type('Password', 'secret');
  await evaluate(`[...document.querySelectorAll('button')].find((b) => /^connect$/i.test(b.innerText.trim())).click()`);
  await shows('the dashboard', 'Connected', '/admin');
  await visit('sockets');
  await shows('the sockets', socketId);
  await visit('rooms');
  await shows('the rooms', room);
  await visit('events');
  await shows('the events', 'Event received', event);
} finally {
  chromium.removeAllListeners('exit');
  const ended = new Promise((resolve) => chromium.on('exit', resolve));
  chromium.kill();
  await ended;
}
process.exit(0);
