// The pages of still cameras: who is there, then the page that the address names.
import { whoAmI } from "../api.js";
import { hidePerson, showPerson } from "../person.js";
import { byId } from "../shared/dom.js";
import { deviceList, devicePage } from "./devices.js";
import { eventPage, overview, timeline } from "./pages.js";
import type { Visit } from "./pages.js";
import type { AccountView } from "../types";

const REFRESH_MS = 5_000;
const ASK_AGAIN_MS = 2_000;

let person: AccountView | null = null;
let shown = 0;

function say(error: string | null): void {
  byId("problem").hidden = error === null;
  byId("problem").textContent = error ?? "";
  byId("connection").textContent = error === null ? "Live" : "Something is wrong";
  byId("connection").className = error === null ? "connection" : "connection stale";
}

async function show(): Promise<void> {
  if (person === null) {
    return;
  }
  const mine = ++shown;
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [page = "", id] = path.split("/").map(decodeURIComponent);
  document.querySelectorAll<HTMLAnchorElement>("#tabs a[data-page]").forEach((tab) => {
    tab.toggleAttribute("aria-current", tab.dataset["page"] === page);
    if (tab.dataset["page"] === page) {
      tab.setAttribute("aria-current", "page");
    }
  });
  const visit: Visit = { isOwner: person.role === "owner", say, again: () => void show() };
  const nodes = page === "events" ? (id ? await eventPage(visit, id) : await timeline(visit, new URLSearchParams(query)))
    : page === "devices" ? (id ? await devicePage(visit, id) : await deviceList(visit))
    : await overview(visit);

  // A page that was slower than the next one is not shown over it; a refused one leaves what there was.
  if (mine === shown && person !== null && nodes.length > 0) {
    byId("page").replaceChildren(...nodes);
  }
}

async function start(): Promise<void> {
  const who = await whoAmI();
  if (who === "silent") {
    say("The server does not answer.");
    setTimeout(() => void start(), ASK_AGAIN_MS);
    return;
  }
  const known = who !== "nobody";
  byId("tabs").hidden = !known;
  byId("connection").hidden = !known;
  if (who === "nobody") {
    person = null;
    byId("page").replaceChildren();
    byId("problem").hidden = true;
    await hidePerson(start);
    return;
  }
  person = who;
  showPerson(who, start);
  await show();
}

window.addEventListener("hashchange", () => {
  byId("page").replaceChildren();
  void show();
});
setInterval(() => {
  // Only what nobody types into or looks at closely.
  if (document.visibilityState === "visible" && /^#?\/?(events(\?.*)?)?$/.test(location.hash) && !document.querySelector("#page select:focus")) {
    void show();
  }
}, REFRESH_MS);
void start();
