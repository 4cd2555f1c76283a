// The texts of the relay and the states they tell of (docs/remote-protocol.md, 2 and 3). Of two fields of one
// name JSON.parse keeps the last, which the relay's own reader refuses; otherwise both read alike.
import { isText, isWhole, objectOf, plain, withFields } from "./bodies.js";
import { Channel, ProtocolError, tooLarge, utf8 } from "./protocol.js";

const STATES = ["waiting", "asking", "live", "paused", "ended"];
export const SCOPES = ["view", "control", "clipboard", "files"];
const WHYS = [
  "host-ended", "staff-ended", "refused", "expired", "revoked", "signed-out", "host-lost", "nobody", "relay",
];
const MOST_TEXT_BYTES = 16 * 1024;
const MOST_VIEWERS = 8;

const isOneOf = (words) => (value) => words.includes(value);
const isYesNo = (value) => typeof value === "boolean";
const isWord = (value) => typeof value === "string" && /^[\x20-\x7e]{1,200}$/.test(value);
const isViewer = isWhole(1, 2 ** 32 - 1);
const areScopes = (value) =>
  Array.isArray(value) && value.every(isOneOf(SCOPES)) && new Set(value).size === value.length;
const isMoment = (value) =>
  isText(value) && /(Z|[+-]\d\d:\d\d)$/.test(value) && !Number.isNaN(Date.parse(value));
const areViewers = (value) => {
  if (!Array.isArray(value) || value.length > MOST_VIEWERS) return false;
  for (const one of value) withFields(one, { viewer: isViewer, name: isText, controls: isYesNo });
  return new Set(value.map((one) => one.viewer)).size === value.length;
};
const isType = () => true; // it has led here
const STANDING = {
  type: isType, state: isOneOf(STATES), asked: areScopes, granted: areScopes, host: isYesNo, viewers: areViewers,
};
const FOR_BOTH = { state: STANDING, ended: { type: isType, why: isOneOf(WHYS) } };
const FOR_VIEWERS = {
  ...FOR_BOTH,
  welcome: { ...STANDING, session: isWord, viewer: isViewer, name: isText, may_control: isYesNo },
};
const { host: _there, ...WITHOUT_HOST } = STANDING;
const PERSON = { type: isType, viewer: isViewer, name: isText };
const FOR_HOSTS = {
  ...FOR_BOTH,
  welcome: {
    ...WITHOUT_HOST,
    session: isWord, who: isText, business: isText, number: isWhole(0, 2 ** 53), subject: isText, expires_at: isMoment,
  },
  joined: PERSON,
  left: PERSON,
  asked: { type: isType, viewer: isViewer, scopes: areScopes },
};

const parse = (text, kinds) => {
  if (utf8(text).length > MOST_TEXT_BYTES) throw tooLarge("a text over 16 KiB");
  let type;
  try {
    ({ type } = JSON.parse(text) ?? {});
  } catch {
    throw new ProtocolError("no JSON");
  }
  if (typeof type !== "string" || !Object.hasOwn(kinds, type)) throw new ProtocolError("no such message");
  return withPlainNames(objectOf(text, kinds[type]));
};
const NAMES = ["name", "who", "business", "subject"];
const withPlainNames = (news) => {
  for (const one of [news, ...(news.viewers ?? [])]) {
    for (const name of NAMES) if (name in one) one[name] = plain(one[name]);
  }
  return news;
};
export const parseToViewer = (text) => parse(text, FOR_VIEWERS);
export const parseToHost = (text) => parse(text, FOR_HOSTS);

// --- who may send what when ----------------------------------------------------------------------------------

const RULES = {
  [Channel.HANDSHAKE]: { states: ["asking", "live", "paused"] },
  [Channel.SCREEN]: { states: ["live", "paused"], scope: "view" },
  [Channel.INPUT]: { states: ["live"], scope: "control", fromViewers: true, needsControl: true },
  [Channel.CLIPBOARD]: { states: ["live"], scope: "clipboard", needsControl: true },
  [Channel.CHAT]: { states: ["live", "paused"] },
  [Channel.FILES]: { states: ["live"], scope: "files", needsControl: true },
};

// "pass" or "drop"; ProtocolError for a channel that this side never has. `standing`: { state, granted };
// `controls`: whether the viewer that it comes from has the control. Of the host's frames none is dropped for that.
export const judge = (channel, side, { state, granted }, controls) => {
  const rule = RULES[channel];
  if (side === "host" && rule.fromViewers) throw new ProtocolError("this channel is for viewers only");
  const isOpen = rule.states.includes(state) && (!rule.scope || granted.includes(rule.scope));
  return isOpen && (side === "host" || controls || !rule.needsControl) ? "pass" : "drop";
};
