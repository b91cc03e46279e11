/* Keyboard for queues: j/k move, Enter opens, x ticks, / searches, ? lists the keys.
   A queue is any table or list with data-queue; its rows are [data-row] (or tbody tr). */
(() => {
  "use strict";

  const rows = () => [...document.querySelectorAll("[data-queue] [data-row], table[data-queue] > tbody > tr")]
    .filter((row) => row.offsetParent !== null);
  const chosen = (list) => list.findIndex((row) => row.classList.contains("selected"));
  const link = (row) => row.querySelector("[data-open], .name a, a[href]");

  const choose = (list, place) => {
    list.forEach((row) => row.classList.remove("selected"));
    const row = list[Math.max(0, Math.min(place, list.length - 1))];
    if (!row) return;
    row.classList.add("selected");
    row.scrollIntoView({ block: "nearest" });
    const target = link(row);
    if (target) target.focus({ preventScroll: true });
  };

  const showKeys = () => {
    const dialog = document.getElementById("keys-dialog");
    if (!dialog || dialog.open) return;
    const queue = rows().length > 0;
    const search = Boolean(document.querySelector("[data-search]"));
    dialog.querySelectorAll("[data-keys-queue]").forEach((line) => { line.hidden = !queue; });
    dialog.querySelectorAll("[data-keys-search]").forEach((line) => { line.hidden = !search; });
    dialog.showModal();
  };

  const typing = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
    const box = typing(event.target) && !(event.target.type === "checkbox");
    if (box) return;
    if (event.key === "?") { event.preventDefault(); showKeys(); return; }
    if (event.key === "/") {
      const search = document.querySelector("[data-search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
      return;
    }
    const list = rows();
    if (!list.length) return;
    const place = chosen(list);
    if (event.key === "j") choose(list, place + 1);
    else if (event.key === "k") choose(list, place < 0 ? 0 : place - 1);
    else if (event.key === "x" && place >= 0) {
      const tick = list[place].querySelector("input[type=checkbox]");
      if (tick) tick.click();
    } else if (event.key === "Enter" && place >= 0 && event.target === document.body) {
      const target = link(list[place]);
      if (target) target.click();
    }
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-show-keys]")) showKeys();
  });
})();
