// The page on which the customer's screen is seen: what it says and does, in the reader's words (config.texts).
import { copied, lengthOf, MOST_CHAT_CHARS, oneLine, parseClipboard, parseHeard, said, wanted } from "./bodies.js";
import { ScreenChannel } from "./channel.js";
import { onWayOut, press } from "./keys.js";
import { Channel, ProtocolError } from "./protocol.js";
import { Screen } from "./screen.js";
import { ViewerSession } from "./session.js";
import { SCOPES } from "./texts.js";
import { MOST_OVER, Transfers } from "./transfers.js";

const part = (name) => document.querySelector(`#v-${name}`);
const config = JSON.parse(document.querySelector("#remote-config").textContent);
const texts = config.texts;
const language = document.documentElement.lang;
const fill = (name, values = {}) => texts[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
const listOf = (scopes) => scopes.map((scope) => texts[`scope.${scope}`]).join(", ");
const number = (digits) => new Intl.NumberFormat(language, { maximumFractionDigits: digits });
const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};
const sizeOf = (bytes) => {
  const [unit, by] = bytes >= 1e6 ? ["megabyte", 1e6] : ["kilobyte", 1e3];
  return new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: 1 }).format(bytes / by);
};
const clockOf = (milliseconds) => {
  const seconds = Math.floor(milliseconds / 1000);
  const two = (value) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${hours ? `${hours}:` : ""}${two(minutes)}:${two(seconds % 60)}`;
};
// Words are put in only when they are others, so that a live region speaks of changes alone.
const put = (where, words) => {
  if (where.textContent !== words) where.textContent = words;
};

const MOST_LINES = 200; // of what was said; whoever talks without end fills nothing up

let screen = null;
let channel = null;
let transfers = null;
let liveSince = null;
let waiting = null; // { seconds, until } while there is no line
let trip = null;
let monitors = [];
let picked = ""; // the monitor's id, "" for all
let asked = []; // what this viewer has asked for
let wantsControl = true; // or only looks on, though it might
let wantsClipboard = false; // it was asked for, and has not come yet
const shownFiles = new Map();

// --- state in words ------------------------------------------------------------------------------------------

const LIGHTS = { live: "ok", waiting: "wait", asking: "wait", paused: "wait", ended: "off" };
const words = () => {
  if (waiting) return fill("lost", { seconds: waiting.seconds });
  if (session.state === "ended" || !session.number) return session.isOver ? texts["state.ended"] : texts.connecting;
  if (!session.isHostThere && session.state !== "waiting") return texts.no_host;
  if (session.state === "live" && !session.isReady) return texts.connecting;
  return texts[`state.${session.state}`];
};
const isLive = () => session.state === "live" && session.isReady && !waiting;

const showState = () => {
  const now = words();
  put(part("state"), now);
  // Beside the state, which is read aloud, the notice is for the eye: it may count.
  const left = waiting && Math.max(0, Math.ceil((waiting.until - performance.now()) / 1000));
  put(part("notice"), isLive() && screen?.isShown ? "" : waiting ? fill("lost", { seconds: left }) : now);
  part("light").className = `light ${waiting || (!session.isHostThere && session.number) ? "wait" : (LIGHTS[session.state] ?? "wait")}`;
  part("screen").classList.toggle("still", !isLive());
  put(part("code"), session.code ? fill("code", { code: session.code }) : "");
  showRate();
};
let countedBytes = 0;
let countedAt = performance.now();
let rate = 0;
const showRate = () => {
  if (!isLive()) {
    put(part("rate"), "");
    return;
  }
  const told = [clockOf(Date.now() - liveSince)];
  const megabits = `${number(1).format(rate)} Mbit/s`;
  told.push(trip === null ? megabits : fill("rate", { ms: number(0).format(trip), rate: megabits }));
  put(part("rate"), told.join(" · "));
};
setInterval(() => {
  const now = performance.now();
  rate = (((channel?.received ?? 0) - countedBytes) * 8) / 1e6 / ((now - countedAt) / 1000);
  [countedBytes, countedAt] = [channel?.received ?? 0, now];
  if (isLive()) screen?.measure();
  showState();
}, 1000);

const log = (line) => {
  part("log").append(line);
  while (part("log").childElementCount > MOST_LINES) part("log").firstElementChild.remove();
  part("log").scrollTop = part("log").scrollHeight;
};
const note = (line, isNews = true) => {
  log(element("p", { className: "soft", textContent: line }));
  if (isNews) put(part("said"), line);
};

// --- who may what --------------------------------------------------------------------------------------------

const has = (scope) => session.granted.includes(scope);
const steers = () => wantsControl && session.hasControl && has("control") && isLive();

const showControls = () => {
  const mayTake = session.mayControl && has("control") && !session.isOver;
  part("control").hidden = !mayTake;
  part("control").setAttribute("aria-pressed", String(session.hasControl && wantsControl));
  const controls = has("control") && session.viewers.find((one) => one.controls);
  const who = controls && controls.viewer !== session.number ? fill("other_controls", { name: controls.name }) : "";
  put(part("steering"), steers() ? texts.controls : who || (isLive() ? texts.view_only : ""));
  part("keys").hidden = !steers();
  part("clipboard").hidden = !(session.hasControl && has("clipboard") && isLive());
  part("files").hidden = !(session.hasControl && has("files") && isLive());
  part("end").hidden = !config.mayEnd || session.isOver;
  showAsking();
  showPeople();
  if (channel && channel.mayControl !== steers()) {
    if (channel.mayControl) channel.release();
    channel.mayControl = steers();
    screen.viewOnly = !steers();
  }
};
// What stays is neither made anew nor moved, so that whoever stands on it, or presses it, still does afterwards.
const kept = (list, key, tag) => {
  const found = [...list.children].find((one) => one.dataset.key === key) ?? element(tag);
  found.dataset.key = key;
  return found;
};
const renew = (list, wanted) => {
  const stood = list.contains(document.activeElement);
  for (const one of [...list.children]) if (!wanted.includes(one)) one.remove();
  wanted.forEach((one, at) => {
    if (list.children[at] !== one) list.insertBefore(one, list.children[at] ?? null);
  });
  if (!stood || list.contains(document.activeElement)) return;
  const next = list.querySelector("button") ?? list.closest("details").querySelector("summary");
  (next.checkVisibility() ? next : part("chat")).focus();
};
const showAsking = () => {
  const missing = SCOPES.filter((scope) => !has(scope));
  const mayAsk = session.mayControl && missing.length > 0 && ["live", "paused"].includes(session.state);
  const list = part("ask");
  const buttons = missing.map((scope) => {
    const button = kept(list, scope, "button");
    const isAsked = asked.includes(scope);
    put(button, fill(isAsked ? "asked" : "ask", { scopes: texts[`scope.${scope}`] }));
    button.type = "button";
    button.setAttribute("aria-disabled", String(isAsked)); // `disabled` would take the keyboard away from it
    button.onclick = () => {
      if (asked.includes(scope)) return;
      asked.push(scope);
      session.ask([scope]);
      showAsking();
    };
    return button;
  });
  part("more").hidden = !mayAsk;
  renew(list, mayAsk ? buttons : []);
};
const showPeople = () => {
  put(part("count"), String(session.viewers.length));
  const list = part("viewers");
  const lines = session.viewers.map(({ viewer, name, controls }) => {
    const [isMe, steering] = [viewer === session.number, controls && has("control")];
    const mayHand = session.hasControl && !isMe;
    const line = kept(list, JSON.stringify([viewer, name, isMe, steering, mayHand]), "li");
    if (line.childNodes.length) return line;
    line.append(isMe ? `${name} (${texts.you})` : name);
    if (steering) line.append(element("span", { className: "soft", textContent: ` ${texts.controls_short}` }));
    if (mayHand) {
      const button = element("button", { type: "button", textContent: fill("hand_over", { name }) });
      button.addEventListener("click", () => session.giveControl(viewer));
      line.append(" ", button);
    }
    return line;
  });
  renew(list, lines);
};

// --- the picture ---------------------------------------------------------------------------------------------

const begin = () => {
  stop();
  channel = new ScreenChannel((which, body) => session.say(which, body));
  countedBytes = 0;
  screen = new Screen(part("screen"), channel, { shared: true });
  screen.background = "transparent";
  screen.viewOnly = true;
  screen.showDotCursor = true;
  screen.qualityLevel = Number(part("quality").value);
  screen.compressionLevel = Number(part("quality").value) < 5 ? 9 : 2;
  screen.onMonitors = showMonitors;
  screen.onTrip = (milliseconds) => (trip = milliseconds);
  const mine = screen;
  screen.addEventListener("connect", () => {
    const canvas = part("screen").querySelector("canvas:not(.past)");
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label", part("screen").getAttribute("aria-label"));
    part("screen").querySelector("canvas.past")?.remove();
    mine.isShown = true;
    scale();
    showControls();
    showState();
  });
  // noVNC gives up at a picture that it cannot read: another connection begins with a whole one.
  mine.addEventListener("disconnect", () => mine === screen && session.again());
  transfers = new Transfers((which, body) => session.say(which, body), showFile);
  channel.byPlace = part("place").checked;
};
// What was last seen stays, grey, until there is another picture.
const stop = () => {
  if (!screen) return;
  const canvas = part("screen").querySelector("canvas:not(.past)");
  if (canvas?.width) {
    const past = element("canvas", { className: "past", width: canvas.width, height: canvas.height });
    past.setAttribute("aria-hidden", "true");
    past.style.width = canvas.style.width;
    past.style.height = canvas.style.height;
    past.getContext("2d").drawImage(canvas, 0, 0);
    part("screen").querySelector("canvas.past")?.remove();
    part("screen").append(past);
  }
  channel.mayControl = false;
  screen.disconnect();
  channel.close();
  transfers.close();
  screen = channel = transfers = trip = null;
  wantsClipboard = false;
};
const scale = () => {
  if (screen) screen.scaleViewport = part("scale").value === "fit";
};
const showMonitors = (found) => {
  monitors = found;
  const names = [["", texts.all_monitors], ...found.map(({ id }, at) => [String(id), fill("monitor", { number: at + 1 })])];
  part("monitor").replaceChildren(...names.map(([value, textContent]) => element("option", { value, textContent })));
  if (!found.some(({ id }) => String(id) === picked)) picked = "";
  part("monitor").value = picked;
  part("monitor").hidden = found.length < 2;
  queueMicrotask(() => screen?.showMonitor(monitors.find(({ id }) => String(id) === picked) ?? null));
};

// --- what comes in -------------------------------------------------------------------------------------------

const receive = async (which, body) => {
  if (which === Channel.SCREEN) channel?.receive(body);
  else if (which === Channel.CLIPBOARD) await takeClipboard(parseClipboard(body).text ?? "");
  else if (which === Channel.CHAT) showChat(parseHeard(body));
  else if (which === Channel.FILES) await transfers?.receive(body);
};
const showChat = ({ from, text }) => {
  const who = from === "" ? texts.customer : from;
  const name = element("b", {}, element("bdi", { textContent: who }), ": ");
  log(element("p", {}, name, element("bdi", { textContent: oneLine(text) })));
  if (part("side").hidden) openSide();
};
// Only what somebody here has asked for: nobody over there puts words into our clipboard.
const takeClipboard = async (text) => {
  if (!wantsClipboard) return undefined;
  wantsClipboard = false;
  if (!text) return put(part("said"), texts.clip_empty);
  try {
    await navigator.clipboard.writeText(text);
    put(part("said"), texts.clip_from);
  } catch {
    part("clip-text").value = text; // the browser asks for a click of its own
    part("clip-box").showModal();
  }
  return undefined;
};

const showFile = (file) => {
  const { id, name, size, moved, isOurs, phase } = file;
  const key = `${isOurs} ${id}`;
  const line = shownFiles.get(key) ?? element("li");
  if (!shownFiles.has(key)) part("transfers").append(line);
  shownFiles.set(key, line);
  if (phase === "moving" && line.dataset.phase === "moving") {
    line.querySelector("progress").value = moved;
    return;
  }
  line.dataset.phase = phase;
  const over = [...shownFiles].filter(([, one]) => !["offered", "moving"].includes(one.dataset.phase));
  for (const [old, one] of over.slice(0, -MOST_OVER)) {
    one.remove();
    shownFiles.delete(old);
  }
  const told = { name, size: sizeOf(size) };
  const named = { offered: isOurs ? "file_waits" : "file_offered", moving: "file_moving", done: "file_done", refused: "file_refused", broken: "file_broken", too_large: "file_too_large" }[phase];
  line.replaceChildren(element("span", { textContent: fill(named, told) }));
  const button = (words, act) => {
    const made = element("button", { type: "button", textContent: words });
    made.addEventListener("click", act);
    line.append(" ", made);
  };
  if (phase === "moving") {
    const bar = element("progress", { max: size || 1, value: moved });
    bar.setAttribute("aria-label", name);
    line.append(" ", bar);
  }
  const mine = transfers;
  if (phase === "offered" && !isOurs) button(texts.file_take, () => mine.accept(id));
  if (phase === "offered" || phase === "moving") button(texts[isOurs || phase === "moving" ? "file_stop" : "file_refuse"], () => mine.drop(id));
  if (phase !== "moving") put(part("said"), fill(named, told));
  if (part("side").hidden) openSide();
};

// --- the session ---------------------------------------------------------------------------------------------

let before = { viewers: [], granted: [], asked: [] };
const tellChanges = () => {
  if (before.number === session.number) {
    const was = new Map(before.viewers.map((one) => [one.viewer, one]));
    for (const one of session.viewers) if (!was.delete(one.viewer)) note(fill("joined", one));
    for (const one of was.values()) note(fill("left", one));
  }
  const more = session.granted.filter((scope) => !before.granted.includes(scope));
  if (more.length && before.number) note(fill("granted", { scopes: listOf(more) }));
  const declined = asked.filter((scope) => before.asked.includes(scope) && !session.asked.includes(scope));
  if (declined.length) note(texts.declined);
  asked = asked.filter((scope) => !has(scope) && !declined.includes(scope));
  before = { number: session.number, viewers: session.viewers, granted: session.granted, asked: session.asked };
};
const session = new ViewerSession(
  {
    ...config,
    getPass: async () => {
      const body = new URLSearchParams({ csrf_token: part("token").value });
      const answer = await fetch(config.passUrl, { method: "POST", body, redirect: "manual" });
      return answer.ok ? await answer.json() : { status: answer.status };
    },
  },
  {
    standing: () => {
      if (session.state === "live") liveSince ??= Date.now();
      tellChanges();
      showControls();
      showState();
    },
    ready: () => {
      begin();
      showControls();
      showState();
    },
    lost: () => {
      stop();
      showState();
    },
    body: receive,
    away: async (seconds) => {
      waiting = { seconds, until: performance.now() + seconds * 1000 };
      showControls();
      showState();
      await new Promise((over) => setTimeout(over, seconds * 1000));
      waiting = null;
      showState();
    },
    ended: (why) => showEnd(why ? texts[`why.${why}`] : ""),
    refused: () => showEnd(texts.refused),
  },
);
const showEnd = (why) => {
  const duration = liveSince === null ? null : clockOf(Date.now() - liveSince);
  put(part("why"), duration && why ? fill("ended", { duration, why }) : why);
  showControls();
  showState();
  put(part("notice"), [texts["state.ended"], why].filter(Boolean).join(": "));
  const field = part("note-text");
  if (field && liveSince !== null) field.value = part("why").textContent;
  if (document.fullscreenElement) document.exitFullscreen();
  part("ended").showModal();
};

// --- the bar -------------------------------------------------------------------------------------------------

const openSide = (isOpen = true) => {
  part("side").hidden = !isOpen;
  part("chat").setAttribute("aria-expanded", String(isOpen));
};
const release = () => channel?.release();

part("control").addEventListener("click", () => {
  const isOn = session.hasControl && wantsControl;
  wantsControl = !isOn;
  if (wantsControl && !session.hasControl) session.takeControl();
  showControls();
});
part("scale").addEventListener("change", scale);
part("monitor").addEventListener("change", () => {
  picked = part("monitor").value;
  screen?.showMonitor(monitors.find(({ id }) => String(id) === picked) ?? null);
});
part("quality").addEventListener("change", () => {
  if (!screen) return;
  const level = Number(part("quality").value);
  screen.qualityLevel = level;
  screen.compressionLevel = level < 5 ? 9 : 2;
});
part("keys").addEventListener("toggle", () => {
  part("places").hidden = !screen?.takesPlaces;
  part("no-places").hidden = !part("places").hidden;
});
part("place").addEventListener("change", () => {
  release();
  if (channel) channel.byPlace = part("place").checked;
});
for (const button of document.querySelectorAll("#v-keys [data-keys]")) {
  button.addEventListener("click", () => {
    press(screen, button.dataset.keys);
    part("keys").open = false;
    screen.focus();
  });
}
part("clip-to").addEventListener("click", async () => {
  part("clipboard").open = false;
  try {
    await session.say(Channel.CLIPBOARD, copied(await navigator.clipboard.readText()));
    put(part("said"), texts.clip_to);
  } catch (error) {
    put(part("said"), error instanceof ProtocolError ? texts.clip_too_large : texts.clip_denied);
  }
});
part("clip-from").addEventListener("click", () => {
  part("clipboard").open = false;
  wantsClipboard = session.may(Channel.CLIPBOARD);
  session.say(Channel.CLIPBOARD, wanted());
});
part("clip-take").addEventListener("click", async () => {
  await navigator.clipboard.writeText(part("clip-text").value).catch(() => part("clip-text").select());
  part("clip-box").close();
});
part("file").addEventListener("change", () => {
  for (const file of part("file").files) {
    if (!transfers?.offer(file)) note(fill("file_too_many", { name: file.name }));
  }
  part("file").value = "";
  openSide();
});
part("chat").addEventListener("click", () => {
  openSide(part("side").hidden);
  if (!part("side").hidden) part("text").focus();
});
part("write").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = part("text").value.trim();
  if (!text || lengthOf(text) > MOST_CHAT_CHARS || !session.may(Channel.CHAT)) return;
  session.say(Channel.CHAT, said(text));
  part("text").value = "";
});
part("full").addEventListener("click", () => {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.querySelector("#viewer").requestFullscreen();
});
part("end").addEventListener("click", () => {
  if (confirm(texts.end_sure)) session.end();
});
// A menu closes when something beside it is chosen, or by Esc.
const menus = [...document.querySelectorAll(".slim details.menu")];
addEventListener("pointerdown", ({ target }) => {
  for (const menu of menus) if (!menu.contains(target)) menu.open = false;
});
for (const menu of menus) {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
onWayOut(() => {
  release();
  screen?.blur();
  part("scale").focus();
  put(part("said"), texts.keys_free);
});
addEventListener("blur", release);
addEventListener("pagehide", release);
document.addEventListener("visibilitychange", () => document.hidden && release());

showState();
showControls();
session.run();
