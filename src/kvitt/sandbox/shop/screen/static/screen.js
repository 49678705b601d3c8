// The order screen's script. It saves reloads, follows the notes, and does the arithmetic of the
// two forms as one types. Every page works without it. Money is counted in millionths with
// BigInt, so that no amount ever passes through a float.
"use strict";

(() => {
  const SCALE = 6;
  const UNIT = 10n ** BigInt(SCALE);

  const orderPage = () => document.querySelector("[data-order-page]");
  const style = () => orderPage().dataset;

  // Amounts

  function parse(text) {
    const compact = text.replace(/[\s\u00a0\u202f’']/g, "");
    const last = Math.max(compact.lastIndexOf(","), compact.lastIndexOf("."));
    const whole = (last < 0 ? compact : compact.slice(0, last)).replace(/[.,]/g, "");
    const fraction = last < 0 ? "" : compact.slice(last + 1);
    if (!/^-?\d*$/.test(whole) || !/^\d*$/.test(fraction) || !/\d/.test(compact)) return 0n;
    const digits = (fraction + "0".repeat(SCALE)).slice(0, SCALE);
    const size = BigInt(whole.replace("-", "") || "0") * UNIT + BigInt(digits);
    return whole.startsWith("-") ? -size : size;
  }

  function divided(amount, by) {
    const half = by / 2n;
    return amount < 0n ? -((-amount + half) / by) : (amount + half) / by;
  }

  function parts(amount, decimals) {
    const step = 10n ** BigInt(SCALE - decimals);
    const counted = divided(amount, step);
    const size = (counted < 0n ? -counted : counted).toString().padStart(decimals + 1, "0");
    const cut = size.length - decimals;
    return { minus: counted < 0n ? "-" : "", whole: size.slice(0, cut), fraction: size.slice(cut) };
  }

  function typed(amount) {
    const { minus, whole, fraction } = parts(amount, SCALE);
    const kept = fraction.replace(/0+$/, "");
    return minus + whole + (kept && style().decimal + kept);
  }

  function fixed(amount) {
    const { minus, whole, fraction } = parts(amount, Number(style().decimals));
    return minus + whole + (fraction && style().decimal + fraction);
  }

  function shown(amount) {
    const { minus, whole, fraction } = parts(amount, Number(style().decimals));
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, style().thousands);
    return minus + style().pattern.replace("{}", grouped + (fraction && style().decimal + fraction));
  }

  const share = (amount, quantity, of) => divided(amount * BigInt(quantity), BigInt(of));
  const lower = (one, other) => ((one < 0n ? -one : one) < (other < 0n ? -other : other) ? one : other);

  // Editing lines: amounts follow the quantity, as in WooCommerce

  function rescale(field) {
    const row = field.closest("[data-row]");
    const of = Number(row.dataset.quantity);
    const quantity = Number(field.value);
    if (!of || !Number.isInteger(quantity) || quantity < 0) return;
    for (const amount of row.querySelectorAll("[data-scale]:not([data-scale=''])")) {
      amount.value = typed(share(parse(amount.dataset.scale), quantity, of));
    }
  }

  // Refunding: a line's amounts follow its quantity, the refund amount follows the lines

  function fillLine(field) {
    const quantity = Number(field.value || "0");
    const left = Number(field.dataset.left);
    if (!Number.isInteger(quantity) || quantity < 0) return;
    for (const amount of field.closest("[data-row]").querySelectorAll("[data-money]")) {
      const most = parse(amount.dataset.left);
      const part = share(parse(amount.dataset.whole), quantity, field.dataset.of);
      amount.value = quantity ? typed(quantity >= left ? most : lower(part, most)) : "";
    }
  }

  function addUp(form) {
    let sum = 0n;
    for (const amount of form.querySelectorAll("[data-money]")) sum += parse(amount.value);
    form.elements.refund_amount.value = sum ? fixed(sum) : "";
  }

  function label(form) {
    const amount = parse(form.elements.refund_amount.value);
    for (const button of form.querySelectorAll("[data-refund-label]")) {
      const words = button.dataset.refundLabel;
      button.textContent = amount
        ? words.replace("{}", shown(amount))
        : words.replace("{} ", "");
    }
  }

  document.addEventListener("input", (event) => {
    const field = event.target;
    const form = field.form;
    if (!form) return;
    if (form.id === "order-form") form.dataset.touched = "yes";
    if (form.hasAttribute("data-edit-lines") && field.name.startsWith("qty_")) rescale(field);
    if (form.hasAttribute("data-refund")) {
      if (field.name.startsWith("refund_qty_")) fillLine(field);
      if (field.name.startsWith("refund_qty_") || field.hasAttribute("data-money")) addUp(form);
      label(form);
    }
  });

  // Boxes change in place, so that what was chosen in another box stays chosen

  const BOXES = ["notices", "errors", "items", "notes"];

  function replaceBox(id, fresh) {
    const now = document.getElementById(id);
    const next = fresh.getElementById(id);
    if (now && next) now.replaceChildren(...next.childNodes);
  }

  function refreshDetails(fresh) {
    const form = document.getElementById("order-form");
    if (form && form.dataset.touched !== "yes") replaceBox("details", fresh);
  }

  function show(text, { focus }) {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    if (!fresh.getElementById("items")) return false;
    BOXES.forEach((id) => replaceBox(id, fresh));
    refreshDetails(fresh);
    prepare();
    const box = document.getElementById(focus);
    const first = box.querySelector("input:not([type=hidden]):not([type=checkbox]), select");
    const error = document.querySelector("#errors .notice");
    const isForm = focus === "items" && box.querySelector("[data-refund], [data-edit-lines], .adding");
    (isForm && !error && first ? first : box).focus({ preventScroll: true });
    (error || box).scrollIntoView({ block: "nearest" });
    return true;
  }

  async function go(address, options, focus) {
    const box = document.getElementById(focus);
    box.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { credentials: "same-origin", ...options });
      const text = await answer.text();
      if (!show(text, { focus })) return false;
      const kept = new URL(answer.url);
      kept.searchParams.delete("message");
      history.replaceState(null, "", kept);
      return true;
    } finally {
      box.removeAttribute("aria-busy");
    }
  }

  function target(form, submitter) {
    // A field called `action` hides the property of that name, so the attribute is asked.
    const address = new URL(form.getAttribute("action"), location.href);
    const data = new FormData(form, submitter);
    if (form.getAttribute("method") === "get") {
      address.search = new URLSearchParams(data).toString();
      return [address, {}];
    }
    return [address, { method: "POST", body: new URLSearchParams(data) }];
  }

  const CONFIRM_REFUND =
    "Are you sure you wish to process this refund? This action cannot be undone.";

  function mayGoOn(form, submitter) {
    const question = submitter && submitter.dataset.confirm;
    if (question) return window.confirm(question);
    if (!form.hasAttribute("data-refund") || form.elements.confirmed) return true;
    if (!window.confirm(CONFIRM_REFUND)) return false;
    mark(form, "confirmed");
    return true;
  }

  function mark(form, name) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value: "1" });
    form.append(field);
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const box = form.closest("#items, #notes");
    if (!box || !orderPage()) return;
    event.preventDefault();
    if (box.getAttribute("aria-busy") === "true" || !mayGoOn(form, event.submitter)) return;
    if (form.hasAttribute("data-edit-lines")) mark(form, "scaled");
    try {
      const [address, options] = target(form, event.submitter);
      if (await go(address, options, box.id)) return;
      say("The shop's answer could not be shown here. Reload the page to see what was done.");
    } catch {
      say("The shop did not answer. Reload the page to see whether anything was done.");
    }
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-swap]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    go(link.href, {}, "items")
      .then((done) => done || location.assign(link.href))
      .catch(() => location.assign(link.href));
  });

  function say(text) {
    const line = document.createElement("p");
    line.className = "notice error";
    line.textContent = text;
    document.getElementById("errors").replaceChildren(line);
    line.scrollIntoView({ block: "nearest" });
  }

  // Notes written by others appear by themselves; a change of the order is announced

  let version = "";

  function prepare() {
    const list = document.getElementById("note-list");
    if (list) version = list.dataset.version;
    const outside = document.getElementById("outside");
    if (outside) outside.hidden = true;
    const form = document.querySelector("form[data-refund]");
    if (form) label(form);
  }

  function announce(list) {
    const outside = document.getElementById("outside");
    const isOld = list.dataset.version !== version;
    if (isOld) outside.querySelector("[data-now]").textContent = list.dataset.statusName;
    if (outside.hidden === isOld) outside.hidden = !isOld;
  }

  async function look() {
    const asked = version;
    const answer = await fetch(orderPage().dataset.notesUrl, { credentials: "same-origin" });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = fresh.getElementById("note-list");
    const now = document.getElementById("note-list");
    const isBusy = document.querySelector("[aria-busy=true]");
    if (!next || isBusy || asked !== version) return;
    announce(next);
    if (next.dataset.digest === now.dataset.digest || now.contains(document.activeElement)) return;
    for (const note of next.querySelectorAll("[data-note]")) {
      const isNew = !now.querySelector(`[data-note="${note.dataset.note}"]`);
      note.classList.toggle("fresh", isNew);
    }
    now.replaceWith(next);
  }

  async function follow(pace) {
    for (;;) {
      await new Promise((wake) => setTimeout(wake, pace));
      if (document.hidden) continue;
      await look().catch(() => undefined);
    }
  }

  // The order list

  function offerSelectAll() {
    const all = document.querySelector("[data-select-all]");
    if (!all) return;
    all.hidden = false;
    all.querySelector("input").addEventListener("change", (event) => {
      for (const box of document.querySelectorAll("input[name=id]")) box.checked = event.target.checked;
    });
  }

  offerSelectAll();
  if (orderPage()) {
    prepare();
    follow(Number(style().notesPace) * 1000);
  }
})();
