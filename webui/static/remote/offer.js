// The page of a link: takes the secret from behind "#", shows what it leads to, and hands over to share.js or
// to the program. The secret goes nowhere; what is sent is the token that comes from it (docs/remote-protocol.md).
//
// share.js exports share({ secret, texts, elements }): called by the click that agrees, it settles when the
// session is over, or rejects, with `words`, when nothing was shared. `elements` are the parts of the page below.
const one = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const page = one("#remote");
const place = one("#place");
const byCode = one("#by-code");
const kept = "remote-secret"; // of this tab, so that the page can be loaded again
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });

const bytesOf = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
const textOf = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const tokenOf = async (secret) => {
  const key = await crypto.subtle.importKey("raw", bytesOf(secret), "HKDF", false, ["deriveBits"]);
  const info = new TextEncoder().encode("m4a remote 1 token");
  const bits = await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info }, key, 256);
  return textOf(new Uint8Array(bits));
};
const post = (path, fields) => {
  const body = new URLSearchParams({ csrf_token: one("[name=csrf_token]", byCode).value, ...fields });
  return fetch(path, { method: "POST", body });
};

const say = (words) => {
  const told = document.createElement("p");
  told.className = "alert bad";
  told.setAttribute("role", "alert");
  told.textContent = words;
  place.replaceChildren(told);
};
const show = async (answer) => {
  const shown = new DOMParser().parseFromString(await answer.text(), "text/html");
  place.replaceChildren(...shown.body.childNodes);
  for (const time of all("time[data-told]", place)) time.textContent = clock.format(new Date(time.dateTime));
  one("h1", place)?.focus({ preventScroll: true });
};
const turnTo = (wanted) => {
  for (const part of all("#offer, #consent, #share, #shared", place)) part.hidden = part.id !== wanted;
  one(`#${wanted} :is(h1, h2)`, place)?.focus({ preventScroll: true });
  scrollTo(0, 0);
};

const begin = (secret) => {
  const link = `${location.origin}${location.pathname}#${secret}`;
  for (const part of all("[data-link]", place)) part.textContent = link;
  one("[data-scheme]", place).href = `m4a-remote:${link}`;
  if (!navigator.mediaDevices?.getDisplayMedia) {
    one(".phone", place).hidden = false;
    one("[data-way=browser]", place).closest("section").hidden = true;
  }
  one("[data-way=browser]", place).addEventListener("click", () => turnTo("consent"));
  one("[data-back]", place).addEventListener("click", () => turnTo("offer"));
  one("[data-way=client]", place).addEventListener("click", ({ currentTarget: button }) => {
    const isOpen = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!isOpen));
    one("#client", place).hidden = isOpen;
  });
  for (const button of all("[data-copy]", place)) {
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(one("code", button.parentElement).textContent);
      const told = one("[data-copied]", place);
      told.textContent = told.dataset.copied;
    });
  }
  one("[data-not-me]", place).addEventListener("click", async () => {
    forget();
    await attempt(async () => show(await post("/remote/not-me", { token: await tokenOf(secret) })));
  });
  const texts = JSON.parse(one("#remote-texts", place).textContent);
  one("[data-agree]", place).addEventListener("click", () => agree({ secret, texts }));
};
const agree = async (given) => {
  if (isSharing) return; // a second click of the same hand
  const wrong = one("#share-wrong", place);
  wrong.textContent = "";
  const part = (name) => one(`#share-${name}`, place);
  const elements = {
    section: one("#share", place),
    banner: part("banner"),
    viewers: part("viewers"),
    code: part("code"),
    pause: part("pause"),
    end: part("end"),
    log: part("log"),
    chat: part("chat"),
    text: part("text"),
  };
  const begun = new Date();
  isSharing = true;
  try {
    const { share } = await sharing;
    await share({ ...given, elements });
  } catch (error) {
    turnTo("consent");
    wrong.textContent = error.words ?? given.texts.cannot;
    return;
  } finally {
    isSharing = false;
  }
  forget();
  one("[data-begun]", place).textContent = clock.format(begun);
  one("[data-ended]", place).textContent = clock.format(new Date());
  turnTo("shared");
};

const forget = () => sessionStorage.removeItem(kept);
const attempt = async (work) => {
  try {
    await work();
  } catch {
    say(page.dataset.lost);
  }
};
let sharing = null;
let isSharing = false; // from the click that agrees to the end
const open = async (secret) => {
  if (!crypto.subtle) {
    say(page.dataset.unsafe);
    return;
  }
  byCode.hidden = true;
  await attempt(async () => {
    const answer = await post("/remote", { token: await tokenOf(secret) });
    await show(answer);
    if (!answer.ok) {
      forget();
      return;
    }
    sharing = import("./share.js"); // there when somebody agrees: the screen is chosen within their click
    sharing.catch(() => {});
    begin(secret);
  });
};
const take = () => {
  const given = location.hash.slice(1);
  if (given) history.replaceState(null, "", location.pathname); // out of the address bar and the history
  if (isSharing) return; // who is seen keeps the banner that says so; another link needs another tab, or the end
  const secret = given || sessionStorage.getItem(kept) || "";
  if (/^[A-Za-z0-9_-]{43}$/.test(secret)) {
    sessionStorage.setItem(kept, secret);
    open(secret);
    return;
  }
  byCode.hidden = false;
  if (secret) say(page.dataset.broken);
};

byCode.addEventListener("submit", async (event) => {
  event.preventDefault();
  const wrong = one("#code-wrong", byCode);
  wrong.textContent = "";
  await attempt(async () => {
    const answer = await post(byCode.action, { code: byCode.elements.code.value });
    const isData = answer.headers.get("Content-Type")?.startsWith("application/json");
    const found = isData ? await answer.json() : { wrong: new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("h1, p")?.textContent ?? page.dataset.lost };
    if (!answer.ok) {
      wrong.textContent = found.wrong;
      byCode.elements.code.setAttribute("aria-invalid", "true");
      return;
    }
    sessionStorage.setItem(kept, found.secret);
    place.replaceChildren();
    await open(found.secret);
  });
});
addEventListener("hashchange", take);
take();
