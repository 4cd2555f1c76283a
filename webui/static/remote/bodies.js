// What the channels for clipboard, chat and files carry (docs/remote-protocol.md, 6). Parsers throw ProtocolError.
import { ProtocolError, fromUtf8, join, tooLarge, u32, utf8, viewOf } from "./protocol.js";

export const MOST_CLIPBOARD_BYTES = 256 * 1024;
export const MOST_CHAT_CHARS = 4000;
export const MOST_FILE_BYTES = 4 * 1024 ** 3;
export const MOST_PIECE_BYTES = 256 * 1024;
export const MOST_UNDER_WAY_BYTES = 1024 * 1024;
export const MOST_FILES_AT_ONCE = 8;
const MOST_NAME_CHARS = 255;
const MOST_OFFER_BYTES = 4 * 1024;

// An object with exactly these fields, each of which passes its check.
export const objectOf = (text, checks) => {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ProtocolError("no JSON");
  }
  return withFields(value, checks);
};
export const withFields = (value, checks) => {
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new ProtocolError("no object");
  for (const [name, isGood] of Object.entries(checks)) {
    if (!Object.hasOwn(value, name) || !isGood(value[name])) throw new ProtocolError(`${name} is missing or wrong`);
  }
  if (Object.keys(value).length !== Object.keys(checks).length) throw new ProtocolError("a field too many");
  return value;
};
export const isText = (value) => typeof value === "string" && value.isWellFormed();
export const isWhole = (least, most) => (value) => Number.isInteger(value) && value >= least && value <= most;
// A name as people are shown it: nothing in it turns the direction, breaks the line or cannot be seen.
export const plain = (name) => name.replace(/(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "").trim();
// What somebody has said, in one line: nothing in it looks like the next line of somebody else.
export const oneLine = (text) => plain(text.replace(/[\p{Cc}\p{Z}]/gu, " "));
export const lengthOf = (text) => [...text].length; // in characters, not in UTF-16's halves

// --- clipboard -----------------------------------------------------------------------------------------------

export const copied = (text) => {
  const bytes = utf8(text);
  if (bytes.length > MOST_CLIPBOARD_BYTES) throw tooLarge("a clipboard over 256 KiB");
  return join(Uint8Array.of(1), bytes);
};
export const wanted = () => Uint8Array.of(2);
// { text }, or { isWanted } when the other side asks for ours.
export const parseClipboard = (body) => {
  if (body[0] === 1) {
    if (body.length > 1 + MOST_CLIPBOARD_BYTES) throw tooLarge("a clipboard over 256 KiB");
    return { text: fromUtf8(body.subarray(1)) };
  }
  if (body[0] === 2 && body.length === 1) return { isWanted: true };
  throw new ProtocolError("no message of the clipboard");
};

// --- chat ----------------------------------------------------------------------------------------------------

const bounded = (said) => {
  if (lengthOf(said.text) > MOST_CHAT_CHARS) throw tooLarge("a line over 4000 characters");
  return said;
};
export const said = (text) => utf8(JSON.stringify(bounded({ text })));
export const heard = (from, text) => utf8(JSON.stringify(bounded({ from, text })));
export const parseSaid = (body) => bounded(objectOf(fromUtf8(body), { text: isText }));
export const parseHeard = (body) => {
  const { from, text } = bounded(objectOf(fromUtf8(body), { from: isText, text: isText }));
  return { from: plain(from), text };
};

// --- files ---------------------------------------------------------------------------------------------------

const KINDS = [null, "offer", "accept", "reject", "piece", "done", "cancel", "arrived"];
const about = (kind, id, rest = new Uint8Array()) => join(Uint8Array.of(KINDS.indexOf(kind)), u32(id), rest);
export const offer = (id, name, size) => join(Uint8Array.of(1), utf8(JSON.stringify({ id, name, size })));
export const accept = (id) => about("accept", id);
export const reject = (id) => about("reject", id);
export const piece = (id, bytes) => about("piece", id, bytes);
export const done = (id, digest) => about("done", id, digest);
export const cancel = (id) => about("cancel", id);
export const arrived = (id, received) => {
  const count = new Uint8Array(8);
  viewOf(count).setBigUint64(0, BigInt(received));
  return about("arrived", id, count);
};

const checkSize = (size) => {
  if (size > MOST_FILE_BYTES) throw tooLarge("a file over 4 GiB");
  return size;
};
const parseOffer = (bytes) => {
  if (bytes.length > MOST_OFFER_BYTES) throw tooLarge("an offer over 4 KiB");
  const isName = (name) => isText(name) && name !== "" && lengthOf(name) <= MOST_NAME_CHARS;
  const checks = { id: isWhole(0, 2 ** 32 - 1), name: isName, size: isWhole(0, Number.MAX_SAFE_INTEGER) };
  const { id, name, size } = objectOf(fromUtf8(bytes), checks);
  return { kind: "offer", id, name, size: checkSize(size) };
};
const parsePiece = (id, bytes) => {
  if (bytes.length === 0) throw new ProtocolError("a piece of nothing");
  if (bytes.length > MOST_PIECE_BYTES) throw tooLarge("a piece over 256 KiB");
  return { kind: "piece", id, bytes };
};
// { kind, id } and what the kind has: name, size · bytes · digest · received.
export const parseFile = (body) => {
  if (body[0] === 1) return parseOffer(body.subarray(1));
  const kind = KINDS[body[0]];
  if (!kind || body.length < 5) throw new ProtocolError("no message about a file");
  const id = viewOf(body).getUint32(1);
  const rest = body.subarray(5);
  if (kind === "piece") return parsePiece(id, rest);
  if (rest.length !== ({ done: 32, arrived: 8 }[kind] ?? 0)) throw new ProtocolError("no message about a file");
  if (kind === "done") return { kind, id, digest: rest };
  if (kind === "arrived") return { kind, id, received: checkSize(Number(viewOf(rest).getBigUint64(0))) };
  return { kind, id };
};
