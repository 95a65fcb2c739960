// Pages that open in a drawer beside the one they belong to: [data-drawer] links. Without a script they are pages.
import { announce } from "../dom.js";

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
  if (!answer?.ok) {
    location.assign(url);
    return;
  }
  show(drawer, await answer.text());
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

// A form in the drawer is sent from there: problems are shown there, and success loads the page below again.
document.addEventListener("submit", async (event) => {
  const drawer = event.target.closest?.("#drawer");
  if (!drawer || event.target.method !== "post") return;
  event.preventDefault();
  const data = new FormData(event.target, event.submitter);
  const answer = await fetch(event.target.action, { method: "POST", body: data, headers: { Accept: "text/html" } });
  if (answer.redirected) {
    const target = new URL(answer.url);
    if (target.pathname === location.pathname && target.hash === location.hash) location.reload();
    else location.assign(answer.url);
    if (target.pathname === location.pathname && target.hash) location.reload();
  } else if (!show(drawer, await answer.text())) {
    location.reload();
  }
});
