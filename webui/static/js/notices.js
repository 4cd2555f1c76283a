// What one wants to hear of is shown by the browser, while a page is open and none is in view: by the page's own
// live stream, and by nobody else's service.
(() => {
  "use strict";
  if (!("Notification" in window) || !navigator.locks) return;
  const allow = document.querySelector("[data-allow]");
  if (allow) {
    allow.hidden = Notification.permission !== "default";
    allow.addEventListener("click", async () => (allow.hidden = (await Notification.requestPermission()) !== "default"));
  }
  const inView = () => localStorage.setItem("inView", String(Date.now()));
  const wasInView = () => Date.now() - Number(localStorage.getItem("inView")) < 1500;
  const show = async () => {
    const answer = await fetch("/notifications/fresh");
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const known = Number(localStorage.getItem("noticed"));
    for (const link of page.querySelectorAll("a[data-id]")) {
      const id = Number(link.dataset.id);
      if (id <= known) continue;
      localStorage.setItem("noticed", String(Math.max(id, Number(localStorage.getItem("noticed")))));
      const shown = new Notification(link.textContent, { tag: `notice-${id}` });
      shown.addEventListener("click", () => {
        window.focus();
        location.assign(link.getAttribute("href"));
      });
    }
  };
  document.body.addEventListener("live:heard", () => {
    if (!document.hidden) return inView();
    if (Notification.permission !== "granted") return;
    setTimeout(() => {
      if (wasInView()) return;
      navigator.locks.request("notices", { ifAvailable: true }, (lock) => lock && show().catch(() => {})); // the next news tries again
    }, 500);
  });
})();
