// A real Socket.IO server with @socket.io/redis-adapter, and an emitter: node redis-peer.mjs REDIS PREFIX
// Reads one JSON command a line, {id, op, ...}, and answers {id, result} or {id, error}; tells of clients' and servers' events as {event, ...}.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { createAdapter } from "@socket.io/redis-adapter";
import { Emitter } from "@socket.io/redis-emitter";
import { createClient } from "redis";
import { Server } from "socket.io";

const [address, key] = process.argv.slice(2);
const publisher = createClient({ url: `redis://${address}` });
const subscriber = publisher.duplicate();
await Promise.all([publisher.connect(), subscriber.connect()]);

const say = (message) => console.log(JSON.stringify(message, (_, value) => value?.type === "Buffer" ? { bytes: value.data } : value));
const http = createServer();
const io = new Server(http, { adapter: createAdapter(publisher, subscriber, { key, requestsTimeout: 5000 }) });
const emitter = new Emitter(publisher, { key });
io.on("connection", (socket) => {
  socket.data.name = "on node";
  socket.on("join", (room, done) => { socket.join(room); done(); });
});
io.on("tell", (...args) => say({ event: "tell", args }));
io.on("add", (a, b, answer) => answer(a + b));

// {"bytes": [...]} in a command stands for a Buffer.
const revive = (_, value) => Array.isArray(value?.bytes) ? Buffer.from(value.bytes) : value;
const operators = { io, emitter };
const target = ({ by = "io", rooms = [], except = [], flags = [] }) => {
  let operator = operators[by];
  if (rooms.length) operator = operator.to(rooms);
  if (except.length) operator = operator.except(except);
  for (const flag of flags) operator = operator[flag];
  return operator;
};
const operations = {
  emit: (command) => void target(command).emit(...command.args),
  ask: async (command) => target(command).timeout(command.timeout).emitWithAck(...command.args),
  join: (command) => void target(command).socketsJoin(command.join),
  leave: (command) => void target(command).socketsLeave(command.leave),
  disconnect: (command) => void target(command).disconnectSockets(command.close),
  fetch: async (command) => (await target(command).fetchSockets()).map(({ id, handshake, rooms, data }) => ({ id, handshake, rooms: [...rooms], data })),
  tell: (command) => void operators[command.by ?? "io"].serverSideEmit(...command.args),
  askServers: (command) => io.serverSideEmitWithAck(...command.args),
  allRooms: async () => [...await io.of("/").adapter.allRooms()],
  sockets: async (command) => [...await io.of("/").adapter.sockets(new Set(command.rooms))],
  servers: () => io.of("/").adapter.serverCount(),
};

http.listen(0, "127.0.0.1", () => say({ port: http.address().port }));
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line, revive);
  Promise.resolve()
    .then(() => operations[command.op](command))
    .then((result) => say({ id: command.id, result: result ?? null }), (error) => say({ id: command.id, error: error.message, responses: error.responses }));
}
process.exit(0);
