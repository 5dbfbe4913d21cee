import pg from 'pg';

// Ids fit a JavaScript number here.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** A pool of ten connections, prepared statements, the server's default durability. */
export async function open(url) {
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  await pool.query(`
    CREATE TABLE IF NOT EXISTS users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, username text NOT NULL UNIQUE, email text NOT NULL UNIQUE, full_name text, password_hash text NOT NULL, is_active boolean NOT NULL DEFAULT true, created_at timestamptz NOT NULL DEFAULT now());
    CREATE TABLE IF NOT EXISTS messages (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, sender_id bigint NOT NULL REFERENCES users, recipient_id bigint NOT NULL REFERENCES users, content text NOT NULL, is_read boolean NOT NULL DEFAULT false, conversation_id text NOT NULL, parent_id bigint, created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
    CREATE INDEX IF NOT EXISTS messages_received ON messages (recipient_id, id);
    CREATE INDEX IF NOT EXISTS messages_unread ON messages (recipient_id) WHERE NOT is_read;`);
  const rows = async (name, text, ...values) => (await pool.query({ name, text, values })).rows;
  const one = async (...query) => (await rows(...query))[0];
  return {
    account: (id) => one('account', 'SELECT * FROM users WHERE id = $1', id),
    byName: (name) => one('by-name', 'SELECT * FROM users WHERE username = $1', name),
    register: (name, email, hash) => one('register', 'INSERT INTO users (username, email, password_hash) VALUES ($1, $2, $3) RETURNING *', name, email, hash),
    send: (from, to, content) => one('send', 'INSERT INTO messages (sender_id, recipient_id, content, conversation_id) VALUES ($1, $2, $3, $4) RETURNING *', from, to, content, `conv_${Math.min(from, to)}_${Math.max(from, to)}`),
    received: (id, skip, limit) => rows('received', 'SELECT * FROM (SELECT * FROM messages WHERE recipient_id = $1 ORDER BY id DESC LIMIT $2 OFFSET $3) latest ORDER BY id', id, limit, skip),
    unread: async (id) => (await one('unread', 'SELECT count(*) AS n FROM messages WHERE recipient_id = $1 AND NOT is_read', id)).n,
  };
}
