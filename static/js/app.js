/* The frame's behaviour: menus, notices, confirmations, charts on demand, htmx's refusals. */
(() => {
  "use strict";

  /* menus are <details>: they close on a click elsewhere and on Escape */
  const openMenus = () => document.querySelectorAll("details[data-menu][open]");
  document.addEventListener("click", (event) => {
    openMenus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    openMenus().forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  });

  /* a link to a part of the page that is folded opens it */
  const unfold = (hash) => {
    const part = hash.length > 1 && document.getElementById(hash.slice(1));
    if (part instanceof HTMLDetailsElement) part.open = true;
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link) unfold(link.hash);
  });
  document.addEventListener("DOMContentLoaded", () => unfold(window.location.hash));

  /* notices: good news leaves by itself unless it is being read; refusals stay */
  const fade = (line) => {
    let timer = setTimeout(() => line.remove(), 7000);
    const hold = () => clearTimeout(timer);
    line.addEventListener("mouseenter", hold);
    line.addEventListener("focusin", hold);
    line.addEventListener("mouseleave", () => { timer = setTimeout(() => line.remove(), 3000); });
  };
  /* chips and tabs that run off the phone's edge begin where the present one is in sight */
  const showPresent = (root) => root.querySelectorAll(".tab-line [aria-current], .chips [aria-current]").forEach((one) => {
    const line = one.parentElement;
    if (line.scrollWidth <= line.clientWidth) return;
    const beyond = one.getBoundingClientRect().right - line.getBoundingClientRect().right;
    if (beyond > 0) line.scrollLeft += beyond + 24;
  });
  const watchNotices = (root) => root.querySelectorAll("[data-fades]").forEach((line) => {
    if (line.dataset.fades === "on") return;
    line.dataset.fades = "on";
    fade(line);
  });
  const refuse = (text) => {
    const box = document.getElementById("messages");
    const template = document.getElementById("toast-error-template");
    if (!box || !template) return;
    const line = template.content.firstElementChild.cloneNode(true);
    line.querySelector("p").textContent = text;
    box.append(line);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-dismiss]");
    if (button) button.closest(".toast-line, .notice").remove();
  });

  /* confirmation: data-confirm on a button, or hx-confirm; without JavaScript the form just goes */
  const dialog = () => document.getElementById("confirm-dialog");
  const ask = (text, word) => new Promise((resolve) => {
    const box = dialog();
    box.querySelector("[data-confirm-text]").textContent = text;
    box.querySelector("[data-confirm-yes]").textContent = word || "确定";
    box.returnValue = "no";
    box.addEventListener("close", () => resolve(box.returnValue === "yes"), { once: true });
    box.showModal();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-confirm]");
    if (!button || button.dataset.confirmed || !button.form) return;
    if (!button.form.noValidate && !button.formNoValidate && !button.form.checkValidity()) return;
    event.preventDefault();
    event.stopPropagation();
    ask(button.dataset.confirm, button.dataset.confirmWord).then((yes) => {
      if (!yes) return;
      button.dataset.confirmed = "1";
      button.form.requestSubmit(button);
      delete button.dataset.confirmed;
    });
  }, true);
  document.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    ask(event.detail.question).then((yes) => { if (yes) event.detail.issueRequest(true); });
  });

  /* one act, once: a submitted form cannot be sent a second time by a nervous finger */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 8000);
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
  });

  /* the error summary takes the focus, so that it is read out and scrolled to */
  const focusErrors = (root) => {
    const box = root.querySelector("[data-focus]");
    if (box) box.focus();
  };

  /* charts: the library comes only to a page that has one */
  let drawing = null;
  const load = (address) => new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });
  const drawCharts = (root) => {
    const boxes = root.querySelectorAll("[data-chart]");
    if (!boxes.length) return;
    const { echarts, charts } = document.body.dataset;
    drawing = drawing || load(echarts).then(() => load(charts));
    drawing.then(() => boxes.forEach((box) => window.liaisonCharts.draw(box)), () => {
      boxes.forEach((box) => {
        const table = box.parentElement.querySelector(".chart-data");
        if (table) table.open = true;
        box.remove();
      });
    });
  };

  /* a thin line at the top while the server works for more than a moment */
  let waiting = 0;
  document.addEventListener("htmx:beforeRequest", () => {
    waiting += 1;
    setTimeout(() => document.body.classList.toggle("busy", waiting > 0), 300);
  });
  document.addEventListener("htmx:afterRequest", () => {
    waiting = Math.max(0, waiting - 1);
    document.body.classList.toggle("busy", waiting > 0 && document.body.classList.contains("busy"));
  });

  /* a swapped list keeps the keyboard's place: htmx restores an element with an id, else the list itself */
  document.addEventListener("htmx:afterSettle", (event) => {
    const list = event.target;
    if (document.activeElement !== document.body || !list.id || !list.matches?.("section, details, form, table")) return;
    list.tabIndex = -1;
    list.focus({ preventScroll: true });
  });

  /* a step that the answer brings opened stays so: the old one of its name, not yet gone, would shut it */
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.detail.shouldSwap) return;
    event.detail.target.querySelectorAll("details[name][open]").forEach((box) => box.removeAttribute("name"));
  });

  /* htmx: say why nothing happened; a session that ended leads to the sign-in page */
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.responseText && xhr.responseText.includes("data-page=\"sign-in\"")) {
      event.detail.shouldSwap = false;
      window.location.reload();
    }
  });
  const isQuiet = (event) => event.detail.elt.hasAttribute("data-quiet");  // asked by the page itself, not by a hand
  document.addEventListener("htmx:responseError", (event) => {
    if (isQuiet(event)) return;
    const { status } = event.detail.xhr;
    const words = {
      403: "您没有权限做这一步，页面内容没有改变。",
      404: "这条记录不存在，或已不在您的范围内。",
      409: "别人刚刚改过这条记录，请刷新页面再试。",
      413: "文件太大，没有上传。",
      429: "操作太频繁，请稍等再试。",
    };
    refuse(words[status] || "服务器没有完成这一步，您填的内容还在，请稍后再试。");
  });
  document.addEventListener("htmx:sendError", (event) => isQuiet(event) || refuse("网络不通，没有提交成功。您填的内容还在，请稍后再试。"));

  /* the bell: what was done settles what asked for it; a worker notes it some seconds later */
  let askings = [];
  const askBellSoon = () => {
    askings.forEach(clearTimeout);
    askings = [1500, 8000].map((pause) => setTimeout(() => {
      document.getElementById("bell")?.dispatchEvent(new Event("news"));
    }, pause));
  };
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && event.detail.requestConfig.verb !== "get") askBellSoon();
  });
  document.addEventListener("DOMContentLoaded", () => {
    if (document.querySelector("#messages .toast-success")) askBellSoon();
  });

  const start = (root) => { watchNotices(root); showPresent(root); drawCharts(root); focusErrors(root); };
  document.addEventListener("DOMContentLoaded", () => start(document));
  document.addEventListener("htmx:load", (event) => {
    if (event.target !== document.body) start(event.target.parentElement || document);
  });
})();
