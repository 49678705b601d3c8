/* What a script adds: the reader's time zone, single keys, and the focus after a swap.
   Everything works without it: times are then UTC, and keys do what the browser says. */
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  if (zone) {
    document.cookie = `zone=${encodeURIComponent(zone)}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  }
})();

/* A form that was sent is not sent again while its answer is awaited. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
});
/* The back button shows the page as it was left: its forms may be sent once more. */
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

/* Where the focus was in what was swapped and is gone, the heading above gets it. */
(() => {
  let held = false;
  const nowhere = () => !document.activeElement || document.activeElement === document.body;
  document.addEventListener("htmx:before:swap", () => {
    held = !nowhere();
  });
  document.addEventListener("htmx:after:swap", () => {
    if (!held || !nowhere()) return;
    const heading = document.querySelector("main h1");
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  });
})();

/* Single keys, where they are switched on (the list stands under ?). */
(() => {
  const list = document.body.dataset.keys;
  let waiting = "";
  const typing = (node) =>
    node.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName);
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const linkOf = (row) => row.querySelector("a[href]");

  function walk(step) {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[Math.min(Math.max(at < 0 && step < 0 ? 0 : at + step, 0), all.length - 1)];
    linkOf(next)?.focus();
  }

  function press(key) {
    const found = document.querySelector(`[aria-keyshortcuts="${CSS.escape(key)}"]`);
    if (!found || found.getAttribute("aria-disabled") === "true") return false;
    if (typing(found)) {
      found.focus();
      found.select?.();
    } else {
      found.click();
    }
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.target.form?.requestSubmit();
      return;
    }
    if (!list || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const key = event.key;
    if (waiting === "g") {
      waiting = "";
      const place = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
      if (place) {
        event.preventDefault();
        place.click();
      }
      return;
    }
    if (key === "g") {
      waiting = "g";
    } else if (key === "j" || key === "k") {
      event.preventDefault();
      if (rows().length) walk(key === "j" ? 1 : -1);
      else press(key);
    } else if (key === "?") {
      location.href = list;
    } else if (key.length === 1 && press(key)) {
      event.preventDefault();
    }
  });
})();

/* Rows that are ticked: how many, all of them at once, and all between two with Shift. */
(() => {
  const boxes = [...document.querySelectorAll('input[form="bulk"]')];
  const all = document.querySelector("[data-tick-all]");
  const said = document.querySelector("[data-ticked]");
  const which = document.getElementById("which");
  if (!boxes.length || !said) return;
  let last = null;

  function tell() {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && !all.checked;
    const words = ticked === 1 ? said.dataset.one : said.dataset.many;
    said.textContent = ticked ? words.replace("{n}", ticked) : "";
  }

  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    which.value = "chosen";
    tell();
  });
  for (const box of boxes) {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last) {
        const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
        for (const each of boxes.slice(from, to + 1)) each.checked = box.checked;
      }
      last = box;
      which.value = "chosen";
      tell();
    });
  }
  // The back button brings the ticks back after this has run.
  window.addEventListener("pageshow", tell);
})();

// What is wrong with a form is read first.
document.getElementById("errors")?.focus();

// A form that asks "how much": what is typed into chooses itself.
(() => {
  document.addEventListener("input", (event) => {
    const meant = event.target.dataset?.means;
    const choice = meant && event.target.form?.querySelector(`input[name="by"][value="${meant}"]`);
    if (choice) choice.checked = true;
  });
})();

// On a narrow screen filters that nobody uses are folded, and the tab one is on is in sight.
(() => {
  const fold = document.querySelector(".filters");
  const wide = matchMedia("(min-width: 40rem)");
  const used = (field) => (field.matches("select") ? field.selectedIndex > 0 : field.value !== "");
  function fit() {
    if (!fold) return;
    const filled = [...fold.querySelectorAll("select, input:not([type=hidden])")].some(used);
    fold.open = wide.matches || filled;
  }
  fit();
  wide.addEventListener("change", fit);
  document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest" });
})();
