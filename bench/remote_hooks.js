// What a browser shows of a remote screen, seen from outside of whatever viewer draws it: each drawing on a canvas
// of the page is looked at, at the pixels that remote_screen.py changes. Times are in milliseconds since the epoch.
(() => {
  const BAR = { x: 64, y: 32, blocks: 16, block: 16 };
  const PROBES = {
    patch: [[960, 520], [810, 410], [1110, 630]],
    page: [[16, 16], [1904, 16], [16, 1064], [1904, 1064], [960, 540]],
  };
  const AT = { x: 900, y: 500 }; // where the mouse presses
  const MISSED_MS = 5000;
  const drawing = CanvasRenderingContext2D.prototype;
  const { getImageData } = drawing;
  const { getContext } = HTMLCanvasElement.prototype;
  const now = () => performance.timeOrigin + performance.now();
  const sleep = (ms) => new Promise((over) => setTimeout(over, ms));
  const bench = { canvas: null, bytes: 0 };
  let awaited = null;
  let frames = null;
  let last = -1;
  window.bench = bench;

  // Pixels are read back all the time: in memory, for all viewers alike.
  HTMLCanvasElement.prototype.getContext = function (kind, options) {
    return getContext.call(this, kind, kind === "2d" ? { ...options, willReadFrequently: true } : options);
  };
  window.WebSocket = new Proxy(WebSocket, {
    construct(made, given) {
      const socket = new made(...given);
      socket.addEventListener("message", ({ data }) => (bench.bytes += data.byteLength ?? data.length));
      return socket;
    },
  });

  // 0 red, 1 blue, -1 neither or both.
  const stateOf = (context, probes) => {
    const seen = probes.map(([x, y]) => {
      const [red, , blue] = getImageData.call(context, x, y, 1, 1).data;
      return blue > red + 60 ? 1 : red > blue + 60 ? 0 : -1;
    });
    return seen.every((one) => one === seen[0]) ? seen[0] : -1;
  };
  const numberOf = (context) => {
    const { data } = getImageData.call(context, BAR.x, BAR.y + BAR.block / 2, BAR.blocks * BAR.block, 1);
    let number = 0;
    for (let bit = 0; bit < BAR.blocks; bit += 1) {
      const green = data[(bit * BAR.block + BAR.block / 2) * 4 + 1];
      if (green > 85 && green < 170) return -1;
      if (green >= 170) number |= 1 << bit;
    }
    return number;
  };
  const look = (context) => {
    bench.canvas = context.canvas;
    if (awaited && stateOf(context, awaited.probes) === awaited.state) {
      awaited.seen(performance.now());
      awaited = null;
    }
    if (!frames) return;
    const number = numberOf(context);
    if (number < 0 || number === last) return;
    last = number;
    frames.push([number, now()]);
  };
  for (const name of ["drawImage", "putImageData", "fillRect"]) {
    const draw = drawing[name];
    drawing[name] = function (...given) {
      draw.apply(this, given);
      if (this.canvas.isConnected) look(this);
    };
  }

  const press = (kind) => {
    const { left, top } = bench.canvas.getBoundingClientRect();
    const all = { bubbles: true, cancelable: true };
    const mouse = { ...all, clientX: left + AT.x, clientY: top + AT.y, button: 0 };
    const [down, up] =
      kind === "key"
        ? ["keydown", "keyup"].map((name) => new KeyboardEvent(name, { ...all, key: "a", code: "KeyA" }))
        : [new MouseEvent("mousedown", { ...mouse, buttons: 1 }), new MouseEvent("mouseup", { ...mouse, buttons: 0 })];
    bench.canvas.dispatchEvent(down);
    return () => bench.canvas.dispatchEvent(up);
  };

  // From an event in the page to the pixels that it changes, so many times; null for one that never came.
  bench.press = async (kind, what, times, [shortest, longest]) => {
    const context = getContext.call(bench.canvas, "2d");
    const probes = PROBES[what];
    const took = [];
    for (let turn = 0; turn < times; turn += 1) {
      await sleep(shortest + Math.random() * (longest - shortest));
      while (stateOf(context, probes) < 0) await sleep(20);
      const state = 1 - stateOf(context, probes);
      const seen = new Promise((over) => {
        awaited = { probes, state, seen: over };
        setTimeout(() => over(null), MISSED_MS);
      });
      const began = performance.now();
      const letGo = press(kind);
      const at = await seen;
      letGo();
      took.push(at === null ? null : at - began);
    }
    return took;
  };
  // The frames that are shown from now on, until `stop`: [number, when].
  bench.watch = () => {
    [frames, last, bench.bytes] = [[], -1, 0];
  };
  bench.stop = () => {
    const seen = { frames, bytes: bench.bytes };
    frames = null;
    return seen;
  };
})();
