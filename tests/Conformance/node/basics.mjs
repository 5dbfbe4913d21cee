// node basics.mjs ADDRESS CLIENT TRANSPORTS: connect, auth, namespaces, events, acks both ways, binary both ways, UTF-8, middleware refusal, disconnect.
import assert from "node:assert/strict";
const [address, client, list] = process.argv.slice(2);
const { io } = await import(client);
const transports = list.split(",");
const open = (path, options = {}) => io(address + path, { transports, reconnection: false, forceNew: true, ...options });
const once = (emitter, event) => new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));
const ask = (socket, ...args) => new Promise((resolve) => socket.emit(...args, (...answer) => resolve(answer)));
const watchdog = setTimeout(() => { console.error("timed out"); process.exit(2); }, 30_000);

const socket = open("/", { auth: { token: "größe 😀" } });
socket.on("question", (n, bytes, answer) => answer(n + 1, Buffer.concat([bytes, Buffer.from([9])])));
assert.deepEqual(await once(socket, "auth"), [{ token: "größe 😀" }]);
assert.equal(socket.id.length, 20);

const args = [1, "größe 日本 😀", { nested: [true, null, 1.5] }, Buffer.from([1, 2, 3])];
const back = once(socket, "message-back");
socket.emit("message", ...args);
assert.deepEqual(await back, args);
assert.deepEqual(await ask(socket, "message-with-ack", ...args), args);
assert.deepEqual(await ask(socket, "message-with-ack"), []);
assert.deepEqual(await ask(socket, "ask-me", 41), [42, Buffer.from([7, 9])]);

const big = "x".repeat(200_000) + "😀";
assert.deepEqual(await ask(socket, "message-with-ack", big, Buffer.alloc(100_000, 1)), [big, Buffer.alloc(100_000, 1)]);
const many = await Promise.all(Array.from({ length: 200 }, (_, i) => ask(socket, "message-with-ack", i)));
assert.deepEqual(many, Array.from({ length: 200 }, (_, i) => [i]));

const custom = socket.io.socket("/custom");
assert.deepEqual(await once(custom, "auth"), [{}]);
assert.notEqual(custom.id, socket.id);
const unknown = socket.io.socket("/unknown");
assert.equal((await once(unknown, "connect_error"))[0].message, "Invalid namespace");
const refused = socket.io.socket("/refused");
const [error] = await once(refused, "connect_error");
assert.deepEqual([error.message, error.data], ["not you", { code: 7 }]);

if (transports.length > 1) {
  while (socket.io.engine.transport.name !== "websocket") await once(socket.io.engine, "upgrade");
  assert.deepEqual(await ask(socket, "message-with-ack", "upgraded"), ["upgraded"]);
}
assert.equal(socket.io.engine.transport.name, transports.at(-1));

const kicked = once(custom, "disconnect");
custom.emit("kick-me");
assert.equal((await kicked)[0], "io server disconnect");
assert.deepEqual(await ask(socket, "message-with-ack", "still here"), ["still here"]);
const left = once(socket, "disconnect");
socket.disconnect();
assert.equal((await left)[0], "io client disconnect");
clearTimeout(watchdog);
process.exit(0); // refused namespaces keep older clients waiting
