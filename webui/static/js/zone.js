// Whoever has not said by whose clock they read, reads by their browser's.
(() => {
  "use strict";
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const form = document.querySelector("#own-zone");
  const select = document.querySelector("select#zone");
  const option = select && [...select.options].find((known) => known.value === own);
  if (option && !option.selected) select.prepend(option.cloneNode(true));
  if (!form) return;
  form.elements.zone.value = own;
  fetch(form.action, { method: "POST", body: new FormData(form) });
})();
