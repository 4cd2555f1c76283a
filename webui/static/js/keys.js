// Everything by keyboard: each key stands on a visible control (data-key), the palette names them all, and the
// list remembers what comes next. Single letters can be switched off and put on other keys (WCAG 2.1.4).
(() => {
  "use strict";
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const help = one("#help"); // guests have neither it nor the palette
  const kept = (name, otherwise) => JSON.parse(localStorage.getItem(name)) ?? otherwise;
  const keep = (name, value) => localStorage.setItem(name, JSON.stringify(value));

  // The list that one comes from: its address and its tickets, so that [ and ] go through them.
  const list = one("[data-list]");
  const remember = () => {
    if (!list) return;
    const numbers = all(".row[data-number]", list).map((row) => row.dataset.number);
    sessionStorage.setItem("list", JSON.stringify({ path: list.dataset.list, numbers }));
  };
  const from = () => JSON.parse(sessionStorage.getItem("list")) ?? { path: "/", numbers: [] };
  const here = () => /^\/t\/(\d+)$/.exec(location.pathname)?.[1];
  let ahead = null; // the ticket that is on its way: who presses twice goes two on
  const neighbour = (step) => {
    const { numbers } = from();
    const at = numbers.indexOf(ahead ?? here());
    return at < 0 ? (step > 0 ? numbers[0] : undefined) : numbers[at + step];
  };
  const fillOnward = () => {
    if (!here()) return;
    for (const field of all("input[name=next]")) field.value = neighbour(1) ?? "";
    for (const field of all("input[name=list]")) field.value = from().path;
    for (const link of all("a[rel=up]")) link.href = from().path;
  };

  const isTyping = (element) => element.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
  const stops = () => all("[data-moves] .row > a, [data-moves] > .article");
  const move = (step) => {
    const known = stops();
    const at = known.findIndex((stop) => (stop.closest(".row") ?? stop).contains(document.activeElement));
    const next = known[at < 0 ? (step > 0 ? 0 : known.length - 1) : at + step];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  const row = () => document.activeElement?.closest(".row") ?? one(".row:hover");
  const press = (control) => {
    if (control.matches("input:not([type=radio], [type=checkbox]), select")) control.focus();
    else control.click();
    if (control.matches("[type=radio]")) one("#text")?.focus();
    const menu = control.closest("details[open]");
    if (menu && control.matches("summary")) one("input:not([type=hidden]), button", menu.lastElementChild)?.focus();
    control.scrollIntoView({ block: "nearest" });
  };
  const go = (path) => path && location.assign(path);
  const goOn = (step) => {
    const number = neighbour(step);
    if (!number) return;
    if (document.dispatchEvent(new CustomEvent("turn", { cancelable: true, detail: `/t/${number}` }))) go(`/t/${number}`);
    else ahead = number;
  };

  // What no control stands for.
  const moves = {
    j: () => move(1),
    k: () => move(-1),
    o: () => document.activeElement?.matches(".row > a") && document.activeElement.click(),
    x: () => one("input[type=checkbox]", row() ?? document.createElement("p"))?.click(),
    "]": () => goOn(1),
    "[": () => goOn(-1),
    s: () => one("[data-focus=s]")?.focus(),
    "#": () => here() && navigator.clipboard?.writeText(`#${here()}`),
  };
  const places = { i: "mine", u: "unassigned", a: "open", w: "pending", c: "closed" };
  let going = 0;
  const act = (key) => {
    if (going) {
      clearTimeout(going);
      going = 0;
      const link = places[key] && one(`.views a[href="/?view=${places[key]}"]`);
      go(link?.href ?? (places[key] && `/?view=${places[key]}`));
      return Boolean(places[key]);
    }
    if (key === "g") {
      going = setTimeout(() => (going = 0), 1500);
      return true;
    }
    const control = all(`[data-key="${CSS.escape(key)}"]`).find((found) => found.checkVisibility());
    if (control) press(control);
    else if (moves[key]) moves[key]();
    else return false;
    return true;
  };
  const areOn = () => localStorage.getItem("keys") !== "off";
  const meant = (key) => {
    const changed = kept("keymap", {});
    const known = Object.keys(changed).find((name) => changed[name] === key);
    return known ?? (changed[key] === undefined ? key : "");
  };
  const onKey = (event) => {
    const { key, target } = event;
    const withControl = event.ctrlKey || event.metaKey;
    if (event.defaultPrevented || event.isComposing) return;
    if (withControl && key === "Enter") {
      const form = target.closest?.(".composer");
      if (!form) return;
      event.preventDefault();
      const isNote = one("[value=note]", form).checked;
      one(isNote ? ".save-note" : event.shiftKey ? ".send [value=closed]" : ".send .primary", form).click();
      return;
    }
    if (palette && withControl && key.toLowerCase() === "k" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      openPalette();
      return;
    }
    if (withControl && key === "z" && !isTyping(target) && one('[data-key="Ctrl+z"]')) {
      event.preventDefault();
      one('[data-key="Ctrl+z"]').click();
      return;
    }
    if (key === "Escape") {
      if (isTyping(target)) target.blur();
      closeMenus();
    }
    if (withControl || event.altKey || isTyping(target) || one("dialog[open]") || !areOn()) return;
    if (act(meant(key))) event.preventDefault();
  };

  // Menus close when one is done with them, and give the focus back.
  const closeMenus = (but) => {
    for (const menu of all("details.menu[open]")) {
      if (menu === but) continue;
      if (menu.contains(document.activeElement)) one("summary", menu).focus();
      menu.open = false;
    }
  };
  // By the way the click took: what was clicked may be gone from the page by now, and was in its menu all the same.
  const menuOf = (event) => event.composedPath().find((one) => one.matches?.("details.menu"));
  document.addEventListener("click", (event) => closeMenus(menuOf(event)));

  // Help: the keys, each to be put elsewhere; its script comes when somebody asks.
  one('button[data-key="?"]')?.addEventListener("click", async () => (await import(help.dataset.script)).show());

  // The palette opens at once; what it knows and finds comes with its own script.
  const palette = one("#palette");
  const openPalette = async () => {
    if (!palette || palette.open) return;
    one("input", palette).value = "";
    palette.showModal();
    (await import(palette.dataset.script)).open(press);
  };
  one('[data-key="Ctrl+k"]')?.addEventListener("click", openPalette);

  // Selecting: the bar counts, shift takes a range.
  let last = null;
  const count = () => {
    const bar = one("#bulk");
    if (bar) one(".chosen-count", bar).textContent = all(".row input:checked").length;
  };
  document.addEventListener("click", (event) => {
    const box = event.target.closest?.(".row input[type=checkbox]");
    if (!box) return;
    const boxes = all(".row input[type=checkbox]");
    if (event.shiftKey && boxes.includes(last)) {
      const [begin, end] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const other of boxes.slice(begin, end + 1)) other.checked = box.checked;
    }
    last = box;
    count();
  });

  // What somebody looks at is read; what they have not read yet is what they see first.
  let told = "";
  const tellSeen = () => {
    const newest = one("[data-seen]")?.dataset.seen;
    if (!here() || !newest || newest === told || document.hidden) return;
    told = newest;
    const body = new FormData();
    body.set("article", newest);
    body.set("csrf_token", one("#act input[name=csrf_token]").value);
    fetch(`/t/${here()}/seen`, { method: "POST", body, keepalive: true }).catch(() => (told = ""));
  };
  const showUnread = () => {
    const first = document.getElementById(one("[data-unread]")?.dataset.unread);
    if (!first || location.hash) return;
    first.classList.add("first-unread");
    if (first.previousElementSibling) first.scrollIntoView({ block: "start" });
  };

  // Events can be out of the way; what was done can be undone for ten seconds.
  const showEvents = () => {
    document.documentElement.classList.toggle("quiet", kept("quiet", false));
    one('[data-key="v"]')?.setAttribute("aria-pressed", String(kept("quiet", false)));
  };
  document.addEventListener("click", ({ target }) => {
    if (!target.closest?.('[data-key="v"]')) return;
    keep("quiet", !kept("quiet", false));
    showEvents();
  });
  const toast = one(".toast");
  if (toast) {
    history.replaceState(null, "", location.href.replace(/([?&])(done|sent)=[^&#]*&?/, "$1").replace(/[?&](?=#|$)/, ""));
    setTimeout(() => !toast.contains(document.activeElement) && toast.remove(), 10000);
  }
  document.addEventListener("change", ({ target }) => {
    if (target.id === "onward") document.cookie = `onward=${target.value};path=/;max-age=31536000;samesite=lax`;
  });

  document.addEventListener("keydown", onKey);
  document.addEventListener("visibilitychange", tellSeen);
  document.addEventListener("htmx:after:swap", () => {
    fillOnward();
    tellSeen();
  });
  document.body.addEventListener("live:row", () => {
    remember();
    count();
  });
  addEventListener("pageshow", count);
  const begin = () => {
    ahead = null;
    fillOnward();
    showEvents();
    showUnread();
    tellSeen();
  };
  document.addEventListener("turned", begin);
  remember();
  begin();
})();
