import Database from 'better-sqlite3';

/** Durable as the server beside it: write-ahead log, synced at each commit. */
export async function open(url) {
  const db = new Database(url.slice('sqlite:'.length));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec(`
    CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, username TEXT NOT NULL UNIQUE, email TEXT NOT NULL UNIQUE, full_name TEXT, password_hash TEXT NOT NULL, is_active INTEGER NOT NULL DEFAULT 1, created_at TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY, sender_id INTEGER NOT NULL REFERENCES users, recipient_id INTEGER NOT NULL REFERENCES users, content TEXT NOT NULL, is_read INTEGER NOT NULL DEFAULT 0, conversation_id TEXT NOT NULL, parent_id INTEGER, created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS messages_received ON messages (recipient_id, id);
    CREATE INDEX IF NOT EXISTS messages_unread ON messages (recipient_id) WHERE is_read = 0;`);
  const account = db.prepare('SELECT * FROM users WHERE id = ?');
  const byName = db.prepare('SELECT * FROM users WHERE username = ?');
  const register = db.prepare('INSERT INTO users (username, email, password_hash, created_at) VALUES (?, ?, ?, ?) RETURNING *');
  const send = db.prepare('INSERT INTO messages (sender_id, recipient_id, content, conversation_id, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?) RETURNING *');
  const received = db.prepare('SELECT * FROM (SELECT * FROM messages WHERE recipient_id = ? ORDER BY id DESC LIMIT ? OFFSET ?) ORDER BY id');
  const unread = db.prepare('SELECT count(*) AS n FROM messages WHERE recipient_id = ? AND is_read = 0');
  return {
    account: (id) => account.get(id),
    byName: (name) => byName.get(name),
    register: (name, email, hash) => register.get(name, email, hash, new Date().toISOString()),
    send(from, to, content) {
      const now = new Date().toISOString();
      const { is_read, ...sent } = send.get(from, to, content, `conv_${Math.min(from, to)}_${Math.max(from, to)}`, now, now);
      return { ...sent, is_read: Boolean(is_read) };
    },
    received: (id, skip, limit) => received.all(id, limit, skip),
    unread: (id) => unread.get(id).n,
  };
}
