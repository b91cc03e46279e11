/* Drafts: a form with data-draft="key" keeps what was typed in this browser until it is sent well.
   The answer page clears it: an element with data-draft-done="key" (or the redirect's message).
   Files and passwords are never kept. */
(() => {
  "use strict";

  const PREFIX = "draft:";
  const SENT = "draft-sent";
  const AGE = 7 * 24 * 3600 * 1000;
  const store = (() => { try { localStorage.setItem("draft-test", "1"); localStorage.removeItem("draft-test"); return localStorage; } catch { return null; } })();
  if (!store) return;

  const kept = (field) => field.name && !["password", "file", "hidden", "submit", "button"].includes(field.type)
    && field.name !== "csrfmiddlewaretoken";

  const read = (form) => {
    const values = {};
    for (const field of form.elements) {
      if (!kept(field)) continue;
      values[field.name] = values[field.name] || [];
      if (field.type === "checkbox" || field.type === "radio") { if (field.checked) values[field.name].push(field.value); }
      else if (field.type === "select-multiple") values[field.name].push(...[...field.selectedOptions].map((option) => option.value));
      else values[field.name].push(field.value);
    }
    return values;
  };

  const write = (form, values) => {
    const seen = {};
    for (const field of form.elements) {
      if (!kept(field) || !(field.name in values)) continue;
      const list = values[field.name];
      if (field.type === "checkbox" || field.type === "radio") field.checked = list.includes(field.value);
      else if (field.type === "select-multiple") [...field.options].forEach((option) => { option.selected = list.includes(option.value); });
      else { seen[field.name] = (seen[field.name] ?? -1) + 1; field.value = list[seen[field.name]] ?? field.value; }
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  };

  const note = (form, text, undo) => {
    let line = form.querySelector(".draft-note");
    if (!line) {
      line = document.createElement("p");
      line.className = "draft-note";
      line.setAttribute("role", "status");
      (form.querySelector(".form-foot") || form).append(line);
    }
    line.textContent = text;
    if (!undo) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-quiet btn-small";
    button.textContent = "不用草稿";
    button.addEventListener("click", undo);
    line.append(" ", button);
  };

  const clock = (at) => new Date(at).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });

  const start = (form) => {
    if (form.dataset.draftOn) return;
    form.dataset.draftOn = "1";
    const key = PREFIX + form.dataset.draft;
    const initial = JSON.stringify(read(form));
    const refused = form.querySelector(".field-error, .form-errors");
    const saved = (() => { try { return JSON.parse(store.getItem(key)); } catch { return null; } })();
    if (saved && !refused && Date.now() - saved.at < AGE && JSON.stringify(saved.values) !== initial) {
      write(form, saved.values);
      note(form, `已恢复 ${clock(saved.at)} 未提交的内容。`, () => {
        store.removeItem(key);
        write(form, JSON.parse(initial));
        note(form, "已恢复为原来的内容。");
      });
    }
    let timer = 0;
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const at = Date.now();
        try { store.setItem(key, JSON.stringify({ at, values: read(form) })); } catch { return; }
        note(form, `草稿已保存在本机（${clock(at)}）`);
      }, 400);
    });
    form.addEventListener("submit", () => {
      clearTimeout(timer);
      try {
        store.setItem(key, JSON.stringify({ at: Date.now(), values: read(form) }));
        sessionStorage.setItem(SENT, JSON.stringify({ key, path: location.pathname }));
      } catch { /* a full store: the form still goes */ }
    });
  };

  /* sent, and the answer is not the same form with errors: it went well */
  const settle = () => {
    document.querySelectorAll("[data-draft-done]").forEach((element) => store.removeItem(PREFIX + element.dataset.draftDone));
    let sent = null;
    try { sent = JSON.parse(sessionStorage.getItem(SENT)); sessionStorage.removeItem(SENT); } catch { return; }
    if (!sent) return;
    const form = document.querySelector(`form[data-draft="${CSS.escape(sent.key.slice(PREFIX.length))}"]`);
    const failed = document.querySelector(".toast-error, [data-page=\"sign-in\"], [data-page=\"refusal\"]");
    const refused = form && form.querySelector(".field-error, .form-errors");
    const answered = performance.getEntriesByType("navigation")[0]?.type === "navigate" && document.referrer
      && new URL(document.referrer).pathname === sent.path;  // not a reload, not "back" after a failed sending
    if (answered && !failed && !refused) store.removeItem(sent.key);
  };

  document.addEventListener("DOMContentLoaded", () => {
    settle();
    document.querySelectorAll("form[data-draft]").forEach(start);
  });
  document.addEventListener("htmx:load", (event) => {
    event.target.querySelectorAll?.("form[data-draft]").forEach(start);
    if (event.target.matches?.("form[data-draft]")) start(event.target);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest?.("form[data-draft]");
    if (!form) return;
    sessionStorage.removeItem(SENT);
    if (event.detail.successful && event.detail.xhr.status < 300) store.removeItem(PREFIX + form.dataset.draft);
  });
})();
