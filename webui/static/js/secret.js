// The secret of a mailed link stands behind "#": it goes into the form, and out of the address bar.
(() => {
  "use strict";
  const field = document.querySelector("[data-from-link]");
  if (!field) return;
  if (location.hash.length > 1) field.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  field.closest(".field").hidden = field.value !== "" && !field.hasAttribute("aria-invalid");
})();
