// Connects again and again with the stock client and prints how long it took, in milliseconds:  node connects.mjs ADDRESS TRANSPORTS WARM-UP COUNT
// TRANSPORTS is "default" (polling, then the upgrade, as a client does that is told nothing), or a transport alone.
import { io } from 'socket.io-client';

const [address, transports, warmUp, count] = process.argv.slice(2);
const options = { forceNew: true, reconnection: false, ...(transports === 'default' ? {} : { transports: [transports] }) };

async function once() {
  const start = performance.now();
  const socket = io(address, options);
  await new Promise((resolve, reject) => socket.on('connect', resolve).on('connect_error', reject));
  const connect = performance.now() - start;
  await socket.timeout(10_000).emitWithAck('echo', 'a message of the usual length');
  const ack = performance.now() - start;
  const { engine } = socket.io;
  const closed = new Promise((resolve) => engine.once('close', resolve));
  socket.disconnect();
  if (engine.readyState !== 'closed') await closed;
  return { connect, ack };
}

for (let i = 0; i < Number(warmUp); i++) await once();
const figures = { connect: [], ack: [] };
for (let i = 0; i < Number(count); i++) {
  const { connect, ack } = await once();
  figures.connect.push(connect);
  figures.ack.push(ack);
}
console.log(JSON.stringify(figures));
