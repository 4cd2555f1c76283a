// What a ticket's page does: it says to colleagues that one is here and writes, keeps on the server what is written,
// puts the link of a remote session into the answer, and turns to the next ticket.
(() => {
  "use strict";
  const one = (selector, from = document) => from.querySelector(selector);
  const token = () => one("#act [name=csrf_token]").value;

  const beat = 20000; // ms; whoever says nothing for twice as long counts as gone
  const writesFor = 20000;
  const idleAfter = 120000;
  const placeOf = () => one("[data-presence]").dataset.presence;
  let place = placeOf();
  const tab = crypto.getRandomValues(new Uint32Array(3)).join("");
  let said = "";
  let saidAt = 0;
  let actedAt = Date.now();
  let typedAt = 0;
  const state = () => {
    const now = Date.now();
    if (document.hidden || now - actedAt > idleAfter) return "idle";
    return now - typedAt < writesFor ? "writing" : "viewing";
  };
  const say = (what) => {
    said = what;
    saidAt = Date.now();
    const body = new URLSearchParams({ state: what, tab, csrf_token: token() });
    if (what === "gone") navigator.sendBeacon(place, body);
    else fetch(place, { method: "POST", body }).catch(() => {}); // the next beat says it again
  };
  const look = () => {
    if (said === "gone") return;
    const now = state();
    if (now !== said || Date.now() - saidAt > beat) say(now);
  };
  for (const act of ["pointermove", "keydown", "scroll", "focus"]) {
    addEventListener(act, () => {
      actedAt = Date.now();
      if (said === "idle") look();
    }, { passive: true, capture: true });
  }
  document.addEventListener("input", ({ target }) => {
    if (!target.closest(".composer")) return;
    typedAt = Date.now();
    look();
  });
  document.addEventListener("visibilitychange", () => setTimeout(look, 1000)); // not while it is left
  addEventListener("pagehide", () => say("gone"));
  addEventListener("pageshow", ({ persisted }) => persisted && say(state()));
  setInterval(look, 5000 + Math.random() * 1000);
  look();

  // The draft: saved a second after the last key and at least every five, with new files; only what no server
  // has seen stays in the browser.
  const pausesFor = 1000;
  const atLeastEvery = 5000;
  const mostAtLeaving = 60000; // bytes that a page may still send when it is left
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short" });
  let form = null;
  let timer = 0;
  let dirtySince = 0;
  let saving = null;
  const saves = new Map(); // of each ticket that was here, when its newest save has its answer
  const words = (text) => {
    const kept = one(".kept", form);
    kept.hidden = false;
    one("span", kept).textContent = text;
  };
  const isSuperseded = () => !one(".superseded", form).hidden;
  const newFiles = () => ["#pictures", "#files"].flatMap((field) => [...one(field, form).files]);
  const keepHere = (kept) => sessionStorage.setItem(kept.dataset.unsent, one("textarea", kept).value);
  // Files that the server has no longer: those that this browser has go along with the next save, others are named.
  const tellLost = (mine, lost) => {
    mine.dispatchEvent(new CustomEvent("lost", { detail: lost }));
    const items = [...mine.querySelectorAll("[type=checkbox][name=held]")].filter(({ value }) => lost.includes(value)).map((box) => box.closest("li"));
    if (!items.length) return;
    const told = one(".lost-files", mine);
    one("span", told).textContent = told.dataset.words.replace("{names}", items.map((item) => item.textContent.trim()).join(", "));
    told.hidden = false;
    for (const item of items) item.remove();
  };
  const put = async (mine, files, ending) => {
    const answer = await fetch(mine.dataset.save, { method: "POST", body: new FormData(mine), signal: ending.signal });
    if (!answer.ok && answer.status !== 409) throw new Error(answer.status);
    const { version, held, lost } = await answer.json();
    if (lost.length) tellLost(mine, lost);
    const tokens = held.slice(held.length - files.length);
    mine.dispatchEvent(new CustomEvent("held", { detail: files.map((file, at) => [file, tokens[at]]) }));
    return [answer.ok, version];
  };
  const save = () => saves.set(location.pathname, keep());
  const keep = async () => {
    clearTimeout(timer);
    timer = 0;
    if (saving || isSuperseded() || form.dataset.sent) return;
    dirtySince = 0;
    saving = new AbortController();
    const mine = form; // it may have made room for another one when the answer comes
    try {
      const [isKept, version] = await put(mine, newFiles(), saving);
      if (isKept || mine === form) sessionStorage.removeItem(mine.dataset.unsent);
      else keepHere(mine);
      if (mine !== form) return;
      if (isKept) {
        one("[name=version]", form).value = version;
        words(version ? one(".kept span", form).dataset.words.replace("{time}", clock.format(new Date())) : "");
        one(".kept", form).hidden = !version;
      } else {
        one(".superseded", form).hidden = false;
        form.dataset.other = version;
      }
    } catch {
      if (mine.dataset.sent) return;
      keepHere(mine);
      if (mine !== form) return;
      words(one(".kept span", form).dataset.unsaved);
      later(atLeastEvery);
    } finally {
      saving = null;
    }
    if (dirtySince) later();
  };
  const later = (pause = pausesFor) => {
    const now = Date.now();
    dirtySince ||= now;
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(0, Math.min(pause, dirtySince + atLeastEvery - now)));
  };
  const saveAtLeaving = () => {
    if (!form || !dirtySince || form.dataset.sent || isSuperseded()) return;
    const fields = new FormData(form);
    fields.delete("files");
    fields.delete("pictures");
    const isShort = one("textarea", form).value.length * 3 < mostAtLeaving;
    if (saving || !isShort || !navigator.sendBeacon(form.dataset.save, fields)) keepHere(form);
    dirtySince = 0;
  };
  const begin = () => {
    const composer = one(".composer");
    if (!composer || composer === form) return;
    saveAtLeaving(); // it has made room for another one
    form = composer;
    clearTimeout(timer);
    dirtySince = 0;
    const unsent = sessionStorage.getItem(form.dataset.unsent);
    if (unsent !== null && unsent !== one("textarea", form).value) {
      one("textarea", form).value = unsent;
      later(0);
    }
    form.addEventListener("input", () => later());
    form.addEventListener("submit", () => {
      clearTimeout(timer);
      saving?.abort();
      sessionStorage.removeItem(form.dataset.unsent);
    });
    one("[data-take]", form).addEventListener("click", () => location.reload());
    one("[data-keep]", form).addEventListener("click", () => {
      one(".superseded", form).hidden = true;
      one("[name=version]", form).value = form.dataset.other;
      later(0);
    });
  };
  document.addEventListener("htmx:after:swap", begin);
  document.addEventListener("turning", () => {
    say("gone");
    if (dirtySince && !saving) save(); // this page stays to hear how it went
    else saveAtLeaving();
  });
  document.addEventListener("turned", () => {
    place = placeOf();
    typedAt = 0;
    begin();
    say(state());
  });
  addEventListener("pagehide", saveAtLeaving);
  document.addEventListener("visibilitychange", () => document.hidden && dirtySince && save());
  begin();

  // Remote sessions: the link goes into the answer as it stands, and whatever is done shows at once.
  const told = () => one("#remote-said");
  const wrong = () => one("#remote-wrong");

  const ask = async (path, body) => {
    const answer = await fetch(path, { method: "POST", body, headers: { Accept: "application/json" } });
    const found = answer.status === 204 ? {} : await answer.json();
    if (!answer.ok) throw new Error(found.wrong);
    one("#remotes").dispatchEvent(new CustomEvent("refresh"));
    return found;
  };
  const attempt = async (work) => {
    told().textContent = wrong().textContent = "";
    try {
      told().textContent = (await work()) ?? "";
    } catch (error) {
      wrong().textContent = error.message;
    }
  };

  // The answer goes to the customer; what is a note, or is forwarded to somebody else, is left as it is.
  const insert = (text) => {
    const composer = one(".composer");
    const area = one("#text", composer);
    const reply = one("[name=kind][value=reply]", composer);
    if (!reply || (!reply.checked && area.value.trim())) return false;
    reply.checked = true;
    const at = area.selectionStart || area.value.length;
    const [before, after] = [area.value.slice(0, at).trimEnd(), area.value.slice(at).trimStart()];
    const end = (before ? before.length + 2 : 0) + text.length;
    area.value = [before, text, after].filter(Boolean).join("\n\n");
    area.focus();
    area.setSelectionRange(end, end);
    area.dispatchEvent(new Event("input", { bubbles: true }));
    return true;
  };

  document.addEventListener("submit", (event) => {
    const make = event.target;
    if (make.id !== "remote-make") return;
    event.preventDefault();
    attempt(async () => {
      const { text } = await ask(event.submitter?.getAttribute("formaction") ?? make.action, new FormData(make));
      make.reset();
      make.closest("details").open = false;
      if (text === undefined) return told().dataset.asked;
      return insert(text) ? told().dataset.put : told().dataset.notPut;
    });
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remote]");
    if (!button) return;
    event.preventDefault();
    attempt(async () => {
      const { text } = await ask(button.getAttribute("formaction"), new FormData(button.form));
      if (text === undefined) return "";
      await navigator.clipboard.writeText(text);
      return told().dataset.copied;
    });
  });

  // From one ticket of a list to its neighbour without a new page: what stands around stays, the other is there at once.
  const slow = 300; // ms after which one sees that something is on its way

  // Another release has other scripts and styles; a page of these takes the place of this one whole.
  const madeOf = (page) => [...page.querySelectorAll("head :is(link, script)")].map((part) => part.getAttribute("href") ?? part.getAttribute("src")).join(" ");
  let shown = location.pathname;
  let asked = null;

  const fetched = async (path, ending) => {
    await saves.get(path); // who comes back at once finds what they wrote
    const answer = await fetch(path, { signal: ending.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return answer.ok && !answer.redirected && madeOf(page) === madeOf(document) ? page : null;
  };
  const show = (page, path) => {
    document.dispatchEvent(new Event("turning"));
    if (path !== location.pathname) history.pushState(null, "", path);
    shown = path;
    document.title = page.title;
    const main = document.adoptNode(one("#main", page));
    one("#main").replaceWith(main);
    htmx.process(main);
    scrollTo(0, 0);
    main.setAttribute("aria-label", document.title);
    main.focus({ preventScroll: true });
    document.dispatchEvent(new Event("turned"));
  };
  const turn = async (path, whole) => {
    asked?.abort();
    const mine = (asked = new AbortController());
    const waits = setTimeout(() => one("#main").setAttribute("aria-busy", "true"), slow);
    const page = await fetched(path, mine).catch(() => null); // the whole page tells what is wrong
    clearTimeout(waits);
    if (mine !== asked) return;
    if (page) show(page, path);
    else whole();
  };

  document.addEventListener("turn", (event) => {
    event.preventDefault();
    turn(event.detail, () => location.assign(event.detail));
  });
  addEventListener("popstate", () => location.pathname !== shown && turn(location.pathname, () => location.reload()));
})();
