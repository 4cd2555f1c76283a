// Remote sessions in a ticket: the link goes into the answer as it stands, and whatever is done shows at once.
(() => {
  "use strict";
  const one = (selector, from = document) => from.querySelector(selector);
  const make = one("#remote-make");
  const said = one("#remote-said");
  const wrong = one("#remote-wrong");

  const ask = async (path, body) => {
    const answer = await fetch(path, { method: "POST", body, headers: { Accept: "application/json" } });
    const found = answer.status === 204 ? {} : await answer.json();
    if (!answer.ok) throw new Error(found.wrong);
    one("#remotes").dispatchEvent(new CustomEvent("refresh"));
    return found;
  };
  const attempt = async (work) => {
    said.textContent = wrong.textContent = "";
    try {
      said.textContent = (await work()) ?? "";
    } catch (error) {
      wrong.textContent = error.message;
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

  make.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(async () => {
      const { text } = await ask(event.submitter?.getAttribute("formaction") ?? make.action, new FormData(make));
      make.reset();
      make.closest("details").open = false;
      if (text === undefined) return said.dataset.asked;
      return insert(text) ? said.dataset.put : said.dataset.notPut;
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
      return said.dataset.copied;
    });
  });
})();
