// Passkeys: the form's button asks the authenticator, and the form takes its answer along. Shown only where that works.
(() => {
  "use strict";
  const known = window.PublicKeyCredential;
  const verbs = {
    create: async (options) => navigator.credentials.create({ publicKey: known.parseCreationOptionsFromJSON(options) }),
    get: async (options) => navigator.credentials.get({ publicKey: known.parseRequestOptionsFromJSON(options) }),
  };
  const answer = async (form) => {
    const headers = { "X-CSRFToken": form.elements.csrf_token.value };
    const asked = await fetch(form.dataset.options, { method: "POST", headers });
    if (asked.redirected || asked.status === 404) return location.reload(); // the password is asked for again, or it took too long
    if (!asked.ok) throw new Error(asked.statusText);
    const credential = await verbs[form.dataset.passkey](await asked.json());
    form.elements.credential.value = JSON.stringify(credential.toJSON());
    form.submit();
  };
  const begin = (form) => {
    form.hidden = false;
    const failed = form.querySelector("[data-failed]");
    const button = form.querySelector("button");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      failed.textContent = "";
      button.disabled = true;
      try {
        await answer(form);
      } catch {
        failed.textContent = failed.dataset.failed;
      }
      button.disabled = false;
    });
  };
  if (!known?.parseCreationOptionsFromJSON) return;
  document.querySelectorAll("[data-passkey]").forEach(begin);
  document.querySelectorAll("[data-no-passkeys]").forEach((hint) => hint.remove());
})();
