// noVNC with what it has no words for: the monitors of the other side, of which one can be looked at alone, and
// marks in the stream that tell how long the way there and back is. It reaches into noVNC 1.7.0, which is pinned.
import RFB from "../vendor/novnc/core/rfb.js";
import { ProtocolError } from "./protocol.js";

const REQUEST = 0x80000000;
const BLOCK_BEFORE = 1;
const MARK = "m4a"; // by which marks of ours are known
const MOST_PIXELS = 2 ** 26; // eight monitors of 4K; memory for more is not spent because somebody says so

export class Screen extends RFB {
  #asked = null;
  #monitor = null;
  #monitors = [];
  onMonitors = () => {};
  onTrip = () => {};

  constructor(...given) {
    super(...given);
    this.#captureByBrowser();
  }

  // Whether the other side can press a key by its place.
  get takesPlaces() {
    return this._qemuExtKeyEventSupported;
  }

  // Show one of `monitors` alone, or all of them for null.
  showMonitor(monitor) {
    this.#monitor = monitor;
    this._updateClip();
    this._updateScale();
  }

  // A pressed button keeps its canvas by the browser's own capture, which noVNC takes where an element offers it.
  // Else it lays an element over the whole page at each press: the page is laid out and painted anew before the
  // press goes out, and again before its answer is seen.
  #captureByBrowser() {
    const canvas = this._canvas;
    let pressing = null;
    canvas.addEventListener("pointerdown", ({ pointerId }) => (pressing = pointerId));
    for (const over of ["pointerup", "pointercancel"]) canvas.addEventListener(over, () => (pressing = null));
    canvas.setCapture = () => {
      if (pressing !== null) canvas.setPointerCapture(pressing);
    };
  }

  // Ask how long the way is; `onTrip` is told in milliseconds. One at a time.
  measure() {
    if (this._rfbConnectionState !== "connected" || !this._supportsFence) return;
    if (this.#asked !== null && performance.now() - this.#asked < 20_000) return;
    this.#asked = performance.now();
    RFB.messages.clientFence(this._sock, REQUEST | BLOCK_BEFORE, MARK);
  }

  _handleServerFenceMsg() {
    if (this._sock.rQwait("ServerFence header", 8, 1)) return false;
    const head = this._sock.rQpeekBytes(8);
    if (head[3] & 0x80) return super._handleServerFenceMsg();
    if (this._sock.rQwait("ServerFence payload", 8 + head[7], 1)) return false;
    this._sock.rQskipBytes(8);
    const isOurs = this._sock.rQshiftStr(head[7]) === MARK;
    if (isOurs && this.#asked !== null) this.onTrip(performance.now() - this.#asked);
    this.#asked = null;
    return true;
  }

  _handleExtendedDesktopSize() {
    if (this._sock.rQwait("ExtendedDesktopSize", 4)) return false;
    const count = this._sock.rQpeek8();
    if (this._sock.rQwait("ExtendedDesktopSize", 4 + 16 * count)) return false;
    const view = new DataView(this._sock.rQpeekBytes(4 + 16 * count).buffer);
    const monitors = Array.from({ length: count }, (_, one) => {
      const [x, y, width, height] = [4, 6, 8, 10].map((at) => view.getUint16(4 + 16 * one + at));
      return { id: view.getUint32(4 + 16 * one), x, y, width, height };
    });
    if (JSON.stringify(monitors) !== JSON.stringify(this.#monitors)) {
      this.#monitors = monitors;
      this.onMonitors(monitors);
    }
    return super._handleExtendedDesktopSize();
  }

  _resize(width, height) {
    if (width * height > MOST_PIXELS) throw new ProtocolError("a screen that is too large");
    super._resize(width, height);
  }

  _updateClip() {
    if (!this.#monitor) {
      super._updateClip();
      return;
    }
    const { x, y, width, height } = this.#monitor;
    if (!this._display.clipViewport) this._display.clipViewport = true;
    this._display.viewportChangeSize(width, height);
    const now = this._display._viewportLoc;
    this._display.viewportChangePos(x - now.x, y - now.y);
  }

  _updateScale() {
    super._updateScale();
    // Never larger than it is: blurred letters help nobody.
    if (this._scaleViewport && this._display.scale > 1) this._display.scale = 1;
  }
}
