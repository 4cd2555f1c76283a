// One sealed connection of one viewer with the host (docs/remote-protocol.md, 5), from its first clear message
// on. `receive` and `seal` are called one after another: each waits for the one before (see `inOrder`).
import {
  Channel,
  Opener,
  ProtocolError,
  Sealer,
  derive,
  header,
  join,
  parseFrame,
  random,
  sealingKey,
  sha256,
  u32,
  utf8,
} from "./protocol.js";

const POINT_BYTES = 65;
const NONCE_BYTES = 32;
const MOST_COMMITMENTS = 3; // more keys of the host to choose among would be codes to choose among
export const MOST_HANDSHAKES = 20; // of all viewers, between two times that the customer has said yes
const Kind = Object.freeze({ COMMIT: 1, HOST_KEY: 2, VIEWER_KEY: 3 });
const CURVE = { name: "ECDH", namedCurve: "P-256" };
const NOTHING = Object.freeze({ replies: [], opened: null });

// Runs what it is given one after another, in the order in which it was given.
export const inOrder = () => {
  let last = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };
};

// A key pair and a nonce for one connection; `message` is what of them is sent.
export const makeOwn = async (pair = null, nonce = random(NONCE_BYTES)) => {
  const keys = pair ?? (await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]));
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey));
  return { privateKey: keys.privateKey, message: join(point, nonce) };
};

const clear = (kind, body) => join(header(Channel.HANDSHAKE, 0), Uint8Array.of(kind), body);
const isClear = ({ channel, counter, body }, kind) =>
  channel === Channel.HANDSHAKE && counter === 0n && body[0] === kind;
const bodyOf = (bytes, kind, length) => {
  const frame = parseFrame(bytes);
  if (!isClear(frame, kind)) throw new ProtocolError("another step of the handshake");
  if (frame.body.length !== 1 + length) throw new ProtocolError("a step of the handshake of another length");
  return frame.body.slice(1);
};
const areEqual = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);

// The keys from what both sides sent. `meeting`: { session, viewer, linkKey }.
const agree = async (meeting, own, other, side) => {
  const [viewer, host] = side === "viewer" ? [own.message, other] : [other, own.message];
  const session = utf8(meeting.session);
  const said = join(utf8("m4a remote 1"), Uint8Array.of(session.length), session, u32(meeting.viewer), viewer, host);
  const transcript = await sha256(said);
  const point = other.slice(0, POINT_BYTES);
  const theirs = await crypto.subtle.importKey("raw", point, CURVE, false, []).catch(() => {
    throw new ProtocolError("a point that is not on the curve");
  });
  const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, own.privateKey, 256));
  const secret = join(shared, meeting.linkKey);
  const keys = await derive(secret, "m4a remote 1 keys", 64, transcript);
  const number = new DataView((await derive(secret, "m4a remote 1 code", 8, transcript)).buffer).getBigUint64(0);
  const digits = String(number % 1_000_000n).padStart(6, "0");
  return {
    toViewer: await sealingKey(keys.slice(0, 32)),
    toHost: await sealingKey(keys.slice(32)),
    code: `${digits.slice(0, 3)} ${digits.slice(3)}`,
  };
};

// What both ends have in common: nothing is sealed or opened before both have shown their keys.
class End {
  isReady = false;
  code = null;

  constructor(meeting, own) {
    this.meeting = meeting;
    this.own = own;
    this.sealer = this.opener = null;
  }

  // A frame to send.
  seal(channel, body) {
    if (!this.isReady) throw new ProtocolError("nothing is sealed before both sides have their keys");
    return this.sealer.seal(channel, body);
  }

  async open(bytes) {
    const { channel, body } = await this.opener.open(bytes);
    const isGreeting = channel === Channel.HANDSHAKE && body.length === 0;
    if (isGreeting === this.isReady || (channel === Channel.HANDSHAKE && !isGreeting)) {
      throw new ProtocolError("the first sealed frame, and no other, is an empty one of the handshake");
    }
    if (!this.isReady) {
      this.isReady = true;
      return NOTHING;
    }
    return { replies: [], opened: { channel, body } };
  }

  greet() {
    return this.sealer.seal(Channel.HANDSHAKE, new Uint8Array());
  }
}

// The viewer's end, for one connection of the host: when that comes anew, a new end begins anew.
export class ViewerEnd extends End {
  // The frame to send first, when the host is there.
  async begin() {
    this.own ??= await makeOwn();
    return clear(Kind.COMMIT, await sha256(this.own.message));
  }

  // A frame of the host: { replies: frames to send back, opened: { channel, body } or null }.
  async receive(bytes) {
    if (this.sealer) return this.open(bytes);
    const other = bodyOf(bytes, Kind.HOST_KEY, POINT_BYTES + NONCE_BYTES);
    const { toViewer, toHost, code } = await agree(this.meeting, this.own, other, "viewer");
    [this.sealer, this.opener] = [new Sealer(toHost), new Opener(toViewer, { gapless: true })];
    this.code = code;
    return { replies: [clear(Kind.VIEWER_KEY, this.own.message), await this.greet()], opened: null };
  }
}

// The host's end towards one viewer. What a viewer sent to the host's connection before this one may still
// arrive: until there are keys, whatever does not begin or go on with a handshake is passed over.
export class HostEnd extends End {
  #commitment = null;
  #commitments = 0;
  #given;
  #begins;

  // `begins` is asked at each commitment whether one more may be answered.
  constructor(meeting, own = null, begins = () => true) {
    super(meeting, own);
    this.#given = own;
    this.#begins = begins;
  }

  async receive(bytes) {
    if (this.sealer) return this.open(bytes);
    const frame = parseFrame(bytes);
    if (isClear(frame, Kind.COMMIT)) return this.#answer(bytes);
    if (this.#commitment === null || !isClear(frame, Kind.VIEWER_KEY)) return NOTHING;
    const message = bodyOf(bytes, Kind.VIEWER_KEY, POINT_BYTES + NONCE_BYTES);
    if (!areEqual(await sha256(message), this.#commitment)) throw new ProtocolError("the viewer committed to another key");
    const { toViewer, toHost, code } = await agree(this.meeting, this.own, message, "host");
    [this.sealer, this.opener] = [new Sealer(toViewer), new Opener(toHost, { gapless: false })];
    this.code = code;
    return { replies: [await this.greet()], opened: null };
  }

  async #answer(bytes) {
    this.#commitments += 1;
    const isTooMany = this.#commitments > MOST_COMMITMENTS || !this.#begins();
    if (isTooMany) throw new ProtocolError("a handshake that begins again and again");
    this.#commitment = bodyOf(bytes, Kind.COMMIT, 32);
    // Another key for each: to one that it has seen before it committed, a viewer could match the code.
    this.own = this.#given ?? (await makeOwn());
    return { replies: [clear(Kind.HOST_KEY, this.own.message)], opened: null };
  }
}
