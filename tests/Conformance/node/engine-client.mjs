// node engine-client.mjs ADDRESS: what the stock Engine.IO client meets at the host's --clients, over each transport.
import assert from "node:assert/strict";
import { Socket } from "engine.io-client";
import { check, each, once, pause, runChecks } from "./checks.mjs";

const address = process.argv[2];
const TooLarge = "a".repeat(101);
const Bytes = Buffer.from([0, 1, 2, 3, 4]);

/** Opened, greeted and, when both transports are given, upgraded. */
async function opened(options = {}, upgrades = (options.transports ?? ["polling", "websocket"]).length > 1) {
  const socket = new Socket(address, options);
  const next = each(socket, "message");
  const upgraded = upgrades ? once(socket, "upgrade") : undefined;
  await once(socket, "open");
  assert.deepEqual(await next(), ["hi"]);
  await upgraded;
  return { socket, next: async () => (await next())[0] };
}

async function closed(socket) {
  const end = once(socket, "close");
  socket.close();
  return end;
}

for (const [name, options] of [["default", {}], ["polling", { transports: ["polling"] }], ["websocket", { transports: ["websocket"] }]]) {
  check(`texts come back over ${name}`, async () => {
    const { socket, next } = await opened(options);
    for (const text of ["cash money €€€", "\u{10000}-\u{EFFFF}-\u{F0000}-\u{10FFFF}\uE000-\uF8FF", "b", "1"]) {
      socket.send(text);
      assert.equal(await next(), text);
    }
    await closed(socket);
  });

  for (const forceBase64 of [false, true]) {
    check(`bytes and texts come back in order over ${name}, forceBase64 ${forceBase64}`, async () => {
      const { socket, next } = await opened({ ...options, forceBase64 });
      socket.send(Bytes);
      socket.send("cash money €€€");
      socket.send(Buffer.alloc(0));
      assert.deepEqual(await next(), Bytes);
      assert.equal(await next(), "cash money €€€");
      assert.deepEqual(await next(), Buffer.alloc(0));
      await closed(socket);
    });

    check(`bytes arrive as an ArrayBuffer over ${name}, forceBase64 ${forceBase64}`, async () => {
      const { socket, next } = await opened({ ...options, forceBase64 });
      socket.binaryType = "arraybuffer";
      socket.send(new Int8Array(Bytes));
      const back = await next();
      assert.ok(back instanceof ArrayBuffer);
      assert.deepEqual(Buffer.from(back), Bytes);
      await closed(socket);
    });
  }

  check(`the server speaks first over ${name}`, async () => {
    const { socket, next } = await opened(options);
    socket.send("give binary");
    assert.deepEqual(await next(), Bytes);
    socket.send("give utf8");
    assert.equal(await next(), "пойду спать всем спокойной ночи");
    await closed(socket);
  });

  check(`a client that answers pings stays over ${name}`, async () => {
    const { socket, next } = await opened(options);
    for (let i = 0; i < 3; i++) await once(socket, "ping");
    socket.send("still here");
    assert.equal(await next(), "still here");
    assert.deepEqual(await closed(socket), ["forced close", undefined]);
  });
}

check("packets are merged up to the largest payload", async () => {
  const { socket, next } = await opened({ transports: ["polling"] });
  const texts = ["a".repeat(99), "b".repeat(30), "c".repeat(30), "d".repeat(35), "€".repeat(33), "f".repeat(99)];
  texts.forEach((text) => socket.send(text));
  for (const text of texts) assert.equal(await next(), text);
  await closed(socket);
});

check("bytes are merged up to the largest payload", async () => {
  const { socket, next } = await opened({ transports: ["polling"] });
  const messages = [Buffer.alloc(72, 1), Buffer.alloc(20, 2), "a".repeat(20), Buffer.alloc(20, 3), Buffer.alloc(72, 4)];
  messages.forEach((message) => socket.send(message));
  for (const message of messages) assert.deepEqual(await next(), message);
  await closed(socket);
});

check("a payload that is too large is 413 over polling", async () => {
  const { socket } = await opened({ transports: ["polling"] });
  const [failed, end] = [once(socket, "error"), once(socket, "close")];
  socket.send(TooLarge);
  socket.send("b");
  const [error] = await failed;
  assert.deepEqual([error.type, error.description, error.message, error.context.responseText], ["TransportError", 413, "xhr post error", ""]);
  assert.equal((await end)[0], "transport error");
});

check("a payload that is too large is 1009 over websocket", async () => {
  const { socket } = await opened({ transports: ["websocket"] });
  const end = once(socket, "close");
  socket.send(TooLarge);
  const [reason, details] = await end;
  assert.deepEqual([reason, details.description, details.context.code, details.context.reason], ["transport close", "websocket connection closed", 1009, ""]);
});

check("an unknown session is told over polling", async () => {
  const socket = new Socket(address, { transports: ["polling"], query: { sid: "abc" } });
  const end = once(socket, "close");
  // The client empties the answer when it closes, which is right after this event.
  const failed = new Promise((resolve) => socket.once("error", (error) => resolve([error.message, error.description, error.context.responseText])));
  assert.deepEqual(await failed, ["xhr poll error", 400, '{"code":1,"message":"Session ID unknown"}']);
  assert.equal((await end)[0], "transport error");
});

check("an unknown session is told over websocket", async () => {
  const socket = new Socket(address, { transports: ["websocket"], query: { sid: "abc" } });
  const end = once(socket, "close");
  const [error] = await once(socket, "error");
  assert.deepEqual([error.type, error.message], ["TransportError", "websocket error"]);
  assert.equal((await end)[0], "transport error");
});

for (const [first, second] of [["websocket", "polling"], ["polling", "websocket"]]) {
  check(`a client that is refused over ${first} tries ${second}`, async () => {
    const socket = new Socket(address, { transports: [first, second], transportOptions: { [first]: { query: { deny: 1 } } }, tryAllTransports: true });
    await once(socket, "open");
    assert.equal(socket.transport.name, second);
    await closed(socket);
  });
}

check("a client that is refused and tries nothing else is told", async () => {
  const socket = new Socket(address, { transportOptions: { polling: { query: { deny: 1 } } } });
  assert.equal((await once(socket, "error"))[0].message, "xhr poll error");
});

check("an upgrade is remembered", async () => {
  const { socket } = await opened();
  await closed(socket);
  const second = new Socket(address, { rememberUpgrade: true });
  assert.equal(second.transport.name, "websocket");
  await once(second, "open");
  await closed(second);
});

check("a close during the upgrade waits for it, and what was sent before is not lost", async () => {
  const socket = new Socket(address);
  let upgraded = false;
  socket.on("upgrade", () => { upgraded = true; });
  await once(socket, "upgrading");
  socket.send("last words");
  const end = once(socket, "close");
  socket.close();
  await end;
  assert.deepEqual([upgraded, socket.writeBuffer.length], [true, 0]);
});

check("a close during an upgrade that fails closes", async () => {
  const socket = new Socket(address);
  const failed = once(socket, "upgradeError");
  await once(socket, "upgrading");
  const end = once(socket, "close");
  socket.close();
  socket.transport.onError("upgrade error");
  await Promise.all([failed, end]);
});

check("nothing is sent after a close", async () => {
  const { socket } = await opened({}, false);
  socket.on("packetCreate", () => assert.fail("a packet"));
  socket.close();
  socket.send("too late");
  await pause(200);
});

for (const withCredentials of [true, false]) {
  check(`cookies of the handshake come back only with credentials: ${withCredentials}`, async () => {
    const { socket, next } = await opened({ transports: ["polling"], withCredentials });
    await pause(10);
    socket.send("sendHeaders");
    assert.equal(JSON.parse(await next()).cookie, withCredentials ? "1=1; 2=2" : undefined);
    await closed(socket);
  });
}

await runChecks();
