// The customer's browser as the side that is seen: view only, nothing to install. The browser itself asks what is
// shown; the relay is told of consent only afterwards, and before that no picture is made. What relay and viewers
// say is checked here again (docs/remote-protocol.md, 3 to 6).
import { MOST_CHAT_CHARS, heard, lengthOf, oneLine, parseSaid } from "./bodies.js";
import { HostEnd, MOST_HANDSHAKES } from "./handshake.js";
import { Line, keep } from "./line.js";
import { Channel, ProtocolError, b64u, linkKeyOf, parseB64u, parseSecret, random, splitViewer, tokenOf, withViewer } from "./protocol.js";
import { RfbServer } from "./rfbserver.js";
import { judge, parseToHost } from "./texts.js";

const CHUNK_BYTES = 64 * 1024;
const SHOWN = { video: { frameRate: { max: 15 }, width: { max: 2560 }, height: { max: 1600 }, cursor: "always" }, audio: false };
const OVER = 4410;
const FINAL = [4403, 4404, 4409, OVER];
const LAST_WORDS_MS = 2000;
const AWAY_MS = 5 * 60 * 1000; // so long the relay waits for a host
const MOST_LINES = 200; // of what was said; whoever talks without end fills nothing up
const KEPT = "remote-key"; // of this tab: the same side may come again after a drop
const SCOPES = ["view"];
const MEET = "/remote/relay";

// See offer.js: settles when the session is over; throws, with `words` for the customer, when nothing was shared.
const notShared = (words) => Object.assign(new Error("not shared"), { words });
export const share = async ({ secret, texts, elements }) => {
  let stream;
  try {
    stream = await navigator.mediaDevices.getDisplayMedia(SHOWN);
  } catch {
    throw notShared(texts.refused);
  }
  const sharing = new Sharing(stream, texts, elements);
  try {
    await sharing.run(secret);
  } finally {
    sharing.close();
  }
  if (sharing.wasIn) return;
  if (sharing.wasStopped) throw notShared(texts.refused);
  throw notShared(sharing.code === OVER ? texts.ended : texts.used);
};

// By a function: names may have what `replace` reads as a pattern, and one could hide so.
const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);

class Sharing {
  wasIn = false;
  wasStopped = false; // by the customer
  code = null; // with which the relay has closed for good
  #stream;
  #texts;
  #elements;
  #video = document.createElement("video");
  #worker = new Worker(new URL("./shareworker.js", import.meta.url), { type: "module" });
  #viewers = new Map();
  #standing = { state: "asking", granted: [] };
  #line = null;
  #lastCode = 0;
  #session = "";
  #business = "";
  #linkKey = null;
  #size = null;
  #isLooking = false;
  #handshakes = 0; // since the customer has last said yes
  #isLost = false;
  #isOver = false;
  #title = document.title;
  #listening = new AbortController();
  #wakeUp = () => {};

  constructor(stream, texts, elements) {
    this.#stream = stream;
    this.#texts = texts;
    this.#elements = elements;
    this.#worker.onmessage = ({ data }) => this.#hear(data);
    for (const track of stream.getTracks()) track.addEventListener("ended", () => this.#end());
    const on = (element, kind, act) => element.addEventListener(kind, act, { signal: this.#listening.signal });
    on(elements.pause, "click", () => this.#pause());
    on(elements.end, "click", () => this.#end());
    on(elements.chat, "submit", (event) => {
      event.preventDefault();
      this.#write(elements.text.value.trim());
      elements.text.value = "";
    });
  }

  async run(secret) {
    const raw = parseSecret(secret);
    this.#linkKey = await linkKeyOf(raw);
    const hello = { role: "host", token: b64u(await tokenOf(raw)), key: ownKey(), way: "browser" };
    this.#video.muted = true;
    this.#video.srcObject = this.#stream;
    await this.#video.play();
    this.#reveal();
    this.code = await keep({
      open: () => this.#once(hello),
      isFinal: (code) => FINAL.includes(code),
      isOver: () => this.#isOver,
      away: (seconds) => {
        this.#isLost = true;
        this.#show();
        return new Promise((over) => {
          this.#wakeUp = over;
          setTimeout(over, seconds * 1000);
        });
      },
    });
    this.#isOver = true;
    if (this.wasStopped && this.wasIn && this.#lastCode !== OVER) endLate(hello);
  }

  #reveal() {
    const { section } = this.#elements;
    for (const part of section.parentElement.querySelectorAll("#offer, #consent")) part.hidden = true;
    section.hidden = false;
    section.querySelector("h1")?.focus({ preventScroll: true });
    this.#show();
  }

  close() {
    this.#listening.abort();
    this.#worker.terminate();
    for (const track of this.#stream.getTracks()) track.stop();
    this.#video.srcObject = null;
    document.title = this.#title;
    if (this.wasIn) sessionStorage.removeItem(KEPT);
  }

  // --- the relay -----------------------------------------------------------------------------------------------

  async #once(hello) {
    let wasIn = false;
    let relay;
    try {
      relay = await relayOf(hello.token);
    } catch {
      return { code: 0, wasIn }; // no network: again later
    }
    if (this.#isOver) return { code: 0, wasIn };
    this.#line = new Line(relay, hello, parseToHost, {
      welcome: (news) => {
        wasIn = true;
        if (this.#isOver) this.#line.tell({ type: "end" }); // said while this line was being made
        else this.#welcome(news);
      },
      news: (news) => this.#take(news),
      frame: (bytes) => this.#receive(bytes),
    });
    const code = (this.#lastCode = await this.#line.closed);
    for (const number of [...this.#viewers.keys()]) this.#leave(number);
    return { code, wasIn };
  }

  #welcome(news) {
    if (this.#session && news.session !== this.#session) throw new ProtocolError("another session than before");
    this.#session = news.session;
    this.#business = news.business;
    this.wasIn = true;
    this.#isLost = false;
    if (this.#standing.state === "asking") this.#standing = { state: "live", granted: SCOPES };
    const isPaused = this.#standing.state === "paused";
    if (news.state === "asking" || !news.granted.includes("view")) this.#line.tell({ type: "consent", scopes: SCOPES });
    const extra = news.granted.filter((scope) => !SCOPES.includes(scope));
    if (extra.length) this.#line.tell({ type: "withdraw", scopes: extra });
    if (isPaused && news.state !== "paused") this.#line.tell({ type: "pause" });
    if (!isPaused && news.state === "paused") this.#line.tell({ type: "resume" });
    this.#setViewers(news.viewers);
  }

  #take(news) {
    if (news.type === "joined") this.#join(news);
    else if (news.type === "left") this.#leave(news.viewer);
    else if (news.type === "asked") this.#decline(news);
    else if (news.type === "state") this.#setViewers(news.viewers);
    else this.#over();
    this.#show();
  }

  #decline({ viewer, scopes }) {
    const beyond = scopes.filter((scope) => !SCOPES.includes(scope));
    if (!beyond.length) return;
    this.#line.tell({ type: "decline", scopes: beyond });
    const names = beyond.map((scope) => this.#texts[`scope.${scope}`]).join(", ");
    const name = this.#viewers.get(viewer)?.name ?? "";
    this.#log("", fill(this.#texts.asks, { name, scopes: names }));
  }

  // Whatever is wrong with a frame ends its viewer's connection and no other.
  async #receive(bytes) {
    const { viewer: number, frame } = splitViewer(bytes);
    const viewer = this.#viewers.get(number);
    if (!viewer) return;
    const wasReady = viewer.end.isReady;
    try {
      const { replies, opened } = await viewer.end.receive(frame);
      for (const reply of replies) this.#line.send(() => withViewer(number, reply));
      if (viewer.end.isReady && !wasReady) this.#begin(number, viewer);
      if (opened) this.#listen(viewer, opened);
    } catch (error) {
      if (!(error instanceof ProtocolError)) console.error(error);
      this.#line.tell({ type: "drop", viewer: number });
      this.#leave(number);
      this.#show();
    }
  }

  #listen(viewer, { channel, body }) {
    if (judge(channel, "viewer", this.#standing, viewer.controls) === "drop") return;
    if (channel === Channel.SCREEN) {
      viewer.server?.receive(body);
      this.#pump();
    } else if (channel === Channel.CHAT) this.#pass(viewer.name || this.#texts.somebody, parseSaid(body).text);
    else throw new ProtocolError("a channel that was never granted");
  }

  // --- viewers -------------------------------------------------------------------------------------------------

  #setViewers(viewers) {
    for (const number of [...this.#viewers.keys()]) {
      if (!viewers.some(({ viewer }) => viewer === number)) this.#leave(number);
    }
    for (const one of viewers) this.#join(one);
    this.#show();
  }

  #join({ viewer: number, name, controls = false }) {
    const known = this.#viewers.get(number);
    if (known) {
      Object.assign(known, { name, controls });
      return;
    }
    const meeting = { session: this.#session, viewer: number, linkKey: this.#linkKey };
    const end = new HostEnd(meeting, null, () => this.#begins());
    this.#viewers.set(number, { name, controls, end, server: null, isBusy: false });
    this.#worker.postMessage({ kind: "join", viewer: number });
  }

  // Each handshake is a try at the code: after many it is to be compared again before anything goes on.
  #begins() {
    if (this.#handshakes >= MOST_HANDSHAKES) return false;
    this.#handshakes += 1;
    if (this.#handshakes === MOST_HANDSHAKES && this.#standing.state === "live") {
      this.#pause();
      this.#log("", this.#texts.many);
    }
    return true;
  }

  #leave(number) {
    this.#viewers.delete(number);
    this.#worker.postMessage({ kind: "leave", viewer: number });
  }

  #begin(number, viewer) {
    if (!this.#size) return; // nothing was looked at yet: see #looked
    viewer.server = new RfbServer(this.#size, this.#business, (bytes) => {
      for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
        this.#say(number, viewer, Channel.SCREEN, bytes.subarray(at, at + CHUNK_BYTES));
      }
    });
    this.#show();
  }

  // What the relay would drop is not sealed: its counter would be missing, and the viewer's connection end.
  #say(number, viewer, channel, body) {
    if (!viewer.end.isReady || judge(channel, "host", this.#standing) === "drop") return;
    this.#line.send(async () => {
      if (this.#viewers.get(number) !== viewer) return null;
      return withViewer(number, await viewer.end.seal(channel, body));
    });
  }

  // --- pictures ------------------------------------------------------------------------------------------------

  #hear(data) {
    if (data.kind === "tick") this.#look();
    else if (data.kind === "looked") this.#looked(data);
    else this.#send(data);
  }

  // One look at the screen, while somebody is there to see it.
  async #look() {
    const isWanted = this.#standing.state === "live" && this.#viewers.size > 0;
    if (!isWanted || this.#isLooking || this.#video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    this.#isLooking = true;
    try {
      const bitmap = await createImageBitmap(this.#video);
      this.#worker.postMessage({ kind: "frame", bitmap }, [bitmap]);
    } catch {
      this.#isLooking = false; // between two sizes there is no frame
    }
  }

  #looked({ width, height }) {
    this.#isLooking = false;
    this.#size = { width, height };
    for (const [number, viewer] of this.#viewers) {
      if (viewer.server) viewer.server.resize(this.#size);
      else if (viewer.end.isReady) this.#begin(number, viewer);
    }
    this.#pump();
  }

  #pump() {
    if (this.#standing.state !== "live" || this.#line.isFull) return;
    for (const [number, viewer] of this.#viewers) {
      const { server } = viewer;
      if (!server?.isReady || viewer.isBusy) continue;
      viewer.isBusy = true;
      const { quality, readsPng, wantsAll } = server;
      server.wantsAll = false;
      this.#worker.postMessage({ kind: "give", viewer: number, quality, readsPng, wantsAll });
    }
  }

  #send({ viewer: number, width, height, parts }) {
    const viewer = this.#viewers.get(number);
    if (!viewer) return;
    viewer.isBusy = false;
    if (this.#standing.state !== "live") {
      if (viewer.server) viewer.server.wantsAll = true; // it was made before the pause, and is not sent after it
      return;
    }
    if (parts.length) viewer.server?.resize({ width, height });
    viewer.server?.update(parts);
  }

  // --- the customer --------------------------------------------------------------------------------------------

  #pause() {
    const isPaused = this.#standing.state === "paused";
    if (isPaused) this.#handshakes = 0;
    this.#standing = { ...this.#standing, state: isPaused ? "live" : "paused" };
    this.#line.tell({ type: isPaused ? "resume" : "pause" });
    this.#show();
  }

  #end() {
    if (this.#isOver) return;
    this.wasStopped = true;
    this.#line?.tell({ type: "end" });
    this.#over();
    setTimeout(() => this.#line?.close(), LAST_WORDS_MS); // should the relay not answer
  }

  #over() {
    this.#isOver = true;
    this.#standing = { state: "ended", granted: [] };
    for (const track of this.#stream.getTracks()) track.stop();
    this.#wakeUp();
  }

  #write(text) {
    if (text && lengthOf(text) <= MOST_CHAT_CHARS && ["live", "paused"].includes(this.#standing.state)) this.#pass("", text);
  }
  #pass(name, text) {
    for (const [number, viewer] of this.#viewers) this.#say(number, viewer, Channel.CHAT, heard(name, text));
    this.#log(name || this.#texts.you, text);
  }
  #log(name, text) {
    const [line, who, whose, what] = ["p", "b", "bdi", "bdi"].map((kind) => document.createElement(kind));
    whose.textContent = name;
    what.textContent = oneLine(text);
    if (name) who.append(whose, ": ");
    line.append(who, what);
    const { log } = this.#elements;
    log.append(line);
    while (log.childElementCount > MOST_LINES) log.firstElementChild.remove();
    log.scrollTop = log.scrollHeight;
  }

  #show() {
    const { banner, viewers, code, pause } = this.#elements;
    const people = [...this.#viewers.values()].filter(({ end }) => end.isReady);
    const names = new Intl.ListFormat(document.documentElement.lang).format(people.map(({ name }) => name));
    const isPaused = this.#standing.state === "paused";
    const seen = people.length ? fill(this.#texts.sees, { names }) : this.#texts.nobody;
    const words = this.#isLost ? this.#texts.lost : isPaused ? this.#texts.paused : this.wasIn ? seen : this.#texts.waiting;
    if (banner.textContent !== words) banner.textContent = words;
    document.title = `● ${words}`;
    viewers.textContent = isPaused ? names : "";
    code.textContent = people.map(({ name, end }) => (people.length > 1 ? `${end.code} (${name})` : end.code)).join(", ");
    pause.textContent = isPaused ? this.#texts.resume : this.#texts.pause;
    pause.disabled = !this.wasIn;
  }
}

// It was ended while nobody could be told: whoever looks on would wait for as long as this tries.
const endLate = async (hello) => {
  const until = performance.now() + AWAY_MS;
  await keep({
    open: async () => {
      try {
        const line = new Line(await relayOf(hello.token), hello, parseToHost, {
          welcome: () => line.tell({ type: "end" }),
          news: () => {},
          frame: () => {},
        });
        return { code: await line.closed, wasIn: false };
      } catch {
        return { code: 0, wasIn: false }; // no network: again later
      }
    },
    isFinal: (code) => FINAL.includes(code),
    isOver: () => performance.now() > until,
    away: (seconds) => new Promise((over) => setTimeout(over, seconds * 1000)),
  });
};

// Where this session's first side has joined, or may join: asked anew for each line.
const relayOf = async (token) => {
  const answer = await fetch(MEET, { headers: { Authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error("no answer");
  return (await answer.json()).relay;
};

const ownKey = () => {
  try {
    return b64u(parseB64u(sessionStorage.getItem(KEPT) ?? ""));
  } catch {
    const key = b64u(random());
    sessionStorage.setItem(KEPT, key);
    return key;
  }
};
