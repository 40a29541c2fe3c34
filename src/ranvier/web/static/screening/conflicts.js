// The page of conflicts: keys, figures and highlights as in the screening view.

import { HighlightDialog } from "./highlight_dialog.js";
import { mark, unmark } from "./highlight.js";
import { KeyDialog } from "./key_dialog.js";
import { Keys } from "./keys.js";
import { Settings } from "./settings.js";
import { hints, legend } from "./signs.js";
import { words } from "./words.js";

const find = (selector) => document.querySelector(selector);
const told = JSON.parse(find("#screening-data").textContent);
const settings = new Settings(told.actor, told.review);
settings.groups ??= told.groups;
const form = find("#decide");
document.documentElement.classList.add("scripted");

function showMarks() {
  for (const part of document.querySelectorAll("#card [data-words]")) {
    if (settings.marks) mark(part, settings.groups);
    else unmark(part);
  }
  legend(settings);
}

function showReasons() {
  const n = form.querySelectorAll("input[name=reasons]:checked").length;
  find("#reason-count").textContent = `${n}`;
  find("#reason-count").hidden = n === 0;
}

function settle(verdict) {
  form.querySelector(`button[value=${verdict}]`)?.click();
}

function digit(n, alone) {
  const boxes = [...form.querySelectorAll("input[name=reasons]")];
  const box = boxes[n - 1];
  if (!box) return;
  if (alone) boxes.forEach((one) => (one.checked = one === box));
  else box.checked = !box.checked;
  showReasons();
  const text = box.closest("label").querySelector(".criterion-text").textContent.trim();
  find("#announced").textContent = box.checked ? words.reasonOn(text) : words.reasonOff(text);
  if (alone) settle("exclude");
}

if (form) {
  const keys = new Keys(
    settings.keys,
    {
      include: () => settle("include"),
      exclude: () => settle("exclude"),
      note: () => form.elements.note?.focus(),
      highlights: () => {
        settings.marks = !settings.marks;
        settings.save();
        showMarks();
      },
      criteria: () => (find("#criteria").open = !find("#criteria").open),
      next: () => find("#next")?.click(),
      previous: () => find("#previous")?.click(),
      help: () => keyDialog.open(),
    },
    digit,
  );
  const keyDialog = new KeyDialog(find("#keys-dialog"), keys, settings, () => hints(keys));
  const highlightDialog = new HighlightDialog(find("#highlights-dialog"), settings, told.groups, showMarks);
  find("#open-keys").addEventListener("click", () => keyDialog.open());
  find("#open-highlights").addEventListener("click", () => highlightDialog.open());
  form.addEventListener("change", showReasons);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.name === "note") event.target.blur();
  });
  hints(keys);
  showMarks();
  showReasons();
}
document.documentElement.dataset.ready = "yes";
