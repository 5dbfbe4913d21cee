// Two people exchange 1,000 messages while each one's connections are cut ten times. Prints what each of them holds.
// usage: node thousand-messages.mjs URL TOKEN_A TOKEN_B CONVERSATION TRANSPORTS(comma separated)
import { Conversation } from '../../../examples/conversation.mjs';
import { cuttingProxy } from './cutting-proxy.mjs';

const [url, tokenA, tokenB, id, transports] = process.argv.slice(2);
const perPerson = 500;
const cutsEach = 10;
const inFlight = 4;

async function person(name, token, firstCut) {
  const proxy = await cuttingProxy(url);
  const seen = [];
  const conversation = new Conversation({
    url: proxy.url, token, id,
    options: { transports: transports.split(',') },
    onMessage(message) {
      seen.push(message);
      if (proxy.cuts < cutsEach && message.seq >= firstCut + proxy.cuts * 95) proxy.cut();
    },
  });
  const transportsSeen = new Set();
  conversation.socket.on('connect', () => {
    transportsSeen.add(conversation.socket.io.engine.transport.name);
    conversation.socket.io.engine.on('upgrade', (transport) => transportsSeen.add(transport.name));
  });
  let next = 0;
  const write = async () => { while (next < perPerson) await conversation.send(`${name} ${next++}`); };
  const writing = Promise.all(Array.from({ length: inFlight }, write));
  return { proxy, seen, conversation, writing, transportsSeen };
}

const people = [await person('ana', tokenA, 20), await person('ben', tokenB, 60)];
await Promise.all(people.map((p) => p.writing));

// Whoever still lacks something reads on, as after every connect.
const deadline = Date.now() + 20_000;
while (people.some((p) => p.conversation.lastSeq < 2 * perPerson + 1) && Date.now() < deadline) {
  await Promise.all(people.map((p) => p.conversation.catchUp().catch(() => {})));
  await new Promise((resolve) => setTimeout(resolve, 50));
}

console.log(JSON.stringify(people.map((p) => ({
  seqs: p.seen.map((m) => m.seq),
  contents: p.seen.map((m) => m.content),
  cuts: p.proxy.cuts,
  catchUps: p.conversation.catchUps,
  transports: [...p.transportsSeen],
}))));
people.forEach((p) => (p.conversation.close(), p.proxy.close()));
process.exit(0);
