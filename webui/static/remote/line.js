// The socket to the relay, of either side: what comes in and goes out keeps its order, and a line that was lost
// is tried again in growing pauses (docs/remote-protocol.md, 2).
import { inOrder } from "./handshake.js";
import { PATH, ProtocolError, SUBPROTOCOL } from "./protocol.js";

const RESTART = 1012;
const TOO_MANY = 4429;
const PAUSES = [1, 2, 4, 8, 15, 30]; // seconds
const CROWDED_SECONDS = 30;
const TRYING_SECONDS = 15;
const MOST_WAITING_BYTES = 4 * 1024 * 1024; // in the browser's own buffer

// One connection. `parse` reads the relay's texts; `on` has welcome(news), news(news) and frame(bytes), which may
// be asynchronous: the next one waits for it. `closed` settles with the close code.
export class Line {
  #socket;
  #heard = inOrder();
  #said = inOrder();

  constructor(relay, hello, parse, on) {
    this.#socket = new WebSocket(`${relay.replace(/\/$/, "")}${PATH}`, SUBPROTOCOL);
    this.#socket.binaryType = "arraybuffer";
    const giveUp = setTimeout(() => this.#socket.close(), TRYING_SECONDS * 1000);
    let isIn = false;
    const take = async (data) => {
      if (typeof data !== "string") {
        if (isIn) await on.frame(new Uint8Array(data));
        return;
      }
      const news = parse(data);
      if ((news.type === "welcome") === isIn) throw new ProtocolError("a welcome comes first, and once");
      clearTimeout(giveUp);
      if (isIn) await on.news(news);
      else await on.welcome(news);
      isIn = true;
    };
    this.#socket.onopen = () => this.#socket.send(JSON.stringify(hello));
    this.#socket.onmessage = ({ data }) => {
      this.#heard(() => take(data)).catch((error) => {
        if (!(error instanceof ProtocolError)) console.error(error);
        this.close();
      });
    };
    this.closed = new Promise((over) => {
      this.#socket.onclose = ({ code }) => {
        clearTimeout(giveUp);
        this.#heard(() => over(code)); // after what came before
      };
    });
  }

  get isOpen() {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  // Whether the browser still holds more than it should of what was sent.
  get isFull() {
    return this.#socket.bufferedAmount > MOST_WAITING_BYTES / 8;
  }

  tell(message) {
    this.#said(() => this.isOpen && this.#socket.send(JSON.stringify(message)));
  }

  // `make` gives the frame, or null for none; it is called when all that was said before has gone out.
  send(make) {
    return this.#said(async () => {
      const frame = await make();
      if (!frame || !this.isOpen) return;
      if (this.#socket.bufferedAmount > MOST_WAITING_BYTES) this.close();
      else this.#socket.send(frame);
    });
  }

  close() {
    this.#socket.close();
  }
}

// Keep a line until `isOver`: `open` makes one anew (or throws: `Final` for good), `away(seconds)` is told while
// there is none. `wasIn` says whether the last one had been let in, and settles it. Resolves with the close code
// that `isFinal`, or undefined when it is over.
export const keep = async ({ open, isFinal, isOver, away }) => {
  let tries = 0;
  while (!isOver()) {
    const { code, wasIn } = await open();
    if (isOver()) return undefined;
    if (isFinal(code)) return code;
    if (wasIn) tries = 0;
    const seconds = code === TOO_MANY ? CROWDED_SECONDS : PAUSES[Math.min(tries, PAUSES.length - 1)];
    tries += code === RESTART ? 0 : 1;
    await away(seconds);
  }
  return undefined;
};
