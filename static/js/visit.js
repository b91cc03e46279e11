/* 登记走访: this browser makes the visit's id, and keeps it as long as the draft that it belongs to.
   So a form sent twice over a bad line is one visit, and a new form is a new one. */
(() => {
  "use strict";

  const uuid = () => {
    if (crypto.randomUUID) return crypto.randomUUID();  // only over https or on localhost
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };

  const start = (form) => {
    const field = form.elements.client_id;
    const key = `visit-id:${form.dataset.draft}`;
    const refused = form.querySelector(".field-error, .form-errors");
    let draft = null;
    let id = null;
    try { draft = localStorage.getItem(`draft:${form.dataset.draft}`); id = localStorage.getItem(key); } catch { /* private mode */ }
    if (!refused) field.value = (draft && id) || uuid();
    try { localStorage.setItem(key, field.value); } catch { /* the id lives as long as the page */ }
  };

  /* after drafts.js has settled what was sent; also when the page comes back from the browser's memory */
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-visit]").forEach(start));
})();
