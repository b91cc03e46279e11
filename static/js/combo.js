/* A long native <select> becomes a box to type in: letters narrow the list, arrows and Enter choose.
   The select stays in the form and keeps the value; without JavaScript it is simply itself.
   An option may carry data-words (pinyin, code, short name) that are searched too. */
(() => {
  "use strict";

  const LONG = 12;
  const SHOWN = 100;
  let count = 0;

  const grow = (select) => {
    if (select.dataset.combo === "on" || select.multiple || select.disabled) return;
    if (select.options.length <= LONG && select.dataset.combo !== "always") return;
    select.dataset.combo = "on";
    count += 1;

    const input = document.createElement("input");
    const list = document.createElement("ul");
    const box = document.createElement("div");
    const empty = [...select.options].find((option) => option.value === "");
    box.className = "combo";
    input.type = "text";
    input.id = `combo-${count}`;
    input.className = select.className.replace("form-select", "form-control combo-input");
    input.autocomplete = "off";
    input.placeholder = empty && /[^-\s]/.test(empty.text) ? `${empty.text}，可输入查找` : "输入几个字查找";
    Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": `combo-list-${count}`, "aria-autocomplete": "list" })
      .forEach(([name, value]) => input.setAttribute(name, value));
    ["aria-describedby", "aria-invalid", "aria-label"].forEach((name) => {
      if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    });
    list.id = `combo-list-${count}`;
    list.className = "combo-list";
    list.setAttribute("role", "listbox");
    list.hidden = true;
    [...select.labels].forEach((label) => { label.htmlFor = input.id; list.setAttribute("aria-label", label.textContent.trim()); });
    select.classList.add("combo-native");
    select.tabIndex = -1;
    select.setAttribute("aria-hidden", "true");
    select.before(box);
    box.append(select, input, list);

    let at = -1;
    const lines = () => [...list.querySelectorAll("[role=option]")];
    const word = (option) => (option && option.value !== "" ? option.text.trim() : "");
    const reset = () => { input.value = word(select.selectedOptions[0]); };
    const close = () => {
      list.hidden = true;
      at = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const mark = (place) => {
      const all = lines();
      all.forEach((line) => line.removeAttribute("data-at"));
      at = all.length ? (place + all.length) % all.length : -1;
      if (at < 0) return;
      all[at].setAttribute("data-at", "");
      all[at].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", all[at].id);
    };
    const open = (wanted) => {
      const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
      const fits = [...select.options].filter((option) => option.value !== "" && !option.disabled
        && words.every((part) => `${option.text} ${option.dataset.words || ""}`.toLowerCase().includes(part)));
      list.replaceChildren();
      let group = "";
      fits.slice(0, SHOWN).forEach((option, place) => {
        const name = option.parentElement.tagName === "OPTGROUP" ? option.parentElement.label : "";
        if (name && name !== group) {
          const head = document.createElement("li");
          head.className = "combo-group";
          head.setAttribute("role", "presentation");
          head.textContent = name;
          list.append(head);
        }
        group = name;
        const line = document.createElement("li");
        line.id = `${list.id}-${place}`;
        line.setAttribute("role", "option");
        line.setAttribute("aria-selected", String(option.selected));
        line.dataset.index = String(option.index);
        line.textContent = option.text.trim();
        list.append(line);
      });
      if (!fits.length || fits.length > SHOWN) {
        const note = document.createElement("li");
        note.className = "combo-note";
        note.setAttribute("role", "presentation");
        note.textContent = fits.length ? `还有 ${fits.length - SHOWN} 项，请再输入几个字` : "没有符合的选项，换几个字试试";
        list.append(note);
      }
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      mark(words.length ? 0 : Math.max(0, fits.findIndex((option) => option.selected)));
    };
    const choose = (line) => {
      select.selectedIndex = Number(line.dataset.index);
      reset();
      close();
      select.dispatchEvent(new Event("change", { bubbles: true }));
      select.dispatchEvent(new Event("input", { bubbles: true }));
    };

    input.addEventListener("focus", () => input.select());
    input.addEventListener("click", () => { if (list.hidden) open(""); });
    input.addEventListener("input", (event) => {
      event.stopPropagation();
      if (input.value === "" && empty) { select.value = ""; select.dispatchEvent(new Event("change", { bubbles: true })); }
      open(input.value);
    });
    input.addEventListener("change", (event) => event.stopPropagation());
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) open(""); else mark(at + (event.key === "ArrowDown" ? 1 : -1));
      } else if (event.key === "Enter" && !list.hidden) {
        event.preventDefault();
        if (lines()[at]) choose(lines()[at]);
      } else if (event.key === "Escape" && !list.hidden) {
        event.stopPropagation();
        reset();
        close();
      }
    });
    input.addEventListener("blur", () => { reset(); close(); });
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();  // the box keeps the focus
      const line = event.target.closest("[role=option]");
      if (line) choose(line);
    });
    select.addEventListener("change", reset);
    select.addEventListener("focus", () => input.focus());
    select.addEventListener("invalid", () => input.classList.add("is-invalid"));
    select.form?.addEventListener("reset", () => setTimeout(reset));
    reset();
  };

  const start = (root) => root.querySelectorAll("select.form-select").forEach(grow);
  document.addEventListener("DOMContentLoaded", () => start(document));
  document.addEventListener("htmx:load", (event) => start(event.target));
})();
