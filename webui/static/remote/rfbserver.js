// The server's side of RFB 3.8 (RFC 6143) for one viewer of a screen that a browser shares: what it was told, and
// what it answers. Pictures go as JPEG and PNG, which browsers make: encodings 7 (Tight) and -260 (TightPNG).
import { ProtocolError, join, u32, utf8, viewOf } from "./protocol.js";

const VERSION = utf8("RFB 003.008\n");
const TIGHT = 7;
const TIGHT_PNG = -260;
const DESKTOP_SIZE = -223;
const FENCE = -312;
const CONTINUOUS_UPDATES = -313;
const REQUEST = 0x80000000;
const BLOCK_BEFORE = 1;
const KNOWN_FLAGS = 0b111;
const QUALITIES = [15, 29, 41, 42, 62, 77, 79, 86, 92, 100]; // what its ten levels have come to mean
const MOST_ENCODINGS = 256;
const MOST_SCREENS = 32;
const MOST_PAYLOAD = 64;
// 32 bits, red first, as noVNC draws; nothing is ever sent as pixels.
const FORMAT = Uint8Array.of(32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0);

const u16 = (...numbers) => {
  const bytes = new Uint8Array(2 * numbers.length);
  numbers.forEach((number, at) => viewOf(bytes).setUint16(2 * at, number));
  return bytes;
};
const fence = (flags, payload) => join(Uint8Array.of(248, 0, 0, 0), u32(flags >>> 0), Uint8Array.of(payload.length), payload);
// A length as Tight writes it: seven bits a byte, the last has eight.
const compact = (length) => {
  if (length < 0x80) return Uint8Array.of(length);
  if (length < 0x4000) return Uint8Array.of((length & 0x7f) | 0x80, length >> 7);
  return Uint8Array.of((length & 0x7f) | 0x80, ((length >> 7) & 0x7f) | 0x80, length >> 14);
};

export class RfbServer {
  isGoing = false; // the viewer knows the screen's size and waits
  wantsAll = false; // it has asked for everything anew
  #size;
  #name;
  #say;
  #rest = new Uint8Array();
  #stage = 0;
  #encodings = new Set();
  #isContinuous = false;
  #isRequested = false;
  #isResized = false;
  #sent = 0;
  #seen = 0;

  // `say(bytes)` sends the stream's next bytes.
  constructor({ width, height }, name, say) {
    this.#size = { width, height };
    this.#name = utf8(name);
    this.#say = say;
    say(VERSION);
  }

  get quality() {
    const level = QUALITIES.findLastIndex((_, at) => this.#encodings.has(at - 32));
    return (QUALITIES[level] ?? 79) / 100;
  }
  get readsPng() {
    return this.#encodings.has(TIGHT_PNG);
  }
  // Whether an update may be sent: it is welcome, and not too many are on their way.
  get isReady() {
    const hasRoom = !this.#encodings.has(FENCE) || this.#sent - this.#seen < 2;
    return this.isGoing && this.#encodings.has(TIGHT) && (this.#isContinuous || this.#isRequested) && hasRoom;
  }

  resize({ width, height }) {
    if (width === this.#size.width && height === this.#size.height) return;
    this.#size = { width, height };
    this.#isResized = this.isGoing;
    this.wantsAll = true;
  }

  // One update of `parts`: { x, y, width, height, isPng, bytes }.
  update(parts) {
    const rects = parts.map(({ x, y, width, height, isPng, bytes }) => {
      const head = join(u16(x, y, width, height), u32((isPng ? TIGHT_PNG : TIGHT) >>> 0));
      return join(head, Uint8Array.of(isPng ? 0xa0 : 0x90), compact(bytes.length), bytes);
    });
    if (this.#isResized) {
      const { width, height } = this.#size;
      rects.unshift(join(u16(0, 0, width, height), u32(DESKTOP_SIZE >>> 0)));
    }
    if (!rects.length) return;
    this.#isResized = this.#isRequested = false;
    this.#say(join(Uint8Array.of(0, 0), u16(rects.length), ...rects));
    if (!this.#encodings.has(FENCE)) return;
    this.#sent += 1;
    this.#say(fence(REQUEST | BLOCK_BEFORE, u32(this.#sent)));
  }

  // What the viewer sent. ProtocolError when it does not keep to RFB.
  receive(bytes) {
    this.#rest = join(this.#rest, bytes);
    for (let size = this.#lengthOfNext(); size && size <= this.#rest.length; size = this.#lengthOfNext()) {
      const message = this.#rest.slice(0, size);
      this.#rest = this.#rest.slice(size);
      if (this.#stage < 3) this.#greet(message);
      else this.#take(message);
    }
  }

  // 0: its head is not there yet.
  #lengthOfNext() {
    if (!this.#rest.length) return 0;
    if (this.#stage < 3) return [VERSION.length, 1, 1][this.#stage];
    const view = viewOf(this.#rest);
    const counted = (head, each, most, count) => {
      if (this.#rest.length < head) return 0;
      if (count() > most) throw new ProtocolError("a message with too many parts");
      return head + each * count();
    };
    switch (this.#rest[0]) {
      case 0:
        return 20;
      case 2:
        return counted(4, 4, MOST_ENCODINGS, () => view.getUint16(2));
      case 3:
      case 150:
        return 10;
      case 248:
        return counted(9, 1, MOST_PAYLOAD, () => this.#rest[8]);
      case 251:
        return counted(8, 16, MOST_SCREENS, () => this.#rest[6]);
      default:
        throw new ProtocolError("a message that has no place here");
    }
  }

  #greet(message) {
    this.#stage += 1;
    if (this.#stage === 1) {
      if (!message.every((byte, at) => byte === VERSION[at])) throw new ProtocolError("another version than 3.8");
      this.#say(Uint8Array.of(1, 1)); // one kind of security: none
    } else if (this.#stage === 2) {
      if (message[0] !== 1) throw new ProtocolError("a kind of security that was not offered");
      this.#say(new Uint8Array(4));
    } else {
      this.#say(join(u16(this.#size.width, this.#size.height), FORMAT, u32(this.#name.length), this.#name));
      this.isGoing = true;
    }
  }

  #take(message) {
    const view = viewOf(message);
    switch (message[0]) {
      case 2:
        this.#setEncodings(message);
        break;
      case 3:
        this.#isRequested = true;
        this.wantsAll ||= message[1] === 0;
        break;
      case 150:
        this.#isContinuous = message[1] === 1;
        if (!this.#isContinuous) this.#say(Uint8Array.of(150));
        break;
      case 248: {
        const [flags, payload] = [view.getUint32(4), message.subarray(9)];
        if (flags & REQUEST) this.#say(fence(flags & KNOWN_FLAGS, payload));
        else if (payload.length === 4) this.#seen = Math.min(this.#sent, Math.max(this.#seen, viewOf(payload).getUint32(0)));
        break;
      }
      default: // formats mean nothing to pictures, and the screen's size is the customer's
    }
  }

  #setEncodings(message) {
    const view = viewOf(message);
    const had = this.#encodings;
    this.#encodings = new Set(Array.from({ length: view.getUint16(2) }, (_, at) => view.getInt32(4 + 4 * at)));
    const isNew = (encoding) => this.#encodings.has(encoding) && !had.has(encoding);
    if (isNew(CONTINUOUS_UPDATES)) this.#say(Uint8Array.of(150)); // it may switch them on
    if (isNew(FENCE)) this.#say(fence(REQUEST | BLOCK_BEFORE, new Uint8Array())); // it may use them
  }
}
