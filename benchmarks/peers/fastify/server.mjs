// A plain mailbox on Fastify:  node server.mjs PORT DATABASE     DATABASE: sqlite:FILE or a postgres:// URL.  BCRYPT_ROUNDS (4)
import fastify from 'fastify';
import jwt from '@fastify/jwt';
import bcrypt from 'bcrypt';

const [port, database] = process.argv.slice(2);
const rounds = Number(process.env.BCRYPT_ROUNDS ?? 4);
const { open } = database.startsWith('sqlite:') ? await import('./sqlite.mjs') : await import('./postgres.mjs');
const store = await open(database);

const app = fastify();
await app.register(jwt, { secret: 'a secret of the benchmark, 32 bytes or more', sign: { algorithm: 'HS256', expiresIn: '1h' } });

// The account is read for every request, so that a disabled one is out at once.
const signedIn = async (request, reply) => {
  await request.jwtVerify();
  request.account = await store.account(Number(request.user.sub));
  if (!request.account?.is_active) return reply.code(401).send({ detail: 'Not authenticated' });
};
const open1 = (account) => ({ id: account.id, username: account.username, email: account.email, full_name: account.full_name, is_active: true, is_superuser: false, created_at: account.created_at });
const token = (account) => app.jwt.sign({ sub: String(account.id) });
const paged = { querystring: { type: 'object', properties: { skip: { type: 'integer', minimum: 0, default: 0 }, limit: { type: 'integer', minimum: 1, maximum: 100, default: 50 } } } };
const credentials = (...needed) => ({ body: { type: 'object', required: needed, properties: { username: { type: 'string' }, email: { type: 'string' }, password: { type: 'string' } } } });

app.post('/auth/register', { schema: credentials('username', 'email', 'password') }, async (request, reply) => {
  const { username, email, password } = request.body;
  const account = await store.register(username, email, await bcrypt.hash(password, rounds));
  return reply.code(201).send({ ...open1(account), access_token: token(account), token_type: 'bearer' });
});

app.post('/auth/login', { schema: credentials('username', 'password') }, async (request, reply) => {
  const account = await store.byName(request.body.username);
  if (!account || !await bcrypt.compare(request.body.password, account.password_hash)) return reply.code(401).send({ detail: 'Incorrect username or password' });
  return { ...open1(account), access_token: token(account), token_type: 'bearer' };
});

app.get('/auth/me', { onRequest: signedIn }, async (request) => open1(request.account));

app.post('/messages', {
  onRequest: signedIn,
  schema: { body: { type: 'object', required: ['recipient_id', 'content'], properties: { recipient_id: { type: 'integer' }, content: { type: 'string', maxLength: 10000 } } } },
}, async (request, reply) => {
  const { recipient_id: to, content } = request.body;
  if (!await store.account(to)) return reply.code(404).send({ detail: 'Recipient not found' });
  return reply.code(201).send(await store.send(request.account.id, to, content));
});

app.get('/messages/received', { onRequest: signedIn, schema: paged }, async (request) =>
  (await store.received(request.account.id, request.query.skip, request.query.limit)).map((m) => ({ ...m, is_read: Boolean(m.is_read) })));

app.get('/messages/unread/count', { onRequest: signedIn }, async (request) => ({ unread_count: await store.unread(request.account.id) }));

app.get('/health', async () => ({ status: 'ok' }));

await app.listen({ port: Number(port), host: '127.0.0.1' });
