// What happens elsewhere shows here by itself. The tabs of a browser share one stream; what it names is asked
// for anew, and the polls of the page go on as the net below it.
(() => {
  "use strict";
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const kinds = ["ticket", "people", "draft", "system", "look"];
  const ofNoRow = ["draft", "system"];
  const gather = 80; // ms in which what happens at once is gathered, and as many by chance: tabs do not ask in step
  const restless = 1000; // ms between two looks at what any ticket may change
  const silence = 40000;
  const lostAfter = 5000;
  const sleepAfter = navigator.locks ? 300000 : 3000; // unshared, a stream is one of the few that a browser opens

  // What was heard goes to the elements that name it: data-live="ticket:12 people:12", or "ticket" and "system" for any.
  const heard = new Map();
  const wants = (element, kind, number) => element.dataset.live.split(" ").some((word) => {
    const [of, which] = word.split(":");
    return (kind === "look" || kind === of) && (!which || !number || which === number);
  });
  const isOfAny = (element) => element.dataset.live.split(" ").some((word) => !word.includes(":"));
  const looked = new WeakMap();
  const refresh = (element) => {
    const due = (looked.get(element) ?? 0) + (isOfAny(element) ? restless : 0) - Date.now();
    if (due > restless) return; // one waits already
    looked.set(element, Date.now() + Math.max(0, due));
    setTimeout(() => element.dispatchEvent(new CustomEvent("refresh")), Math.max(0, due));
  };
  const pass = () => {
    const news = [...heard.values()];
    heard.clear();
    const told = new Set();
    for (const { kind, number } of news) {
      for (const element of all("[data-live]")) if (wants(element, kind, number)) told.add(element);
      document.body.dispatchEvent(new CustomEvent(`live:${kind}`, { detail: { number } }));
    }
    told.forEach(refresh);
    updateRows(news);
  };
  let passing = 0;
  const hear = (kind, number = "") => {
    document.body.dispatchEvent(new CustomEvent("live:heard"));
    heard.set(`${kind} ${number}`, { kind, number });
    if (passing || document.hidden) return;
    passing = setTimeout(() => {
      passing = 0;
      pass();
    }, gather * (1 + Math.random()));
  };

  // Rows of a list change where they stand; what is new waits above it.
  const updateRows = async (news) => {
    const rows = all(".row[data-number]").filter(({ dataset }) => news.some(({ kind, number }) => !ofNoRow.includes(kind) && (!number || number === dataset.number)));
    if (!rows.length) return;
    try {
      const answer = await fetch(`/rows?n=${rows.map((row) => row.dataset.number).join(",")}`);
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const row of rows) replaceRow(row, one(`.row[data-number="${row.dataset.number}"]`, page));
    } catch {
      // The page is as it was; the next news or poll tries again.
    }
  };
  const replaceRow = (row, fresh) => {
    if (!fresh || !row.isConnected) return;
    const boxes = all("input[type=checkbox]", row);
    all("input[type=checkbox]", fresh).forEach((box, at) => (box.checked = boxes[at]?.checked ?? box.checked));
    const stops = all("a, input, button", row);
    const here = stops.indexOf(document.activeElement);
    row.replaceWith(document.adoptNode(fresh));
    if (here >= 0) all("a, input, button", fresh)[here]?.focus({ preventScroll: true });
    document.body.dispatchEvent(new CustomEvent("live:row", { detail: { row: fresh } }));
  };

  // The stream: whoever holds the lock listens for all tabs of this browser.
  const tabs = navigator.locks && new BroadcastChannel("live");
  const say = (kind, number) => {
    tabs?.postMessage([kind, number]);
    take(kind, number);
  };
  const take = (kind, number) => {
    if (kind === "lost" || kind === "found") showLost(kind === "lost");
    else hear(kind, number);
  };
  tabs?.addEventListener("message", ({ data }) => take(...data));
  const showLost = (isLost) => {
    const told = one("#lost");
    if (told) told.textContent = isLost ? told.dataset.words : "";
  };

  let source = null;
  let letGo = null;
  let pause = 1000;
  let retrying = 0;
  let watching = 0;
  let losing = 0;
  const listen = () => {
    source = new EventSource("/live");
    for (const kind of kinds) source.addEventListener(kind, ({ data }) => alive() || say(kind, data));
    source.addEventListener("beat", () => {
      alive();
      pause = 1000; // it lasts: what only opens and closes is asked ever more seldom
    });
    source.addEventListener("end", again);
    source.addEventListener("error", again);
    source.addEventListener("open", () => {
      alive();
      say("look", "");
    });
  };
  const alive = () => {
    clearTimeout(watching);
    clearTimeout(losing);
    watching = setTimeout(again, silence);
    if (losing) say("found");
    losing = 0;
  };
  const again = () => {
    hangUp();
    losing ||= setTimeout(() => say("lost"), lostAfter);
    retrying = setTimeout(listen, pause * (0.5 + Math.random()));
    pause = Math.min(pause * 2, 30000);
  };
  const hangUp = () => {
    source?.close();
    clearTimeout(retrying);
    clearTimeout(watching);
  };

  // A page that nobody looks at for long listens no more; when it is looked at again it looks itself.
  let joined = null;
  const join = () => {
    if (joined) return;
    joined = new AbortController();
    if (!tabs) {
      listen();
      return;
    }
    const held = () => new Promise((done) => {
      letGo = done;
      listen();
    });
    navigator.locks.request("live", { signal: joined.signal }, held).catch(() => {}); // it left before its turn
  };
  const leave = () => {
    joined?.abort();
    joined = null;
    hangUp();
    clearTimeout(losing);
    losing = 0;
    letGo?.();
    letGo = null;
  };
  let sleeping = 0;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(sleeping);
    if (document.hidden) {
      sleeping = setTimeout(leave, sleepAfter);
      return;
    }
    if (!joined || heard.size) hear("look");
    join();
  });
  addEventListener("pagehide", leave);
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    hear("look");
    join();
  });
  join();
})();
