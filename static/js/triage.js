/* The triage queue by keyboard: letters grade, numbers sort, Enter dispatches and brings the next. */
(() => {
  "use strict";

  const PATIENCE = 700; // ms within which a second digit belongs to the first
  let digits = "";
  let timer = null;

  const form = () => document.querySelector("[data-triage-form]");
  const radios = (name) => [...form().querySelectorAll(`input[type=radio][name=${name}]`)];
  const pick = (name, place) => {
    const radio = radios(name)[place];
    if (!radio) return;
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    radio.closest("label").scrollIntoView({ block: "nearest" });
  };
  const follow = (selector) => document.querySelector(selector)?.click();
  const writing = (target) => target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName)
    || (target.tagName === "INPUT" && !/^(radio|checkbox)$/.test(target.type));
  const send = () => {
    const box = form();
    if (box && !box.classList.contains("htmx-request")) box.requestSubmit();
  };
  const sort = (digit) => {
    clearTimeout(timer);
    digits += digit;
    if (Number(digits) > radios("category").length) digits = digit;
    pick("category", Number(digits) - 1);
    timer = setTimeout(() => { digits = ""; }, PATIENCE);
  };

  /* on a wide window the queue stands open beside the problem */
  const wide = window.matchMedia("(min-width: 1024px)");
  const spread = () => document.querySelectorAll("[data-opens-wide]").forEach((box) => {
    box.open = wide.matches;
    const list = box.querySelector("ol");
    const here = box.querySelector("[aria-current]");
    if (wide.matches && list && here) list.scrollTop = here.offsetTop - list.offsetTop - 80;
  });

  document.addEventListener("keydown", (event) => {
    if (!form() || event.isComposing || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && event.ctrlKey) { event.preventDefault(); if (!event.repeat) send(); return; }
    if (event.ctrlKey || writing(event.target)) return;
    const key = event.key.toLowerCase();
    if (event.key === "Enter") {
      if (/^(A|BUTTON|SUMMARY)$/.test(event.target.tagName)) return;
      event.preventDefault();
      if (!event.repeat) send();
    } else if (/^[0-9]$/.test(key)) sort(key);
    else if ("abcdefgh".includes(key) && key.length === 1) pick("grade", key.charCodeAt(0) - 97);
    else if (key === "j") follow("[data-triage-after]");
    else if (key === "k") follow("[data-triage-before]");
    else if (key === "o") follow("[data-triage-open]");
    else if (key === "u") follow("[data-triage-last]");
    else if (key === "l" || key === "n") {
      event.preventDefault();
      form().querySelector(key === "n" ? "textarea[name=note]" : ".combo-input, select[name=lead]")?.focus();
    }
  });
  wide.addEventListener("change", spread);
  document.addEventListener("htmx:afterSettle", spread);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", spread); else spread();
})();
