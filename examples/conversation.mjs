// One conversation on the client's side, by the recipe of docs/realtime.md: nothing is lost, doubled or out of order,
// whatever happens to the connection.
//
//   1. A socket event is a hint, the record is the truth. Messages are numbered 1, 2, 3 ... (`seq`) without gaps.
//   2. After every connect: join, then read `?after=<last number seen>` until `hasMore` is false. The same when a number is skipped.
//   3. A message is sent with a client id of our own and sent again until it is acknowledged; the server stores it once.
import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';

export class Conversation {
  /** Numbers 1..lastSeq have been delivered to onMessage, in order, each once. */
  lastSeq = 0;
  /** How often messages had to be read from the record because an event was missed. */
  catchUps = 0;
  #ahead = new Map();
  #catchingUp = null;

  /**
   * @param url   where clients connect
   * @param token access token
   * @param id    the conversation's id
   * @param onMessage called with each message, in the order of its number
   * @param options   passed to socket.io-client (e.g. { transports: ['websocket'] })
   */
  constructor({ url, token, id, onMessage = () => {}, options = {} }) {
    Object.assign(this, { url, token, id, onMessage });
    this.socket = io(url, { auth: { token }, forceNew: true, reconnectionDelay: 50, reconnectionDelayMax: 500, ...options });
    this.socket.on('connect', () => this.#connected().catch(() => {}));
    this.socket.on('dm:message_received', (message) => this.#accept(message));
  }

  /** Sends a message and returns it as stored. Repeats the same client id until the server has answered. */
  async send(content) {
    const clientMessageId = randomUUID();
    for (;;) {
      try {
        const answer = await this.socket.timeout(2000).emitWithAck('dm:send_message', { conversationId: this.id, content, clientMessageId });
        if (answer.success) return answer.data;
        throw Object.assign(new Error(answer.message), { refusal: answer.code });
      } catch (error) {
        if (error.refusal) throw error;
        await this.#untilConnected();
      }
    }
  }

  /** Reads from the record what was missed. Calls at the same time share one reading. */
  catchUp() {
    this.#catchingUp ??= this.#readOn().finally(() => (this.#catchingUp = null));
    return this.#catchingUp;
  }

  close() {
    this.socket.disconnect();
  }

  async #connected() {
    await this.socket.timeout(5000).emitWithAck('dm:join_conversation', { conversationId: this.id });
    await this.catchUp();
  }

  async #readOn() {
    this.catchUps++;
    for (let more = true; more; ) {
      const answer = await fetch(`${this.url}/api/conversations/${this.id}/messages?after=${this.lastSeq}&limit=200`, {
        headers: { authorization: `Bearer ${this.token}` },
      });
      if (!answer.ok) throw new Error(`catching up failed: ${answer.status}`);
      const { data } = await answer.json();
      data.messages.forEach((message) => this.#accept(message));
      more = data.hasMore;
    }
  }

  #accept(message) {
    if (message.seq <= this.lastSeq) return;
    this.#ahead.set(message.seq, message);
    for (let next; (next = this.#ahead.get(this.lastSeq + 1)); ) {
      this.#ahead.delete(next.seq);
      this.lastSeq = next.seq;
      this.onMessage(next);
    }
    // A skipped number: something was missed.
    if (this.#ahead.size > 0) this.catchUp().catch(() => {});
  }

  #untilConnected() {
    if (this.socket.connected) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, 1000);
      this.socket.once('connect', () => (clearTimeout(timer), resolve()));
    });
  }
}
