// Plays a list of steps over sockets and prints every answer and event. Each test writes its own steps, as JSON, in argument 2:
//   {do:"connect", as:"ana", token, expect:["connected"]}  {do:"emit", as, event, payload}  {do:"send", as, event, payload} (no acknowledgement)
//   {do:"lose", as} breaks the connection without a word, {do:"reopen", as, token} comes back, perhaps as somebody else: {recovered}. {do:"signal", path} makes a file, {do:"wait", path} waits for one
//   {do:"await", as, event, with} takes the first of its name not taken yet, of which these members are so: a desk hears of everybody's. {do:"close", as}
//   connect and http take a url of their own (another server), {do:"http", method, path, token, body}
import { existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
const { io } = createRequire(new URL('../../../examples/package.json', import.meta.url))('socket.io-client');

const [url, stepsJson] = process.argv.slice(2);
const sockets = {};
const events = {};
const results = [];

const until = async (what, condition) => {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const found = condition();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}; seen: ${JSON.stringify(events)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

for (const step of JSON.parse(stepsJson)) {
  let result = null;
  if (step.do === 'connect') {
    events[step.as] = [];
    const socket = io(step.url ?? url, { forceNew: true, reconnection: false, ...(step.token !== undefined && { auth: { token: step.token } }), ...step.options });
    sockets[step.as] = socket;
    for (const name of ['connect', 'connect_error', 'disconnect']) {
      socket.on(name, (arg) => events[step.as].push({ event: name, payload: name === 'connect_error' ? { message: arg.message, data: arg.data } : arg ?? null }));
    }
    socket.onAny((event, payload) => events[step.as].push({ event, payload }));
    result = await until('connection', () => events[step.as].find((e) => e.event === 'connect' || e.event === 'connect_error'));
  } else if (step.do === 'emit') {
    result = await sockets[step.as].timeout(10_000).emitWithAck(step.event, step.payload);
  } else if (step.do === 'send') {
    sockets[step.as].emit(step.event, step.payload);
  } else if (step.do === 'await') {
    const isMeant = (e) => e.event === step.event && !e.taken && Object.entries(step.with ?? {}).every(([key, value]) => e.payload?.[key] === value);
    result = await until(`${step.event} at ${step.as}`, () => events[step.as].find(isMeant));
    result.taken = true;
    result = result.payload;
  } else if (step.do === 'events') {
    result = events[step.as].map((e) => e.event);
  } else if (step.do === 'lose') {
    sockets[step.as].io.engine.close();
    await until('loss', () => (sockets[step.as].connected ? undefined : true));
  } else if (step.do === 'reopen') {
    if (step.token !== undefined) sockets[step.as].auth = { token: step.token };
    sockets[step.as].connect();
    await until('coming back', () => (sockets[step.as].connected ? true : undefined));
    result = { recovered: sockets[step.as].recovered };
  } else if (step.do === 'signal') {
    writeFileSync(step.path, '');
  } else if (step.do === 'wait') {
    for (const deadline = Date.now() + 60_000; !existsSync(step.path);) {
      if (Date.now() > deadline) throw new Error(`waited in vain for ${step.path}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } else if (step.do === 'close') {
    sockets[step.as].disconnect();
  } else if (step.do === 'http') {
    const answer = await fetch((step.url ?? url).replace(/\/$/, '') + step.path, {
      method: step.method, headers: { 'content-type': 'application/json', authorization: `Bearer ${step.token}` }, body: step.body && JSON.stringify(step.body),
    });
    result = { status: answer.status };
  }
  results.push(result);
}
console.log(JSON.stringify(results));
process.exit(0);
