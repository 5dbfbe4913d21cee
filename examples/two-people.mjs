// Two people sign up, find each other and talk, live; then one loses the connection and misses nothing.
//
//   npm ci && node two-people.mjs [http://localhost:8000]
import { Conversation } from './conversation.mjs';

const url = process.argv[2] ?? 'http://localhost:8000';

async function call(method, path, { token, body } = {}) {
  const answer = await fetch(url + path, {
    method,
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: body && JSON.stringify(body),
  });
  const json = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${json.code}: ${json.detail}`);
  return json;
}

async function signUp(name) {
  const username = `${name}-${Date.now().toString(36)}`;
  const { id, access_token } = await call('POST', '/auth/register', {
    body: { username, email: `${username}@example.org`, password: 'correct horse', full_name: name },
  });
  return { id, username, name, token: access_token };
}

const ana = await signUp('Ana');
const ben = await signUp('Ben');
console.log(`${ana.username} (${ana.id}) and ${ben.username} (${ben.id}) signed up`);

// Ana finds Ben by his name and writes first; that opens their conversation.
const found = await call('GET', `/api/v1/users/search?query=${ben.username}`, { token: ana.token });
await call('POST', '/messages', { token: ana.token, body: { recipient_id: Number(found.users[0].user_id), content: 'Hello Ben!' } });
const list = await call('GET', '/api/conversations', { token: ben.token });
const { id, unreadCount, lastMessage } = list.data.conversations[0];
console.log(`Ben has a conversation with ${unreadCount} unread message: "${lastMessage.content}"`);

// Both open it. Ana over polling with upgrade, as browsers do; Ben over WebSocket only.
const show = (who) => (message) => console.log(`  ${who} sees #${message.seq} ${message.senderName}: ${message.content}`);
const anas = new Conversation({ url, token: ana.token, id, onMessage: show('Ana') });
const bens = new Conversation({ url, token: ben.token, id, onMessage: show('Ben'), options: { transports: ['websocket'] } });
anas.socket.on('dm:typing_start', () => console.log('  Ana sees: Ben is typing ...'));
anas.socket.on('dm:messages_read', ({ messageIds }) => console.log(`  Ana sees: Ben has read ${messageIds.length} message`));
for (const conversation of [anas, bens]) {
  conversation.socket.on('connect_error', (error) => { throw error; });
  while (conversation.lastSeq < 1) await new Promise((resolve) => setTimeout(resolve, 20));
}

bens.socket.emit('dm:typing_start', { conversationId: id });
await bens.send('Hello Ana! How are you?');
await anas.send('Fine. Can you read me?');
await bens.socket.emitWithAck('dm:mark_read', { conversationId: id, messageIds: [lastMessage.id] });

console.log("Ben's connection drops; Ana goes on writing ...");
bens.socket.io.engine.close();
await Promise.all([anas.send('Are you there?'), anas.send('Ben?')]);
await bens.send('Sorry, a tunnel. I am back and missed nothing.');
while (anas.lastSeq < 6 || bens.lastSeq < 6) await new Promise((resolve) => setTimeout(resolve, 20));

console.log(`Both hold ${anas.lastSeq} messages, numbered without gaps (Ben caught up ${bens.catchUps} times).`);
anas.close();
bens.close();
