// A ticket's page: says who is here, keeps what is written, asks for remote sessions, turns to the next ticket.
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
  // has seen stays in the browser. Each composer keeps its own, also after it has made room for another one.
  const pausesFor = 1000;
  const atLeastEvery = 5000;
  const mostAtLeaving = 60000; // bytes that a page may still send when it is left
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short" });
  const saves = new Map(); // by address, when the newest save there has its answer
  const keeper = (form) => {
    let timer = 0;
    let dirtySince = 0;
    let saving = null;
    let isLeft = false;
    const words = (text) => {
      const kept = one(".kept", form);
      kept.hidden = false;
      one("span", kept).textContent = text;
    };
    const isDone = () => form.dataset.sent || !one(".superseded", form).hidden;
    const newFiles = () => ["#pictures", "#files"].flatMap((field) => [...one(field, form).files]);
    const keepHere = () => sessionStorage.setItem(form.dataset.unsent, one("textarea", form).value);
    // Files that the server has no longer: those that this browser has go along with the next save, others are named.
    const tellLost = (lost) => {
      form.dispatchEvent(new CustomEvent("lost", { detail: lost }));
      const items = [...form.querySelectorAll("[type=checkbox][name=held]")].filter(({ value }) => lost.includes(value)).map((box) => box.closest("li"));
      if (!items.length) return;
      const told = one(".lost-files", form);
      one("span", told).textContent = told.dataset.words.replace("{names}", items.map((item) => item.textContent.trim()).join(", "));
      told.hidden = false;
      for (const item of items) item.remove();
    };
    const put = async (files) => {
      const answer = await fetch(form.dataset.save, { method: "POST", body: new FormData(form), signal: saving.signal });
      if (!answer.ok && answer.status !== 409) throw new Error(answer.status);
      const { version, held, lost } = await answer.json();
      if (lost.length) tellLost(lost);
      const tokens = held.slice(held.length - files.length);
      form.dispatchEvent(new CustomEvent("held", { detail: files.map((file, at) => [file, tokens[at]]) }));
      return [answer.ok, version];
    };
    const keep = async () => {
      dirtySince = 0;
      saving = new AbortController();
      try {
        const [isKept, version] = await put(newFiles());
        if (!isKept && isLeft) keepHere();
        else if (!dirtySince) sessionStorage.removeItem(form.dataset.unsent);
        if (isKept) {
          one("[name=version]", form).value = version;
          words(version ? one(".kept span", form).dataset.words.replace("{time}", clock.format(new Date())) : "");
          one(".kept", form).hidden = !version;
        } else {
          one(".superseded", form).hidden = false;
          form.dataset.other = version;
        }
      } catch {
        if (form.dataset.sent) return;
        keepHere();
        words(one(".kept span", form).dataset.unsaved);
        dirtySince = 0;
        if (!isLeft) later(atLeastEvery);
        return;
      } finally {
        saving = null;
      }
      if (!dirtySince) return;
      if (isLeft && !isDone()) await keep();
      else later();
    };
    const save = () => {
      clearTimeout(timer);
      timer = 0;
      if (!saving && !isDone()) saves.set(form.dataset.save, keep());
    };
    const later = (pause = isLeft ? 0 : pausesFor) => {
      const now = Date.now();
      dirtySince ||= now;
      clearTimeout(timer);
      timer = setTimeout(save, Math.max(0, Math.min(pause, dirtySince + atLeastEvery - now)));
    };
    // The page stays, or it goes as well: then there is no more time than for a beacon, which carries no files.
    const leave = (stays) => {
      isLeft ||= stays;
      if (!dirtySince || isDone()) return;
      if (stays) {
        save();
        return;
      }
      const fields = new FormData(form);
      fields.delete("files");
      fields.delete("pictures");
      const isShort = one("textarea", form).value.length * 3 < mostAtLeaving;
      if (!saving && isShort && navigator.sendBeacon(form.dataset.save, fields)) dirtySince = 0;
      else keepHere();
    };
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
    return { form, leave, hide: () => dirtySince && save() };
  };
  let kept = null;
  const begin = () => {
    const composer = one(".composer");
    if (!composer || composer === kept?.form) return;
    kept?.leave(true);
    kept = keeper(composer);
  };
  document.addEventListener("htmx:after:swap", begin);
  document.addEventListener("turning", () => {
    say("gone");
    kept.leave(true);
  });
  document.addEventListener("turned", () => {
    place = placeOf();
    typedAt = 0;
    begin();
    say(state());
  });
  addEventListener("pagehide", () => kept?.leave(false));
  document.addEventListener("visibilitychange", () => document.hidden && kept?.hide());
  begin();
  // Remote sessions: all of it shows in the ticket where it was asked for, though one may have turned away meanwhile.
  const ask = async (path, body) => {
    const answer = await fetch(path, { method: "POST", body, headers: { Accept: "application/json" } });
    const found = answer.status === 204 ? {} : await answer.json();
    if (!answer.ok) throw new Error(found.wrong);
    one("#remotes").dispatchEvent(new CustomEvent("refresh"));
    return found;
  };
  const attempt = async (page, work) => {
    const [told, wrong] = [one("#remote-said", page), one("#remote-wrong", page)];
    told.textContent = wrong.textContent = "";
    try {
      told.textContent = (await work(told.dataset)) ?? "";
    } catch (error) {
      wrong.textContent = error.message;
    }
  };

  // The link is for the customer: a note, or what is forwarded, is left as it is.
  const insert = (page, text) => {
    const composer = one(".composer", page);
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
    const page = make.closest("#main");
    attempt(page, async (words) => {
      const { text } = await ask(event.submitter?.getAttribute("formaction") ?? make.action, new FormData(make));
      make.reset();
      make.closest("details").open = false;
      if (text === undefined) return words.asked;
      return insert(page, text) ? words.put : words.notPut;
    });
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remote]");
    if (!button) return;
    event.preventDefault();
    attempt(button.closest("#main"), async (words) => {
      const { text } = await ask(button.getAttribute("formaction"), new FormData(button.form));
      if (text === undefined) return "";
      await navigator.clipboard.writeText(text);
      return words.copied;
    });
  });

  // From one ticket of a list to its neighbour without a new page.
  const slow = 300; // ms after which one sees that something is on its way

  // Another release has other scripts and styles; a page of these takes the place of this one whole.
  const madeOf = (page) => [...page.querySelectorAll("head :is(link, script)")].map((part) => part.getAttribute("href") ?? part.getAttribute("src")).join(" ");
  let shown = location.pathname;
  let asked = null;

  const fetched = async (path, ending) => {
    await saves.get(`${path.split("?")[0]}/draft`); // who comes back at once finds what they wrote
    const answer = await fetch(path, { signal: ending.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return answer.ok && !answer.redirected && madeOf(page) === madeOf(document) ? page : null;
  };
  const show = (page, path) => {
    document.dispatchEvent(new Event("turning"));
    if (path !== location.pathname + location.search) history.pushState(null, "", path);
    shown = location.pathname;
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
  addEventListener("popstate", () => {
    if (location.pathname !== shown) {
      turn(location.pathname + location.search, () => location.reload());
      return;
    }
    asked?.abort();
    asked = null;
    one("#main").removeAttribute("aria-busy");
  });
})();
