// node reconnect.mjs ADDRESS CLIENT TRANSPORTS: the connection is cut; the client comes back, recovered, with what it missed. Clients of version 3 know no
// recovery: they come back as somebody new.
import assert from "node:assert/strict";
const [address, client, list] = process.argv.slice(2);
const { io } = await import(client);
const recovers = client === "socket.io-client";
const transports = list.split(",");
const once = (emitter, event) => new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));
const upgraded = async () => {
  while (socket.io.engine.transport.name !== transports.at(-1)) await once(socket.io.engine, "upgrade");
};
const watchdog = setTimeout(() => { console.error("timed out"); process.exit(2); }, 30_000);

const socket = io(address, { transports, reconnectionDelay: 100, reconnectionDelayMax: 100 });
await once(socket, "connect");
assert.equal(socket.recovered, recovers ? false : undefined);
await upgraded();
const id = socket.id;
const seen = [];
socket.on("n", (n) => seen.push(n));
const first = once(socket, "n");
socket.emit("count", 1);
await first;
const lost = once(socket, "disconnect");
const again = once(socket, "connect");
socket.emit("count-when-i-am-gone", 2);
setTimeout(() => socket.io.engine.close(), 20);
await lost;
await again;
assert.equal(socket.recovered, recovers ? true : undefined);
assert.equal(socket.id === id, recovers);
await upgraded();
const third = once(socket, "done");
socket.emit("count", 4);
socket.emit("done");
await third;
assert.deepEqual(seen, recovers ? [1, 2, 3, 4] : [1, 4]);
socket.disconnect();
clearTimeout(watchdog);
process.exit(0);
