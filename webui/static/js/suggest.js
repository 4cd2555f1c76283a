// A suggestion goes without cookies and without an address that it came from; a little work of the browser's is its stamp.
(() => {
  "use strict";
  const form = document.querySelector("#suggest");
  if (!form) return;
  const told = document.querySelector("#told");
  const button = form.querySelector("button");
  const quietly = { credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store" };
  const AT_ONCE = 512;
  const words = new TextEncoder();

  const isSolved = (digest, bits) => {
    const view = new DataView(digest);
    return view.getUint32(0) >>> (32 - bits) === 0;
  };
  const solve = async ({ challenge, bits }) => {
    for (let from = 0; ; from += AT_ONCE) {
      const tries = Array.from({ length: AT_ONCE }, (_, n) => crypto.subtle.digest("SHA-256", words.encode(`${challenge}:${from + n}`)));
      const found = (await Promise.all(tries)).findIndex((digest) => isSolved(digest, bits));
      if (found >= 0) return String(from + found);
    }
  };
  const send = async () => {
    const asked = await (await fetch(`${form.dataset.path}/challenge`, quietly)).json();
    const body = new URLSearchParams({ text: form.elements.text.value, challenge: asked.challenge, answer: await solve(asked) });
    return (await fetch(form.dataset.path, { ...quietly, method: "POST", body })).status;
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!window.isSecureContext) {
      told.textContent = told.dataset.unsafe;
      return;
    }
    button.disabled = true;
    told.textContent = told.dataset.working;
    try {
      const status = await send();
      told.textContent = status === 201 ? told.dataset.done : status === 429 ? told.dataset.many : told.dataset.failed;
      if (status === 201) form.hidden = true;
    } catch {
      told.textContent = told.dataset.failed;
    }
    button.disabled = false;
  });
})();
