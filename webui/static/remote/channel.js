// What noVNC takes for its WebSocket: its messages go out as frames of the screen or of the input, by their type,
// and what comes on the screen's channel goes in. Nothing of the input leaves while `mayControl` is false.
import { Channel, ProtocolError, join, viewOf } from "./protocol.js";

const VERSION_BYTES = 12;
const Type = Object.freeze({
  SET_PIXEL_FORMAT: 0,
  SET_ENCODINGS: 2,
  UPDATE_REQUEST: 3,
  KEY: 4,
  POINTER: 5,
  CUT_TEXT: 6,
  CONTINUOUS_UPDATES: 150,
  FENCE: 248,
  XVP: 250,
  SET_DESKTOP_SIZE: 251,
  QEMU: 255,
});
const MORE_BUTTONS = 0x80;

// How long the message at `at` is; more than there is when its head is not whole yet.
const lengthOf = (bytes, at) => {
  const view = viewOf(bytes);
  const has = (count) => bytes.length - at >= count;
  switch (bytes[at]) {
    case Type.SET_PIXEL_FORMAT:
      return 20;
    case Type.SET_ENCODINGS:
      return has(4) ? 4 + 4 * view.getUint16(at + 2) : 4;
    case Type.UPDATE_REQUEST:
    case Type.CONTINUOUS_UPDATES:
      return 10;
    case Type.KEY:
    case Type.CUT_TEXT: // with its text, see below
      return has(8) && bytes[at] === Type.CUT_TEXT ? 8 + Math.abs(view.getInt32(at + 4)) : 8;
    case Type.POINTER:
      return has(2) && bytes[at + 1] & MORE_BUTTONS ? 7 : 6;
    case Type.FENCE:
      return has(9) ? 9 + bytes[at + 8] : 9;
    case Type.XVP:
      return 4;
    case Type.SET_DESKTOP_SIZE:
      return has(8) ? 8 + 16 * bytes[at + 6] : 8;
    case Type.QEMU:
      return 12;
    default:
      throw new ProtocolError(`noVNC said ${bytes[at]}, which nobody here knows`);
  }
};

export class ScreenChannel {
  // What noVNC looks for.
  binaryType = "arraybuffer";
  protocol = "";
  readyState = WebSocket.OPEN;
  onopen = null;
  onmessage = null;
  onclose = null;
  onerror = null;

  mayControl = false;
  byPlace = false; // keys by their place on the keyboard (scancodes) alone, not by their character (keysyms)
  received = 0; // bytes

  #say;
  #rest = new Uint8Array();
  #greetings = [VERSION_BYTES, 1, 1];
  #down = new Map(); // "keysym" or "place" and number: the message that lets it go
  #pointer = null;

  // `say(channel, body)` seals and sends.
  constructor(say) {
    this.#say = say;
  }

  // noVNC sends.
  send(bytes) {
    this.#rest = join(this.#rest, bytes);
    const parts = { screen: [], input: [] };
    for (let message = this.#next(); message; message = this.#next()) this.#sort(message, parts);
    if (parts.screen.length) this.#say(Channel.SCREEN, join(...parts.screen));
    if (parts.input.length) this.#say(Channel.INPUT, join(...parts.input));
  }

  // A body of the screen's channel has come.
  receive(body) {
    this.received += body.length;
    this.onmessage?.({ data: body });
  }

  // As a WebSocket says it: afterwards, and once.
  close() {
    if (this.readyState === WebSocket.CLOSED) return;
    this.readyState = WebSocket.CLOSED;
    setTimeout(() => this.onclose?.({ code: 1000, reason: "" }));
  }

  // Let go of every key and button that is down over there.
  release() {
    const letGo = [...this.#down.values()];
    this.#down.clear();
    if (this.#pointer?.buttons) {
      const message = this.#pointer.message.slice();
      message[1] &= MORE_BUTTONS;
      if (message.length === 7) message[6] = 0;
      letGo.push(message);
      this.#pointer = null;
    }
    if (letGo.length && this.mayControl) this.#say(Channel.INPUT, join(...letGo));
  }

  #next() {
    if (this.#rest.length === 0) return null;
    const size = this.#greetings[0] ?? lengthOf(this.#rest, 0);
    if (this.#rest.length < size) return null;
    const message = this.#rest.slice(0, size);
    this.#rest = this.#rest.slice(size);
    return message;
  }

  #sort(message, { screen, input }) {
    if (this.#greetings.length) {
      this.#greetings.shift();
      screen.push(message);
      return;
    }
    switch (message[0]) {
      case Type.CUT_TEXT: // the clipboard has a channel and buttons of its own
      case Type.XVP:
      case Type.SET_DESKTOP_SIZE: // the customer's screen is not ours to resize
        return;
      case Type.KEY:
      case Type.QEMU:
        if (this.mayControl) input.push(...this.#key(message));
        return;
      case Type.POINTER:
        if (this.mayControl) input.push(this.#point(message));
        return;
      default:
        screen.push(message);
    }
  }

  // A key that was not down is not let go; one that is down is let go as it was pressed.
  #key(message) {
    const view = viewOf(message);
    const isWithPlace = message[0] === Type.QEMU;
    const isDown = isWithPlace ? view.getUint16(2) === 1 : message[1] === 1;
    const keysym = view.getUint32(4);
    const place = isWithPlace ? view.getUint32(8) : 0;
    const name = place ? `place ${place}` : `keysym ${keysym}`;
    if (!isDown) {
      const letGo = this.#down.get(name);
      this.#down.delete(name);
      return letGo ? [letGo] : [];
    }
    // With keysym and place the host types the character, by the key of that place if it has it; with the place
    // alone it presses that key, whatever is on it.
    const pressed = message.slice();
    if (isWithPlace && this.byPlace) viewOf(pressed).setUint32(4, 0);
    const letGo = pressed.slice();
    if (isWithPlace) viewOf(letGo).setUint16(2, 0);
    else letGo[1] = 0;
    const before = this.#down.get(name);
    this.#down.set(name, before ?? letGo);
    return [pressed];
  }

  #point(message) {
    const buttons = (message[1] & ~MORE_BUTTONS) | ((message[6] ?? 0) << 7);
    this.#pointer = { message, buttons };
    return message;
  }
}
