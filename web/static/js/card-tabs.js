// Groups marked as tabs: each run of them that follow each other becomes a list of tabs. Without scripts, and on paper, all are shown.
function runs(sections) {
  const found = [];
  for (const section of sections) {
    const last = found.at(-1);
    if (last !== undefined && last.at(-1).nextElementSibling === section) last.push(section);
    else found.push([section]);
  }
  return found.filter((run) => run.length > 1);
}

function makeTabs(run) {
  const list = document.createElement("div");
  list.className = "card-tabs";
  list.setAttribute("role", "tablist");
  const tabs = run.map((section) => {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.id = `${section.id}-tab`;
    tab.textContent = section.querySelector(".section-title").textContent;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", section.id);
    section.setAttribute("role", "tabpanel");
    list.append(tab);
    return tab;
  });
  const choose = (chosen, focus = false) => {
    for (const [at, tab] of tabs.entries()) {
      tab.setAttribute("aria-selected", String(at === chosen));
      tab.tabIndex = at === chosen ? 0 : -1;
      run[at].dataset.tab = at === chosen ? "" : "off";
    }
    if (focus) tabs[chosen].focus();
  };
  list.addEventListener("click", (event) => {
    const at = tabs.indexOf(event.target.closest("[role=tab]"));
    if (at >= 0) choose(at);
  });
  list.addEventListener("keydown", (event) => {
    const open = tabs.filter((tab) => !tab.hasAttribute("data-off"));
    const at = open.indexOf(event.target);
    const forward = getComputedStyle(list).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const backward = forward === "ArrowRight" ? "ArrowLeft" : "ArrowRight";
    const to = { [forward]: (at + 1) % open.length, [backward]: (at + open.length - 1) % open.length, Home: 0, End: open.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    choose(tabs.indexOf(open[to]), true);
  });
  run[0].before(list);
  const wrong = run.findIndex((section) => section.querySelector("[aria-invalid]") !== null);
  // A group that does not stand on the card at the moment has no tab (card-rules.js).
  const follow = () => {
    for (const [at, tab] of tabs.entries()) tab.toggleAttribute("data-off", run[at].hasAttribute("data-off"));
    const chosen = tabs.find((tab) => tab.getAttribute("aria-selected") === "true" && !tab.hasAttribute("data-off"));
    if (chosen === undefined) choose(Math.max(run.findIndex((section) => !section.hasAttribute("data-off")), 0));
  };
  const watch = new MutationObserver(follow);
  for (const section of run) watch.observe(section, { attributeFilter: ["data-off"] });
  if (wrong >= 0) choose(wrong);
  follow();
  return (target) => {
    const at = run.findIndex((section) => section.contains(target));
    if (at >= 0) choose(at);
  };
}

const reveals = runs(document.querySelectorAll(".card-section[data-tab]")).map(makeTabs);

// A link to a field or a heading opens the tab and the fold it stands in.
function reveal(hash) {
  const target = hash.length > 1 ? document.getElementById(decodeURIComponent(hash.slice(1))) : null;
  if (target === null) return;
  for (const show of reveals) show(target);
  const fold = target.closest("details.fold") ?? target.querySelector(":scope > details.fold");
  if (fold !== null) fold.open = true;
}
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='#']");
  if (link) reveal(link.hash);
});
reveal(location.hash);
