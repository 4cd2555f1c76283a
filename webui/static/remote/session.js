// The viewer's side of a session, without a page: pass, relay, handshake with the host, and what is said over the
// channels. After each change `on` is told; the host is trusted with its screen, not with this page.
import { ViewerEnd } from "./handshake.js";
import { Line, keep } from "./line.js";
import { ProtocolError, linkKeyOf, parseSecret } from "./protocol.js";
import { judge, parseToViewer } from "./texts.js";

const OVER = 4410;
const ORIGIN = 4403;
const GONE = 410;
const BUSY = 429;

// `on`: standing() after each change · ready() when host and viewer have the same keys · lost() when they have no
// longer · body(channel, body) · away(seconds), a promise, while there is no line · ended(why or null) · refused().
export class ViewerSession {
  state = "waiting";
  asked = [];
  granted = [];
  viewers = [];
  number = 0;
  mayControl = false;
  isHostThere = false;
  isOver = false;
  why = null;

  #line = null;
  #end = null;
  #wantsEnd = false;
  #linkKey = null;
  #settings;
  #on;

  // `settings`: { session, secret, asked, granted, state, getPass }; getPass gives { pass, relay }, or the
  // { status } of a no. Asked anew for each line: where one meets is settled when the first side has joined.
  constructor(settings, on) {
    this.#settings = settings;
    this.#on = on;
    this.asked = settings.asked;
    this.granted = settings.granted;
    this.state = settings.state;
  }

  get code() {
    return this.#end?.code ?? null;
  }
  get isReady() {
    return Boolean(this.#end?.isReady);
  }
  get hasControl() {
    return this.viewers.some((one) => one.viewer === this.number && one.controls);
  }

  // Whether something of this channel may be sent now.
  may(channel) {
    return this.isReady && judge(channel, "viewer", this, this.hasControl) === "pass";
  }

  // Until the session is over, or this viewer may not take part any more.
  async run() {
    this.#linkKey = await linkKeyOf(parseSecret(this.#settings.secret));
    await keep({
      open: () => this.#once(),
      isFinal: (code) => code === OVER || code === ORIGIN,
      isOver: () => this.isOver,
      away: (seconds) => this.#on.away(seconds),
    });
    if (!this.isOver) this.#finish(null);
  }

  async #once() {
    let given;
    try {
      given = await this.#settings.getPass();
    } catch {
      return { code: 0, wasIn: false }; // no network: again later
    }
    if (given.status === GONE) return { code: OVER, wasIn: false };
    if (given.status === BUSY || given.status >= 500) return { code: 0, wasIn: false };
    if (!given.pass) {
      this.isOver = true;
      this.#on.refused();
      return { code: 0, wasIn: false };
    }
    let wasIn = false;
    const line = new Line(given.relay, { role: "viewer", pass: given.pass }, parseToViewer, {
      welcome: async (news) => {
        wasIn = true;
        this.number = news.viewer;
        this.mayControl = news.may_control;
        if (news.session !== this.#settings.session) throw new ProtocolError("another session");
        if (this.#wantsEnd) this.end();
        await this.#stand(news);
      },
      news: async (news) => {
        if (news.type === "ended") this.#finish(news.why);
        else await this.#stand(news);
      },
      frame: (bytes) => this.#receive(bytes),
    });
    this.#line = line;
    const code = await line.closed;
    this.#drop();
    this.isHostThere = false;
    return { code, wasIn };
  }

  async #stand({ state, asked, granted, host, viewers }) {
    const wasThere = this.isHostThere;
    Object.assign(this, { state, asked, granted, viewers, isHostThere: host });
    if (!host) this.#drop();
    this.#on.standing();
    if (host && !wasThere) {
      this.#end = new ViewerEnd({ session: this.#settings.session, viewer: this.number, linkKey: this.#linkKey });
      const first = await this.#end.begin();
      this.#line.send(() => first);
    }
  }

  async #receive(bytes) {
    const end = this.#end;
    if (!end) return;
    const wasReady = end.isReady;
    const { replies, opened } = await end.receive(bytes);
    for (const reply of replies) this.#line.send(() => reply);
    if (end.isReady && !wasReady) this.#on.ready();
    if (opened) await this.#on.body(opened.channel, opened.body);
  }

  #drop() {
    const wasThere = this.#end !== null;
    this.#end = null;
    if (wasThere) this.#on.lost();
  }

  #finish(why) {
    if (this.isOver) return;
    this.isOver = true;
    this.why = why;
    this.state = "ended";
    this.#drop();
    this.#on.ended(why);
  }

  // Seal and send; what may not pass now is not said. Settles when it has gone out.
  say(channel, body) {
    const end = this.#end;
    if (!end || !this.may(channel)) return Promise.resolve();
    return this.#line.send(() => (end === this.#end ? end.seal(channel, body) : null));
  }

  get isFull() {
    return Boolean(this.#line?.isFull);
  }

  ask(scopes) {
    this.#line?.tell({ type: "ask", scopes });
  }
  giveControl(viewer) {
    this.#line?.tell({ type: "control", viewer });
  }
  takeControl() {
    this.giveControl(this.number);
  }
  // Said again when there is a line, if there is none.
  end() {
    this.#wantsEnd = true;
    this.#line?.tell({ type: "end" });
  }
  // Leave and come again, with new keys and a new picture.
  again() {
    this.#line?.close();
  }
}
