// Opens a trace beside the text instead of jumping to it. Without this script the links still lead there.
(() => {
  "use strict";
  const panel = document.getElementById("panel");
  if (!panel || !panel.showModal) return;
  const body = document.getElementById("panel-body");
  const back = document.getElementById("panel-back");
  const past = [];
  let opener = null;

  const show = (id) => {
    const found = document.getElementById(id);
    if (!found) return false;
    const copy = found.cloneNode(true);
    copy.removeAttribute("id");
    copy.removeAttribute("tabindex");
    for (const held of copy.querySelectorAll("[id]")) held.removeAttribute("id");
    const heading = copy.querySelector("h4");
    if (heading) { heading.tabIndex = -1; heading.id = "panel-heading"; }
    const place = document.createElement("p");
    place.className = "panel-place";
    const link = document.createElement("a");
    link.href = "#" + id;
    link.dataset.leave = "yes";
    link.textContent = "Show in the list of all traces";
    place.append(link);
    body.replaceChildren(copy, place);
    back.hidden = past.length < 2;
    body.scrollTop = 0;
    if (heading) heading.focus({ preventScroll: true });
    return true;
  };

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = event.target.closest("a[href]");
    const href = link && link.getAttribute("href");
    if (!href || !href.startsWith("#")) return;
    if (link.dataset.leave) { panel.close(); opener = null; return; }
    if (!href.startsWith("#trace-") || href === "#traces") { if (panel.open) panel.close(); return; }
    const id = decodeURIComponent(href.slice(1));
    if (!document.getElementById(id)) return;
    event.preventDefault();
    if (!panel.open) { opener = link; past.length = 0; }
    past.push(id);
    if (!panel.open) panel.showModal();
    show(id);
  });

  back.addEventListener("click", () => { past.pop(); show(past[past.length - 1]); });
  document.getElementById("panel-close").addEventListener("click", () => panel.close());
  panel.addEventListener("click", (event) => { if (event.target === panel) panel.close(); });
  panel.addEventListener("close", () => {
    body.replaceChildren();
    if (opener) { const was = opener; opener = null; was.focus({ preventScroll: true }); }
  });

  // Open in the page as it comes, so that links work without this script; folded where it runs.
  const groups = document.querySelectorAll(".trace-group");
  const fold = (open) => { for (const group of groups) group.open = open; };
  fold(false);
  const results = document.querySelectorAll("#plain-language details");
  addEventListener("beforeprint", () => {
    fold(document.getElementById("print-traces").checked);
    for (const more of results) more.open = true; // a result must not be lost on paper
  });
  addEventListener("afterprint", () => fold(false));

  const unfold = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let up = target && target.parentElement; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  if (location.hash) unfold();

  const list = document.getElementById("contents-list");
  if (list && matchMedia("(max-width: 60rem)").matches) list.open = false;
})();
