// The help: all keys, each to be put elsewhere, and single letters to be switched off (WCAG 2.1.4).
const one = (selector, from = document) => from.querySelector(selector);
const help = one("#help");
const changes = () => JSON.parse(localStorage.getItem("keymap")) ?? {};

help.addEventListener("input", ({ target }) => {
  const name = target.dataset.remap;
  if (target.id === "keys-on") localStorage.setItem("keys", target.checked ? "on" : "off");
  if (!name) return;
  const changed = changes();
  if (target.value && target.value !== name) changed[name] = target.value;
  else delete changed[name];
  localStorage.setItem("keymap", JSON.stringify(changed));
});

/** Open the dialog; its words are fetched the first time. */
export const show = async () => {
  if (!help.firstElementChild) {
    const page = new DOMParser().parseFromString(await (await fetch("/keys")).text(), "text/html");
    help.append(...page.body.childNodes);
  }
  one("#keys-on").checked = localStorage.getItem("keys") !== "off";
  const changed = changes();
  for (const field of help.querySelectorAll("[data-remap]")) field.value = changed[field.dataset.remap] ?? field.dataset.remap;
  if (!help.open) help.showModal();
};
