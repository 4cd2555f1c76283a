// Secrets, frames and sealing of remote sessions (docs/remote-protocol.md, 1, 4 and 5): the twin of
// remote_bridge/protocol, held to the same vectors. No socket, no page; bytes are Uint8Arrays.
export const SUBPROTOCOL = "m4a.remote.1";
export const PATH = "/v1";
export const Channel = Object.freeze({ HANDSHAKE: 0, SCREEN: 1, INPUT: 2, CLIPBOARD: 3, CHAT: 4, FILES: 5 });
export const MOST_PLAIN_BYTES = 1024 * 1024;
const HEADER_BYTES = 9;
const VIEWER_BYTES = 4;
const TAG_BYTES = 16;
const MOST_FRAME_BYTES = HEADER_BYTES + MOST_PLAIN_BYTES + TAG_BYTES;
const SECRET_BYTES = 32;

// The other side did not keep to the protocol; `code` is what a socket closes with for it.
export class ProtocolError extends Error {
  constructor(what, code = 4400) {
    super(what);
    this.code = code;
  }
}
export const tooLarge = (what) => new ProtocolError(what, 4413);

const encoder = new TextEncoder();
export const utf8 = (text) => encoder.encode(text);
export const fromUtf8 = (bytes) => {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ProtocolError("not UTF-8");
  }
};
export const join = (...parts) => {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};
export const u32 = (number) => {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, number);
  return bytes;
};
export const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
export const random = (count = SECRET_BYTES) => crypto.getRandomValues(new Uint8Array(count));

// --- secrets -------------------------------------------------------------------------------------------------

// Base64url without padding (RFC 4648 section 5).
export const b64u = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

// 32 bytes from their one spelling: a second one would be a second name for a secret.
export const parseB64u = (text) => {
  if (!/^[A-Za-z0-9_-]{43}$/.test(text)) throw new ProtocolError("32 bytes in base64url are 43 characters");
  const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  if (b64u(bytes) !== text) throw new ProtocolError("base64url with bits after its end");
  return bytes;
};

// `length` bytes by HKDF-SHA256 (RFC 5869) under the name `info`.
export const derive = async (secret, info, length = SECRET_BYTES, salt = new Uint8Array()) => {
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info: utf8(info) };
  return new Uint8Array(await crypto.subtle.deriveBits(how, key, length * 8));
};

// From what stands behind the "#" of a link: what names the session, and the key that only the two ends have.
export const parseSecret = (fragment) => parseB64u(fragment.replace(/^#/, ""));
export const tokenOf = (secret) => derive(secret, "m4a remote 1 token");
export const linkKeyOf = (secret) => derive(secret, "m4a remote 1 key");

// --- frames --------------------------------------------------------------------------------------------------

export const header = (channel, counter) => {
  const bytes = new Uint8Array(HEADER_BYTES);
  bytes[0] = channel;
  viewOf(bytes).setBigUint64(1, BigInt(counter));
  return bytes;
};
export const parseFrame = (bytes) => {
  if (bytes.length < HEADER_BYTES || bytes[0] > Channel.FILES) throw new ProtocolError("no frame");
  if (bytes.length > MOST_FRAME_BYTES) throw tooLarge("a frame over 1 MiB");
  return { channel: bytes[0], counter: viewOf(bytes).getBigUint64(1), body: bytes.subarray(HEADER_BYTES) };
};
// As frames stand between relay and host.
export const withViewer = (viewer, frame) => join(u32(viewer), frame);
export const splitViewer = (bytes) => {
  if (bytes.length < VIEWER_BYTES + HEADER_BYTES) throw new ProtocolError("no frame");
  const viewer = viewOf(bytes).getUint32(0);
  if (viewer === 0) throw new ProtocolError("no viewer has the number 0");
  return { viewer, frame: bytes.subarray(VIEWER_BYTES) };
};

// --- sealing -------------------------------------------------------------------------------------------------

export const sealingKey = (bytes) => crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
const parametersOf = (head) => ({
  name: "AES-GCM",
  iv: join(new Uint8Array(4), head.subarray(1)),
  additionalData: head,
});

// Seals what leaves in one direction. Frames must leave in the order in which `seal` was called.
export class Sealer {
  #key;
  #counter = 0;

  constructor(key) {
    this.#key = key;
  }

  async seal(channel, body) {
    if (body.length > MOST_PLAIN_BYTES) throw tooLarge("a body over 1 MiB");
    this.#counter += 1; // before anything is waited for, so that none is used twice
    const head = header(channel, this.#counter);
    return join(head, new Uint8Array(await crypto.subtle.encrypt(parametersOf(head), this.#key, body)));
  }
}

// Opens what comes from one direction. `gapless`: each counter is one more than the last (from the host); else
// more than the last, as the relay may have dropped some of a viewer's. After an error nothing is right any more.
export class Opener {
  #key;
  #gapless;
  #last = 0n;

  constructor(key, { gapless }) {
    this.#key = key;
    this.#gapless = gapless;
  }

  async open(bytes) {
    const { channel, counter, body } = parseFrame(bytes);
    if (body.length < TAG_BYTES) throw new ProtocolError("too short to be sealed");
    if (counter <= this.#last || (this.#gapless && counter !== this.#last + 1n)) {
      throw new ProtocolError("a frame out of order");
    }
    this.#last = counter;
    const parameters = parametersOf(bytes.slice(0, HEADER_BYTES));
    const opened = await crypto.subtle.decrypt(parameters, this.#key, body).catch(() => {
      throw new ProtocolError("a frame that does not open");
    });
    return { channel, body: new Uint8Array(opened) };
  }
}
