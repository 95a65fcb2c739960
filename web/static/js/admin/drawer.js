// Pages that open in a drawer beside the one they belong to: [data-drawer] links. Without a script they are pages.
import { announce } from "../dom.js";
import { toast } from "../overlays.js";
import { say } from "./bar.js";

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-drawer]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const drawer = document.getElementById("drawer");
  if (drawer === null) return;
  event.preventDefault();
  open(drawer, link.href);
});

async function open(drawer, url) {
  const answer = await fetch(url, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || !show(drawer, await answer.text())) location.assign(url); // it says itself what is wrong, or asks to sign in
}

/** What the page calls [data-drawer-content] is shown; its title is read out. */
function show(drawer, html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const content = page.querySelector("[data-drawer-content]");
  if (content === null) return false;
  drawer.replaceChildren(...[...content.children].map((one) => document.adoptNode(one)));
  drawer.classList.toggle("drawer-wide", content.hasAttribute("data-wide"));
  if (!drawer.open) drawer.showModal();
  const title = drawer.querySelector("h1, h2")?.textContent.trim();
  if (title) {
    drawer.setAttribute("aria-label", title);
    announce(title);
  }
  (drawer.querySelector("#problems") ?? drawer.querySelector("[autofocus]"))?.focus();
  return true;
}

/** The token of whoever is signed in by now, perhaps anew in another window; "" for nobody. */
async function token() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return signedOut(answer) ? "" : (page.querySelector("[name=csrf_token]")?.value ?? "");
}

function signedOut(answer) {
  return answer.redirected && new URL(answer.url).pathname === "/sign-in";
}

/** Send a form; where its token has expired, once more with the one of now. Nothing where nobody is signed in. */
async function send(url, data) {
  const ask = () => fetch(url, { method: "POST", body: data, headers: { Accept: "text/html" } });
  const answer = await ask();
  if (answer.status !== 400 && !signedOut(answer)) return answer;
  const fresh = await token();
  if (fresh === "") return null;
  data.set("csrf_token", fresh);
  return ask();
}

/** The row that a form was about: one that is new on the page that answers, or the one of its address. (An answer keeps no #fragment.) */
function rowOf(action, html) {
  const rows = new DOMParser().parseFromString(html, "text/html").querySelectorAll("tr[id^='row-']");
  const edited = `row-${new URL(action).pathname.split("/").pop()}`;
  return [...rows].find((row) => !document.getElementById(row.id))?.id ?? (document.getElementById(edited) ? edited : "");
}

// A form in the drawer is sent from there: problems are shown there, and success loads the page below again.
document.addEventListener("submit", async (event) => {
  const drawer = event.target.closest?.("#drawer");
  if (!drawer || event.target.method !== "post") return;
  event.preventDefault();
  const answer = await send(event.target.action, new FormData(event.target, event.submitter));
  if (answer === null) {
    toast(say("signedOut"), { error: true });
  } else if (answer.redirected) {
    if (new URL(answer.url).pathname !== location.pathname) return location.assign(answer.url);
    const row = rowOf(event.target.action, await answer.text());
    history.replaceState(history.state, "", row ? `#${row}` : location.pathname + location.search);
    if (row) history.scrollRestoration = "manual"; // the table scrolls to the row
    location.reload();
  } else if (!show(drawer, await answer.text())) {
    location.reload();
  }
});
