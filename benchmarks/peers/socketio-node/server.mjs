// The reference Socket.IO server with the events of `tests/Conformance/Host --bench`:  node server.mjs PORT
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const http = createServer((request, response) => response.end('ok'));
const io = new Server(http, { serveClient: false });
io.on('connection', (socket) => {
  socket.on('echo', (payload, ack) => ack(payload));
  socket.on('join', (room, ack) => { socket.join(room); ack(); });
  socket.on('say', ({ room, data }) => io.to(room).emit('said', data));
});
http.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'));
