// Files to and from the customer (docs/remote-protocol.md, 6): accepted first, in pieces, checked at the end. What
// comes is written to disk as it comes where the browser can (File System Access); else it is kept in parts up to
// MOST_KEPT_BYTES, and larger files are not taken. Ids of the viewer are odd, those of the host even.
import * as b from "./bodies.js";
import { Channel } from "./protocol.js";
import { Sha256 } from "./sha256.js";

export const MOST_KEPT_BYTES = 512 * 1024 * 1024;
const PIECE_BYTES = 64 * 1024;
// So many files that are over are still known and shown: whoever offers without end fills nothing up.
export const MOST_OVER = 20;

export const canWriteToDisk = () => typeof globalThis.showSaveFilePicker === "function";

// A name without paths and without what systems trip over; never empty.
export const safeName = (name) => {
  const last = name.split(/[\\/]/).pop().replace(/[\p{C}<>:"|?*]/gu, "_").replace(/^[.\s]+|[.\s]+$/g, "");
  return last || "file";
};

// Into parts that become a download.
const intoParts = (name) => {
  const parts = [];
  return {
    write: async (bytes) => void parts.push(new Blob([bytes])),
    finish: async () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob(parts));
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    },
    drop: async () => void parts.splice(0),
  };
};
// Straight to disk; what is not whole does not appear there.
const intoFile = async (name) => {
  const stream = await (await showSaveFilePicker({ suggestedName: name })).createWritable();
  return { write: (bytes) => stream.write(bytes), finish: () => stream.close(), drop: () => stream.abort() };
};

// All files of one connection. `say(body)` seals and sends, and settles when it has gone; `show(file)` is told of
// every change: { id, name, size, moved, isOurs, phase: offered | moving | done | refused | broken }.
export class Transfers {
  #files = new Map();
  #nextId = 1;
  #waiting = []; // to be told that less is under way
  #say;
  #show;

  constructor(say, show) {
    this.#say = (body) => say(Channel.FILES, body);
    this.#show = show;
  }

  get open() {
    return [...this.#files.values()].filter(({ phase }) => phase === "offered" || phase === "moving");
  }

  // Offer one of ours; false when there are too many already or it is too large.
  offer(blob) {
    if (this.open.length >= b.MOST_FILES_AT_ONCE || blob.size > b.MOST_FILE_BYTES) return false;
    const file = { id: this.#nextId, name: safeName(blob.name).slice(0, 200), size: blob.size, moved: 0, sent: 0, isOurs: true, blob };
    this.#nextId += 2;
    this.#files.set(file.id, file);
    this.#turn(file, "offered");
    this.#say(b.offer(file.id, file.name, file.size));
    return true;
  }

  // Take one of theirs. Called by a click, as choosing a place needs one.
  async accept(id) {
    const file = this.#files.get(id);
    if (file?.phase !== "offered" || file.isOurs || file.isChosen) return;
    file.isChosen = true;
    let sink;
    try {
      sink = canWriteToDisk() ? await intoFile(file.name) : intoParts(file.name);
    } catch {
      return; // no place was chosen: it stays offered
    } finally {
      file.isChosen = false;
    }
    if (file.phase !== "offered") {
      sink.drop().catch(() => {}); // it was taken back, or the line was lost, while a place was chosen
      return;
    }
    file.sink = sink;
    file.hash = new Sha256();
    this.#turn(file, "moving");
    this.#say(b.accept(id));
  }

  // Not this one, or no more of it.
  drop(id) {
    const file = this.#files.get(id);
    if (!file || !this.open.includes(file)) return;
    const isAnswer = !file.isOurs && file.phase === "offered";
    this.#over(file, isAnswer ? "refused" : "broken");
    this.#say(isAnswer ? b.reject(id) : b.cancel(id));
  }

  // The connection is gone, or files are no longer allowed.
  close() {
    for (const file of this.open) this.#over(file, "broken");
  }

  async receive(body) {
    const message = b.parseFile(body);
    const file = this.#files.get(message.id);
    if (message.kind === "offer") this.#offered(message);
    else if (!file || !this.open.includes(file)) return;
    else if (message.kind === "accept" && file.isOurs && file.phase === "offered") this.#send(file);
    else if (message.kind === "reject") this.#over(file, "refused");
    else if (message.kind === "cancel") this.#over(file, "broken");
    else if (message.kind === "arrived" && file.isOurs) this.#arrived(file, message.received);
    else if (message.kind === "piece" && !file.isOurs) await this.#take(file, message.bytes);
    else if (message.kind === "done" && !file.isOurs) await this.#finish(file, message.digest);
  }

  #offered({ id, name, size }) {
    const isTooLarge = !canWriteToDisk() && size > MOST_KEPT_BYTES;
    if (id % 2 === 1 || this.#files.has(id) || this.open.length >= b.MOST_FILES_AT_ONCE || isTooLarge) {
      this.#say(b.reject(id));
      if (isTooLarge) this.#show({ id, name: safeName(name), size, moved: 0, isOurs: false, phase: "too_large" });
      return;
    }
    const file = { id, name: safeName(name), size, moved: 0, isOurs: false };
    this.#files.set(id, file);
    this.#turn(file, "offered");
  }

  async #take(file, bytes) {
    if (file.phase !== "moving" || file.moved + bytes.length > file.size) {
      this.drop(file.id);
      return;
    }
    file.moved += bytes.length;
    file.hash.update(bytes);
    try {
      await file.sink.write(bytes);
    } catch {
      this.drop(file.id);
      return;
    }
    this.#turn(file, "moving");
    this.#say(b.arrived(file.id, file.moved));
  }

  async #finish(file, digest) {
    const made = file.phase === "moving" ? file.hash.digest() : null;
    if (!made || file.moved !== file.size || !made.every((byte, at) => byte === digest[at])) {
      this.drop(file.id);
      return;
    }
    await file.sink.finish();
    this.#over(file, "done");
  }

  async #send(file) {
    this.#turn(file, "moving");
    const hash = new Sha256();
    try {
      for (let at = 0; at < file.size; at += PIECE_BYTES) {
        const bytes = new Uint8Array(await file.blob.slice(at, at + PIECE_BYTES).arrayBuffer());
        while (this.#underWay + bytes.length > b.MOST_UNDER_WAY_BYTES && file.phase === "moving") {
          await new Promise((arrived) => this.#waiting.push(arrived));
        }
        if (file.phase !== "moving") return;
        file.sent = at + bytes.length;
        hash.update(bytes);
        await this.#say(b.piece(file.id, bytes));
      }
      await this.#say(b.done(file.id, hash.digest()));
      if (file.size === 0) this.#over(file, "done");
    } catch {
      this.drop(file.id); // it was changed or taken away meanwhile
    }
  }

  // Of all files together: the line is one.
  get #underWay() {
    const moving = this.open.filter(({ isOurs, phase }) => isOurs && phase === "moving");
    return moving.reduce((sum, { sent, moved }) => sum + Math.max(0, sent - moved), 0);
  }

  #arrived(file, received) {
    file.moved = Math.max(file.moved, Math.min(received, file.size));
    if (file.moved === file.size && file.phase === "moving") this.#over(file, "done");
    else this.#turn(file, file.phase);
  }

  #over(file, phase) {
    if (phase !== "done") file.sink?.drop().catch(() => {});
    this.#turn(file, phase);
    const over = [...this.#files.values()].filter((one) => !this.open.includes(one));
    for (const { id } of over.slice(0, -MOST_OVER)) this.#files.delete(id);
  }

  #turn(file, phase) {
    file.phase = phase;
    for (const goOn of this.#waiting.splice(0)) goOn();
    this.#show(file);
  }
}
