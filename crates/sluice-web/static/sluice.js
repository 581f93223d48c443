// The console's only script. Every page works without it; it adds live refresh, selection of
// many, asking before what cannot be undone, and copying.

// --- Live refresh: when something a region is about happens, the page is fetched again and the
// region swapped. Events come in bursts, so they are gathered first.

const GATHER = 400; // milliseconds after an event
const PAUSE = 1500; // least milliseconds between two refreshes

const main = document.querySelector("main[data-events]");
let wanted = new Set(); // names of events since the last refresh
let timer = 0;
let last = 0;

function concerns(region, names) {
  return region.dataset.live.split(" ").some((name) => names.has(name));
}

// A region a person is working in is left alone; the next event brings it up to date.
function inUse(region) {
  const focus = document.activeElement;
  return region.querySelector("input[type=checkbox]:checked") !== null
    || (region.contains(focus) && focus.matches("input, select, textarea"));
}

function key(details, index) {
  return `${index}:${details.querySelector("summary")?.textContent}`;
}

function swap(old, fresh) {
  const open = new Set();
  old.querySelectorAll("details").forEach((d, i) => d.open && open.add(key(d, i)));
  fresh.querySelectorAll("details").forEach((d, i) => { d.open = open.has(key(d, i)); });
  const focus = old.contains(document.activeElement) ? document.activeElement : null;
  const path = focus && (focus.getAttribute("href") || focus.id);
  old.replaceWith(fresh);
  ready(fresh);
  if (!path) return;
  const again = [...fresh.querySelectorAll("a, button, summary")]
    .find((element) => element.getAttribute("href") === path || element.id === path);
  again?.focus({ preventScroll: true });
}

async function refresh() {
  timer = 0;
  if (document.hidden) return; // everything is refreshed when it is looked at
  const names = wanted;
  wanted = new Set();
  last = performance.now();
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" }, redirect: "manual" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const old of document.querySelectorAll("[data-live]")) {
      const fresh = page.getElementById(old.id);
      if (fresh && concerns(old, names) && !inUse(old) && !old.isEqualNode(fresh)) {
        swap(old, document.adoptNode(fresh));
      }
    }
  } catch {
    // The server is away; the event stream reconnects by itself.
  }
}

function schedule() {
  if (timer || wanted.size === 0) return;
  timer = setTimeout(refresh, Math.max(GATHER, last + PAUSE - performance.now()));
}

// A page nobody looks at holds no connection; it is brought up to date when it is looked at again.
if (main && document.querySelector("[data-live]")) {
  const names = new Set([...document.querySelectorAll("[data-live]")].flatMap((r) => r.dataset.live.split(" ")));
  const everything = () => { names.forEach((name) => wanted.add(name)); schedule(); };
  let events = null;
  const listen = () => {
    events = new EventSource(main.dataset.events);
    let lost = false;
    for (const name of names) {
      events.addEventListener(name, () => { wanted.add(name); schedule(); });
    }
    // What happened while the connection was away was missed.
    events.addEventListener("missed", everything);
    events.addEventListener("error", () => { lost = true; });
    events.addEventListener("open", () => { if (lost) { lost = false; everything(); } });
  };
  const mute = () => { events?.close(); events = null; };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      mute();
    } else if (!events) {
      listen();
      everything();
    }
  });
  addEventListener("pagehide", mute);
  addEventListener("pageshow", ({ persisted }) => { if (persisted && !events) { listen(); everything(); } });
  if (!document.hidden) listen();
}

// --- Selection of many.

function bulk(form) {
  const boxes = [...form.querySelectorAll("tbody input[type=checkbox]")];
  const all = form.querySelector("[data-all]");
  const number = boxes.filter((box) => box.checked).length;
  if (all) {
    all.hidden = false;
    all.checked = number > 0 && number === boxes.length;
    all.indeterminate = number > 0 && number < boxes.length;
  }
  const count = form.querySelector("[data-count]");
  if (count) {
    count.hidden = number === 0;
    count.querySelector("[data-number]").textContent = String(number);
  }
  for (const button of form.querySelectorAll("[data-needs]")) button.disabled = number === 0;
}

document.addEventListener("change", ({ target }) => {
  const form = target.closest?.("form[data-bulk]");
  if (!form || target.type !== "checkbox") return;
  if ("all" in target.dataset) {
    for (const box of form.querySelectorAll("tbody input[type=checkbox]")) box.checked = target.checked;
  }
  bulk(form);
});

// --- Asking first, and copying.

const confirm = document.getElementById("confirm");

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("button");
  if (button?.dataset.confirm && confirm) {
    event.preventDefault();
    confirm.querySelector("p").textContent = button.dataset.confirm;
    confirm.querySelector("button[value=yes]").textContent = button.textContent;
    confirm.returnValue = "";
    confirm.addEventListener("close", () => {
      if (confirm.returnValue === "yes") button.form.requestSubmit(button);
    }, { once: true });
    confirm.showModal();
  } else if (button && "copy" in button.dataset) {
    const code = button.parentElement.querySelector("code");
    await navigator.clipboard.writeText(code.textContent);
    const label = button.textContent;
    button.textContent = button.dataset.copied || "✓";
    const live = document.getElementById("live");
    if (live) live.textContent = button.textContent;
    setTimeout(() => { button.textContent = label; }, 1500);
  }
});

// --- What a page or a swapped region needs at its start.

function ready(root) {
  for (const form of [root, ...root.querySelectorAll("form[data-bulk]")]) {
    const own = form.matches?.("form[data-bulk]") ? form : form.closest?.("form[data-bulk]");
    if (own) bulk(own);
  }
  if (navigator.clipboard) {
    for (const button of root.querySelectorAll("button[data-copy]")) button.hidden = false;
  }
}

ready(document.body);
document.querySelector(".nav [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
