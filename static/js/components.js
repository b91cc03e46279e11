/* Alpine components (CSP build: no expressions in markup beyond names of these members). */
document.addEventListener("alpine:init", () => {
  /* a file field as a drop zone; without JavaScript it stays a plain file field */
  Alpine.data("drop", () => ({
    name: "",
    hovering: false,
    init() { this.show(); },
    get state() { return `drop-ready${this.hovering ? " drop-over" : ""}`; },
    input() { return this.$root.querySelector("input[type=file]"); },
    over() { this.hovering = true; },
    out() { this.hovering = false; },
    take(event) {
      this.hovering = false;
      if (!event.dataTransfer.files.length) return;
      this.input().files = event.dataTransfer.files;
      this.input().dispatchEvent(new Event("change", { bubbles: true }));
    },
    show() {
      const size = (bytes) => (bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`);
      this.name = [...this.input().files].map((file) => `${file.name}（${size(file.size)}）`).join("、");
    },
  }));

  /* rows ticked in a table, and how many: <form x-data="bulk"> around table and bar */
  Alpine.data("bulk", () => ({
    count: 0,
    init() {
      this.recount();
      this.$root.addEventListener("change", (event) => {
        if (event.target.matches("[data-tick-all]")) this.ticks().forEach((tick) => { tick.checked = event.target.checked; });
        this.recount();
      });
    },
    ticks() { return [...this.$root.querySelectorAll("input[type=checkbox][data-tick]")]; },
    recount() {
      const ticks = this.ticks();
      this.count = ticks.filter((tick) => tick.checked).length;
      ticks.forEach((tick) => tick.closest("tr")?.setAttribute("aria-selected", String(tick.checked)));
      const all = this.$root.querySelector("[data-tick-all]");
      if (all) {
        all.checked = this.count > 0 && this.count === ticks.length;
        all.indeterminate = this.count > 0 && this.count < ticks.length;
      }
    },
    get some() { return this.count > 0; },
    get none() { return this.count === 0; },
    clear() { this.ticks().forEach((tick) => { tick.checked = false; }); this.recount(); },
  }));

  /* a part of a form that is only wanted after a tick or a choice: x-data="reveal" data-when="value" */
  Alpine.data("reveal", () => ({
    open: false,
    init() {
      this.update();
      this.$root.addEventListener("change", () => this.update());
    },
    update() {
      const { when } = this.$root.dataset;
      const control = [...this.$root.querySelectorAll("[data-reveals] input, [data-reveals] select, input[data-reveals]")];
      this.open = control.some((field) => (field.type === "checkbox" || field.type === "radio")
        ? field.checked && (!when || when.split(" ").includes(field.value)) : (when ? when.split(" ").includes(field.value) : field.value !== ""));
    },
  }));

  /* narrowing a long list of choices by typing: x-data="narrow", options [data-word] */
  Alpine.data("narrow", () => ({
    words: "",
    init() {
      this.$root.querySelector("[data-narrow]")?.addEventListener("input", (event) => {
        const wanted = event.target.value.trim().toLowerCase();
        this.$root.querySelectorAll("[data-word]").forEach((line) => {
          line.hidden = Boolean(wanted) && !line.dataset.word.toLowerCase().includes(wanted);
        });
      });
    },
  }));

  /* text to the clipboard: <button x-data="copy" x-on:click="copy" data-text="…"> */
  Alpine.data("copy", () => ({
    async copy() {
      const { text } = this.$root.dataset;
      const word = this.$root.querySelector("span") || this.$root;
      try { await navigator.clipboard.writeText(text); } catch {
        const area = document.createElement("textarea");
        area.value = text;
        document.body.append(area);
        area.select();
        document.execCommand("copy");
        area.remove();
      }
      const before = word.textContent;
      word.textContent = "已复制";
      setTimeout(() => { word.textContent = before; }, 2000);
    },
  }));
});
