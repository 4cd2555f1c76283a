// An error report of somebody who is not signed in: the browser works for it, and then the form goes as any other.
// The ServiceClient says what it knows behind the `#`: a few plain words each, for the lines that wait for them.
import { workFor } from "./work.js";

const form = document.querySelector("#report");
const told = document.querySelector("#told");
const PLAIN = /^[\w .+()-]{1,60}$/;

const fill = () => {
  const facts = new URLSearchParams(location.hash.slice(1));
  for (const line of form.querySelectorAll("[data-fact]")) {
    const fact = facts.get(line.dataset.fact) ?? "";
    if (!PLAIN.test(fact)) continue;
    const box = line.querySelector("input");
    const text = line.querySelector("span");
    text.textContent = box.value = `${line.dataset.words} ${fact}`;
    box.disabled = line.hidden = false;
  }
};

const work = async (event) => {
  if (form.elements.answer.value) return;
  event.preventDefault();
  if (!window.isSecureContext) {
    told.textContent = told.dataset.unsafe;
    return;
  }
  const button = form.querySelector("button");
  button.disabled = true;
  told.textContent = told.dataset.working;
  try {
    const done = await workFor(form.dataset.path);
    form.elements.challenge.value = done.challenge;
    form.elements.answer.value = done.answer;
    form.requestSubmit();
  } catch {
    told.textContent = told.dataset.failed;
  }
  button.disabled = false;
};

if (form) {
  fill();
  if (form.elements.answer) form.addEventListener("submit", work);
}
