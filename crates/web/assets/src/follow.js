// Keeps parts of a page as the server would draw them now: it tells when something happens, and they
// are read anew. Without this script the page is as it was when it was opened.

const source = document.querySelector("[data-events]");
const heard = document.getElementById("heard");
// The page itself, where it was opened under another address.
const page = source.dataset.page ?? location.href;

// Events come in bursts, and logs without end.
const PAUSE = 400;
// Checks that change nothing are told by nobody.
const EVERY = 60_000;

// As the server drew them, since scripts draw over some.
const drawn = new Map();
for (const region of regions()) drawn.set(region.id, region.innerHTML);

function regions() {
  return document.querySelectorAll("[data-live]");
}

/** Puts what the server draws now in the place of what is shown, without losing the reader's place. */
function replace(region, fresh) {
  const open = [...region.querySelectorAll("details[open][id]")].map(({ id }) => id);
  const focused = region.contains(document.activeElement) ? document.activeElement : null;
  const href = focused?.getAttribute("href");
  region.innerHTML = fresh;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (href) [...region.querySelectorAll("a")].find((link) => link.getAttribute("href") === href)?.focus();
}

async function refresh() {
  const answer = await fetch(page);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const region of regions()) {
    const now = fresh.getElementById(region.id)?.innerHTML;
    if (now === undefined || now === drawn.get(region.id)) continue;
    drawn.set(region.id, now);
    replace(region, now);
    region.dispatchEvent(new Event("redrawn", { bubbles: true }));
  }
}

let pending;
let again = false;

/** Reads the page anew, soon and not too often. */
function soon() {
  again = true;
  pending ??= setTimeout(async () => {
    while (again) {
      again = false;
      // A server that can't be reached now is asked again when the stream of events comes back.
      await refresh().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    pending = undefined;
  }, PAUSE / 4);
}

let events;

function listen() {
  events?.close();
  events = new EventSource(source.dataset.events);
  // Whatever happened while nobody listened.
  events.onopen = soon;
  events.onmessage = ({ data }) => {
    const { plugin, kind, text } = JSON.parse(data);
    if (kind !== "log") heard.textContent = plugin ? `${plugin}: ${text}` : text;
    soon();
  };
  events.onerror = () => {
    // The browser comes back by itself, unless the server refused.
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, PAUSE * 10);
  };
}

// A browser has few connections to one server: tabs that nobody looks at need none.
document.addEventListener("visibilitychange", () => (document.hidden ? events?.close() : listen()));
addEventListener("pagehide", () => events?.close());
addEventListener("pageshow", ({ persisted }) => persisted && listen());
setInterval(() => document.hidden || soon(), EVERY);
if (!document.hidden) listen();
