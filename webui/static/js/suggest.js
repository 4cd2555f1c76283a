// A suggestion goes without cookies and without an address that it came from; a little work of the browser's is its stamp.
import { quietly, workFor } from "./work.js";

const form = document.querySelector("#suggest");
const told = document.querySelector("#told");

const send = async () => {
  const body = new URLSearchParams({ text: form.elements.text.value, ...(await workFor(form.dataset.path)) });
  return (await fetch(form.dataset.path, { ...quietly, method: "POST", body })).status;
};

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!window.isSecureContext) {
    told.textContent = told.dataset.unsafe;
    return;
  }
  const button = form.querySelector("button");
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
