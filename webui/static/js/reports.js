// Reports are by the reader's clock; what is pointed at says its numbers.
(() => {
  "use strict";
  // The address says by which clock, so that it can be shared.
  const asked = document.querySelector("[data-zone]");
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const url = new URL(location.href);
  if (asked && !url.searchParams.has("zone") && asked.value !== own) {
    url.searchParams.set("zone", own);
    location.replace(url);
  }

  // The numbers stand in the tables already, so the page need not hold them twice.
  const textOf = (cell) => cell.textContent.trim();
  const tell = (field, clientX) => {
    const table = field.closest("figure").querySelector("table");
    const rows = table.tBodies[0].rows;
    const { left, width } = field.getBoundingClientRect();
    const at = Math.min(rows.length - 1, Math.max(0, Math.floor(((clientX - left) / width) * rows.length)));
    const place = field.querySelector(".place");
    if (place.getAttribute("x") === String(at)) return;
    const [, ...heads] = [...table.tHead.rows[0].cells].map(textOf);
    const [day, ...values] = [...rows[at].cells].map(textOf);
    place.setAttribute("x", at);
    place.firstElementChild.textContent = `${day}: ${heads.map((head, one) => `${head} ${values[one]}`).join(", ")}`;
  };
  document.addEventListener("pointermove", ({ target, clientX }) => {
    const field = target.closest?.(".plot .field");
    if (field) tell(field, clientX);
    const cell = target.closest?.(".heat tbody td:not([title])");
    if (!cell) return;
    const hour = cell.cellIndex - 1;
    cell.title = `${cell.parentElement.dataset.day} ${hour}–${hour + 1}: ${textOf(cell)}`;
  });
})();
