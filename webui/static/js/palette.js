// The palette: what can be done here, where one can go, and what is found. Fetched when it opens first.
const one = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const palette = one("#palette");
const field = one("input", palette);
const found = one("ul", palette);
let press = null;
let known = [];
let asking = 0;

const words = (element) => (element.dataset.name ?? element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent).replace(/\s+/g, " ").trim();
const actions = () => {
  const keyed = all("[data-key]").filter((control) => control.checkVisibility() && control.dataset.key !== "Ctrl+k" && !palette.contains(control));
  const links = all(".rail .views a, .rail .areas a, .rail .foot a").map((link) => ({ name: words(one("span", link) ?? link), run: () => link.click() }));
  return [...keyed.map((control) => ({ name: words(control) || control.placeholder, key: control.dataset.key, run: () => press(control) })), ...links];
};
const item = ({ name, key, run }) => {
  const made = document.createElement("li");
  made.role = "option";
  made.id = `palette-${found.children.length}`;
  made.textContent = name;
  if (key) made.append(Object.assign(document.createElement("kbd"), { textContent: key }));
  made.addEventListener("click", () => {
    palette.close();
    run();
  });
  found.append(made);
};
const mark = (item) => {
  for (const other of found.children) other.setAttribute("aria-selected", String(other === item));
  field.setAttribute("aria-activedescendant", item?.id ?? "");
  item?.scrollIntoView({ block: "nearest" });
};
const offer = async () => {
  const wanted = field.value.trim().toLowerCase();
  const mine = (asking += 1);
  found.replaceChildren();
  const parts = wanted.split(/\s+/);
  for (const one of known.filter(({ name }) => parts.every((part) => name.toLowerCase().includes(part))).slice(0, 12)) item(one);
  if (wanted) item({ name: `${field.dataset.search} “${field.value.trim()}”`, run: () => location.assign(`/?q=${encodeURIComponent(field.value.trim())}`) });
  mark(found.firstElementChild);
  if (!wanted) return;
  try {
    const answer = await fetch(`/find?q=${encodeURIComponent(wanted)}`);
    if (!answer.ok || mine !== asking) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine === asking) for (const link of all("a[href]", page)) item({ name: words(link), run: () => location.assign(link.getAttribute("href")) });
  } catch {
    // What the page knows by itself is there.
  }
};
field.addEventListener("input", offer);
field.addEventListener("keydown", (event) => {
  const marked = one("[aria-selected=true]", found);
  if (event.key === "ArrowDown") mark(marked?.nextElementSibling ?? found.firstElementChild);
  else if (event.key === "ArrowUp") mark(marked?.previousElementSibling ?? found.lastElementChild);
  else if (event.key === "Enter") marked?.click();
  else return;
  event.preventDefault();
});

/** Offer what there is now, and what fits the words that were typed meanwhile; `how` presses a control. */
export const open = (how) => {
  press = how;
  known = actions();
  offer();
};
