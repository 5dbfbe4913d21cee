// node socket-client.mjs ADDRESS TRANSPORTS: what the stock Socket.IO client meets at the host's --clients.
// The host recovers connections: an event of the server has one more argument at its end.
import assert from "node:assert/strict";
import { io, Manager } from "socket.io-client";
import { check, each, once, pause, runChecks } from "./checks.mjs";

const [address, list] = process.argv.slice(2);
const transports = list.split(",");
const open = (path = "", options = {}) => io(address + path, { transports, forceNew: true, reconnectionDelay: 10, ...options });
const manage = (options = {}) => new Manager(address, { transports, reconnectionDelay: 10, ...options });
const ask = (socket, ...args) => new Promise((resolve) => socket.emit(...args, resolve));

/** Runs a check with a socket and closes it. */
const withSocket = (body, path, options) => async () => {
  const socket = open(path, options);
  await body(socket);
  socket.disconnect();
};

const answers = (event, ...args) => async (socket, answer) => {
  const came = once(socket, answer);
  socket.emit(event, ...args);
  return (await came)[0];
};

check("an event before the connection is answered after it", withSocket(async (socket) => answers("hi")(socket, "hi")));
check("two connections to the same path are two", async () => {
  const sockets = [open("/"), open("/")];
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  assert.notEqual(sockets[0].id, sockets[1].id);
  sockets.forEach((socket) => socket.disconnect());
});
check("the server asks and is answered", withSocket(async (socket) => {
  socket.on("ack", (...args) => args.at(-1)(5, { test: true }));
  await answers("ack")(socket, "got it");
}));
check("a date acknowledges", withSocket(async (socket) => {
  const date = await ask(socket, "getAckDate", { test: true });
  assert.equal(typeof date, "string");
  assert.ok(Math.abs(Date.parse(date) - Date.now()) < 60_000);
}));
check("dates arrive as texts", withSocket(async (socket) => {
  assert.equal(typeof (await answers("getDate")(socket, "takeDate")), "string");
  assert.equal(typeof (await answers("getDateObj")(socket, "takeDateObj")).date, "string");
}));
check("false arrives", withSocket(async (socket) => assert.equal(await answers("false")(socket, "false"), false)));
check("texts of several scripts arrive in order", withSocket(async (socket) => {
  const next = each(socket, "takeUtf8");
  socket.emit("getUtf8");
  for (const text of ["てすと", "Я Б Г Д Ж Й", "Ä ä Ü ü ß", "utf8 — string", "utf8 — string"]) assert.equal((await next())[0], text);
}));
check("half a character comes back as it was sent, with bytes too", withSocket(async (socket) => {
  for (const text of ["cut \ud83d", "\ude00", "whole 😀"]) {
    assert.equal(await ask(socket, "echo", text), text);
    assert.deepEqual(await ask(socket, "echo", { [text]: [text, Buffer.from([1])] }), { [text]: [text, Buffer.from([1])] });
  }
}));

check("bytes arrive", withSocket(async (socket) => {
  assert.deepEqual(await answers("doge")(socket, "doge"), Buffer.from("asdfasdf"));
  assert.deepEqual(await answers("getbin")(socket, "takebin"), Buffer.from("asdfasdf"));
}));
for (const [name, bytes] of [["a Buffer", Buffer.from("asdfasdf")], ["an ArrayBuffer", new Uint8Array([1, 2, 3]).buffer], ["a Uint8Array", new Uint8Array([4, 5])]]) {
  check(`${name} is bytes, alone, in an object and in order`, withSocket(async (socket) => {
    await answers("buffa", bytes)(socket, "buffack");
    await answers("jsonbuff", { hello: "lol", message: bytes, goodbye: "gotcha" })(socket, "jsonbuff-ack");
    socket.emit("abuff1", bytes);
    await answers("abuff2", "please arrive second")(socket, "abuff2-ack");
    await answers("blob", bytes)(socket, "back");
    await answers("jsonblob", { hello: "lol", message: bytes, goodbye: "gotcha" })(socket, "jsonblob-ack");
    socket.emit("blob1", bytes);
    socket.emit("blob2", "second");
    await answers("blob3", bytes)(socket, "blob3-ack");
  }));
  check(`${name} is bytes when it goes as base64`, withSocket(async (socket) => {
    for (let i = 0; i < 3; i++) await answers("buffa", bytes)(socket, "buffack");
    if (transports.length > 1 && socket.io.engine.transport.name === "polling") await once(socket.io.engine, "upgrade");
    await answers("buffa", bytes)(socket, "buffack");
  }, "", { forceBase64: true }));
}

check("a namespace is entered after another, over the same connection", async () => {
  const manager = manage();
  const socket = manager.socket("/");
  await once(socket, "connect");
  const foo = manager.socket("/foo");
  await once(foo, "connect");
  assert.notEqual(foo.id, socket.id);
  manager._close();
});
check("a namespace is entered after the connection was closed", async () => {
  const manager = manage();
  const socket = manager.socket("/");
  await once(socket, "connect");
  socket.disconnect();
  const foo = manager.socket("/foo");
  await once(foo, "connect");
  manager._close();
});
check("a namespace is entered while another is left", async () => {
  const manager = manage();
  const foo = manager.socket("/foo");
  await once(foo, "connect");
  const asd = manager.socket("/asd");
  const connected = once(asd, "connect");
  foo.disconnect();
  await connected;
  manager._close();
});
check("leaving one of two namespaces keeps the connection", async () => {
  const manager = manage();
  const [foo, asd] = [manager.socket("/foo"), manager.socket("/asd")];
  await Promise.all([once(foo, "connect"), once(asd, "connect")]);
  asd.on("disconnect", (reason) => assert.equal(reason, "io client disconnect"));
  foo.disconnect();
  await pause(200);
  assert.ok(asd.connected);
  const end = once(manager, "close");
  asd.disconnect();
  await end;
});

for (const path of ["", "/foo"]) {
  check(`the client knows the id the server has in ${path || "/"}`, withSocket(async (socket) => {
    assert.equal(await ask(socket, "getId"), socket.id);
    assert.notEqual(socket.id, socket.io.engine.id);
  }, path));
}
check("a connection that was closed comes back, without an event to go by as a new socket", withSocket(async (socket) => {
  await once(socket, "connect");
  const id = socket.id;
  const back = once(socket, "connect");
  socket.io.engine.close();
  await back;
  assert.deepEqual([socket.recovered, socket.id === id], [false, false]);
}));
check("a connection that was closed is recovered with its id", withSocket(async (socket) => {
  await answers("hi")(socket, "hi");
  const id = socket.id;
  const back = once(socket, "connect");
  socket.io.engine.close();
  await back;
  assert.deepEqual([socket.recovered, socket.id === id], [true, true]);
}));
check("a socket that left comes back by hand, then by itself", withSocket(async (socket) => {
  await once(socket, "connect");
  socket.disconnect();
  assert.equal(socket.id, undefined);
  socket.connect();
  await once(socket, "connect");
  const again = once(socket.io, "reconnect");
  socket.io.engine.close();
  await again;
}));
check("a socket that leaves and returns at once leaves once", withSocket(async (socket) => {
  let left = 0;
  socket.on("disconnect", () => left++);
  await once(socket, "connect");
  socket.disconnect().connect();
  await once(socket, "connect");
  assert.equal(left, 1);
}));
check("only the socket that did not leave comes back", async () => {
  const manager = manage();
  const [main, asd] = [manager.socket("/"), manager.socket("/asd")];
  await Promise.all([once(main, "connect"), once(asd, "connect")]);
  manager.once("reconnect_attempt", () => main.disconnect());
  const back = once(asd, "connect");
  manager.engine.close();
  await back;
  await pause(50);
  assert.equal(main.connected, false);
  manager._close();
});
check("a client without patience gives up before it is let in", async () => {
  const socket = open("", { timeout: 0, reconnection: false });
  assert.equal((await once(socket, "connect_error"))[0].message, "timeout");
  socket.disconnect();
});
check("an attempt that failed is made again as often as asked for", async () => {
  const manager = manage({ timeout: 0, reconnectionAttempts: 2 });
  let attempts = 0;
  manager.on("reconnect_attempt", () => attempts++);
  manager.socket("/timeout_socket");
  await once(manager, "reconnect_failed");
  assert.equal(attempts, 2);
  manager._close();
});

for (const [path, options, query] of [
  ["/", { query: { e: "f" } }, { e: "f" }],
  ["/?c=d", {}, { c: "d" }],
  ["/abc", { query: { a: "b" } }, { a: "b" }],
  ["/abc?b=c&d=e", {}, { b: "c", d: "e" }],
  ["/abc", { query: { "&a": "&=?a" } }, { "&a": "&=?a" }],
]) {
  check(`the query of ${path} with ${JSON.stringify(options)} arrives`, withSocket(async (socket) => {
    const handshake = path.startsWith("/abc") ? (await once(socket, "handshake"))[0] : await ask(socket, "getHandshake");
    for (const [key, value] of Object.entries(query)) assert.equal(handshake.query[key], value);
  }, path, options));
}
for (const auth of [{ a: "b", c: "d" }, (send) => send({ a: "b", c: "d" })]) {
  check(`auth that is ${typeof auth} arrives, and not in the query`, withSocket(async (socket) => {
    const [handshake] = await once(socket, "handshake");
    assert.deepEqual([handshake.auth, handshake.query.a], [{ a: "b", c: "d" }, undefined]);
  }, "/abc", { auth }));
}
check("auth with half a character arrives with the replacement character", withSocket(async (socket) => {
  assert.deepEqual((await once(socket, "handshake"))[0].auth, { token: "cut \ufffd" });
}, "/abc", { auth: { token: "cut \ud83d" } }));
for (const [path, options, message] of [
  ["/", { query: { fail: true } }, "Auth failed (main namespace)"],
  ["/no", {}, "Auth failed (custom namespace)"],
  ["/unknown", {}, "Invalid namespace"],
]) {
  check(`whoever is refused in ${path} is told, and the client does not try again`, withSocket(async (socket) => {
    let refusals = 0;
    socket.on("connect_error", (error) => {
      refusals++;
      assert.equal(error.message, message);
      socket.io.engine.close();
    });
    await once(socket, "connect_error");
    await pause(100);
    assert.equal(refusals, 1);
  }, path, options));
}

check("events are handled in order, those before the connection first", async () => {
  const socket = open("", { autoConnect: false });
  const order = [];
  const first = ask(socket, "echo", "first").then((text) => order.push(text));
  socket.on("connect", () => ask(socket, "echo", "second").then((text) => order.push(text)));
  socket.connect();
  await first;
  while (order.length < 2) await pause(5);
  assert.deepEqual(order, ["first", "second"]);
  socket.disconnect();
});
check("an acknowledgement can be awaited", withSocket(async (socket) => assert.equal(await socket.emitWithAck("echo", 123), 123)));
check("a volatile event is dropped before the connection and sent after it", async () => {
  const socket = open("", { autoConnect: false });
  socket.volatile.emit("getId", () => assert.fail("it was not dropped"));
  const kept = ask(socket, "getId");
  socket.connect();
  await kept;
  let answered = false;
  while (!answered) {
    socket.volatile.emit("getId", () => { answered = true; });
    await pause(50);
  }
  socket.disconnect();
});
check("an event that nobody acknowledges times out, one that is does not", withSocket(async (socket) => {
  await assert.rejects(socket.timeout(50).emitWithAck("unknown"));
  assert.equal(await socket.timeout(5_000).emitWithAck("echo", 42), 42);
  assert.deepEqual(await ask(socket, "echo", Buffer.from([1, 2])), Buffer.from([1, 2]));
}));
check("every event is seen by whoever listens to any", withSocket(async (socket) => {
  const seen = await new Promise((resolve) => socket.onAny((...args) => resolve(args)));
  assert.deepEqual([seen[0], typeof seen[1]], ["handshake", "object"]);
}, "/abc"));

check("packets that are retried keep their order", async () => {
  const socket = open("", { retries: 1, ackTimeout: 5_000 });
  const sent = [];
  socket.io.engine.on("packetCreate", ({ type, data }) => type === "message" && sent.push(data));
  const echoes = await Promise.all([1, 2, 3].map((n) => new Promise((resolve) => socket.emit("echo", n, (_, back) => resolve(back)))));
  assert.deepEqual([echoes, sent], [[1, 2, 3], ["0", '20["echo",1]', '21["echo",2]', '22["echo",3]']]);
  socket.disconnect();
});
check("a packet that nobody acknowledges arrives as often as it is retried", async () => {
  const socket = open("", { retries: 3, ackTimeout: 200 });
  let arrived = 0;
  socket.on("ack", () => arrived++);
  const error = await new Promise((resolve) => socket.emit("ack", resolve));
  assert.ok(error instanceof Error);
  assert.equal(arrived, 4);
  socket.disconnect();
});
check("the queue is kept while there is no connection", async () => {
  const socket = open("", { autoConnect: false, retries: 3, ackTimeout: 5_000 });
  const echo = new Promise((resolve) => socket.emit("echo", 1, (error, back) => resolve([error, back])));
  await pause(50);
  socket.connect();
  assert.deepEqual(await echo, [null, 1]);
  socket.disconnect();
});

await runChecks();
