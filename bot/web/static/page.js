// The small things: writing, scrolling, counting down, keys. Everything works on what the
// server drew; nothing here knows a word of the product.
"use strict";
(() => {
  const one = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];

  // --- our clock: the server's, which in the demo runs ahead ------------------------------
  let ahead = Date.parse(one("meta[name=now]").content) - Date.now();
  const now = () => Date.now() + ahead;
  document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const told = detail.xhr.getResponseHeader("Hearback-Time");
    if (told) ahead = Date.parse(told) - Date.now();
  });

  function countDown() {
    const window_ = one("#window[data-closes]");
    if (window_) {
      const minutes = Math.floor((Date.parse(window_.dataset.closes) - now()) / 60000);
      const left = minutes >= 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes} min`;
      if (minutes >= 0) window_.querySelector(".countdown").textContent = left;
      else window_.textContent = window_.dataset.blocked = window_.dataset.closed;
    }
    for (const time of all("time.ticking")) {
      const zone = { timeZone: time.dataset.zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
      time.textContent = new Intl.DateTimeFormat("en-GB", zone).format(now());
    }
    allowWriting();
  }

  // --- the composer: outside of everything that is drawn anew -----------------------------
  function allowWriting() {
    const window_ = one("#window");
    if (!window_ || !one("#composer")) return;
    const blocked = window_.dataset.blocked !== "";
    one("#composer textarea").disabled = blocked;
    one("#composer .send").disabled = blocked;
    if (one("#text").value === "") one("#seen").value = one("#thread").dataset.last;
    if (!one("#give-back")) one("#release").hidden = true;
  }

  function grow(area) {
    area.rows = 1;
    const line = parseFloat(getComputedStyle(area).lineHeight) || 20;
    area.rows = Math.min(8, Math.max(1, Math.floor(area.scrollHeight / line)));
  }

  function write(words) {
    const area = one("#text");
    area.value = area.value.trim() ? `${area.value.trimEnd()}\n\n${words}` : words;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  }

  const draft = (area) => area.dataset.draft && `draft:${area.dataset.draft}`;

  document.addEventListener("input", ({ target }) => {
    if (!target.matches("textarea[data-enter-sends]")) return;
    grow(target);
    if (draft(target)) sessionStorage.setItem(draft(target), target.value);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.id !== "text" || event.target.value || !one("#ready")) return;
    event.preventDefault();
    one("#ready").open = true;
    one("#ready .menu-box button").focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (!event.target.matches("textarea[data-enter-sends]")) return;
    event.preventDefault();
    if (event.target.value.trim()) event.target.form.requestSubmit();
  });
  document.body.addEventListener("sent", ({ target }) => {
    const area = target.querySelector("textarea[data-enter-sends]");
    if (area) {
      area.value = "";
      if (draft(area)) sessionStorage.removeItem(draft(area));
      grow(area);
    }
    toEnd();
  });
  document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (!detail.successful) return;
    if (detail.elt.hasAttribute("data-closes-after")) {
      detail.elt.hidden = true;
      detail.elt.reset();
    }
    if (detail.elt.tagName === "BUTTON") detail.elt.closest("details.sure, details.menu")?.removeAttribute("open");
  });
  document.body.addEventListener("htmx:sendError", ({ detail }) => {
    if (detail.elt.id !== "live") detail.target.textContent = "The server cannot be reached. Try again soon.";
  });

  // --- scrolling ------------------------------------------------------------------------
  const log = one("[data-follow]");
  function toEnd() {
    if (log) log.scrollTop = log.scrollHeight;
  }
  document.addEventListener("newer", () => (one("#newer").hidden = false));
  one("#newer")?.addEventListener("click", toEnd);
  let follows = true;
  log?.addEventListener("scroll", () => {
    follows = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
    if (follows) one("#newer").hidden = true;
  });
  window.addEventListener("resize", () => follows && toEnd());

  // --- opening and shutting -------------------------------------------------------------
  document.addEventListener("click", ({ target }) => {
    const opens = target.closest("[data-opens]")?.dataset.opens;
    const shuts = target.closest("[data-shuts]")?.dataset.shuts;
    if (opens) {
      one(`#${opens}`).hidden = !one(`#${opens}`).hidden;
      one(`#${opens} textarea`)?.focus();
      toEnd();
    }
    if (shuts) one(`#${shuts}`).hidden = true;
    const words = target.closest("[data-writes]")?.dataset.writes;
    if (words) write(words);
    for (const menu of all("details.menu[open]")) {
      if (words || !menu.contains(target)) menu.open = false;
    }
  });

  // --- the phone: whoever looks at it reads -----------------------------------------------
  const eyes = one("#eyes");
  let glance = 0;
  function look() {
    clearTimeout(glance);
    if (eyes && !document.hidden) glance = setTimeout(() => htmx.trigger(document.body, "look"), 700);
  }
  if (eyes) {
    document.body.addEventListener(`live:${eyes.dataset.looks}`, look);
    document.body.addEventListener("live:resync", look);
    document.addEventListener("visibilitychange", look);
  }

  // --- keys -----------------------------------------------------------------------------
  function next(step) {
    const links = all("#rows a");
    const here = links.findIndex((link) => link.hasAttribute("aria-current"));
    links[here < 0 ? 0 : here + step]?.click();
  }
  const KEYS = {
    j: () => next(1),
    k: () => next(-1),
    t: () => one("#take")?.click(),
    r: () => one("#composer textarea")?.focus(),
    e: () => one("#give-back")?.click(),
    n: () => one("#jot")?.click(),
    z: () => one("#snooze summary, #wake")?.click(),
    "/": () => one("#words")?.focus(),
    "?": () => one("#keys").showModal(),
  };
  const keysOn = () => localStorage.getItem("keys") !== "off";
  document.addEventListener("keydown", (event) => {
    const known = one("#keys") && KEYS[event.key];
    if (!known || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, dialog")) return;
    if (!keysOn() && event.key !== "?") return;
    event.preventDefault();
    known();
  });
  one("#keys-on")?.addEventListener("change", ({ target }) => {
    localStorage.setItem("keys", target.checked ? "on" : "off");
  });
  if (one("#keys-on")) one("#keys-on").checked = keysOn();

  // --- begin ----------------------------------------------------------------------------
  for (const area of all("textarea[data-draft]")) {
    area.value = sessionStorage.getItem(draft(area)) ?? "";
    grow(area);
  }
  document.body.addEventListener("htmx:afterSettle", countDown);
  document.body.addEventListener("htmx:oobAfterSwap", countDown);
  setInterval(countDown, 5000);
  countDown();
  toEnd();
  look();
})();
