// The screening view: one record, one decision, the next one at once.
//
// The page works as a plain form; this script answers faster, and goes on without a connection.
// Records come as pieces of HTML that the server made, so there is one way to draw a record.

import { Deck } from "./deck.js";
import { Drafts } from "./drafts.js";
import { HighlightDialog } from "./highlight_dialog.js";
import { mark, unmark } from "./highlight.js";
import { KeyDialog } from "./key_dialog.js";
import { Keys } from "./keys.js";
import { Outbox } from "./outbox.js";
import { Settings } from "./settings.js";
import { SettingsDialog } from "./settings_dialog.js";
import { openShelf } from "./shelf.js";
import { Signs, hints, legend } from "./signs.js";
import { words } from "./words.js";

const find = (selector) => document.querySelector(selector);
const told = JSON.parse(find("#screening-data").textContent);
const form = find("#decide");
const settings = new Settings(told.actor, told.review);
settings.groups ??= structuredClone(told.groups);
const drafts = new Drafts(`${told.review}:${told.stage}:${told.actor}`, form);
const signs = new Signs(told);
const history = [];

const outbox = new Outbox(await openShelf(), {
  review: told.review,
  actor: told.actor,
  decide: told.addresses.decide,
  undo: told.addresses.undo,
});
await outbox.load();

/** Other windows of the same reader at the same stage. */
const elsewhere = window.BroadcastChannel
  ? new BroadcastChannel(`ranvier-screening:${told.review}:${told.stage}:${told.actor}`)
  : null;

const underWay = () => outbox.waiting.filter((a) => a.stage === told.stage).map((a) => a.item);
const deck = new Deck(told.addresses.cards, settings.ahead, underWay);
deck.exhausted = told.exhausted;
deck.add(told.cards);

// -- showing ---------------------------------------------------------------------------------

let shown = null;

function show({ focus = true } = {}) {
  const card = deck.current;
  const changed = card?.item !== shown?.item;
  if (shown && changed) drafts.keep(shown.item);
  shown = card ?? null;
  form.hidden = !card;
  find("#no-record").hidden = Boolean(card);
  if (card && changed) {
    find("#card").replaceChildren(drawn(card));
    prepared.delete(card.item);
    form.reset();
    form.elements.item.value = card.item;
    drafts.restore(card.item);
    showReasons();
    window.scrollTo(0, 0);
  }
  if (card && focus && changed) find("#record-title").focus({ preventScroll: true });
  if (!card) signs.nothing(deck, outbox);
  signs.progress();
  prepare();
}

/** Records drawn and marked before their turn. */
const prepared = new Map();

/** Draw a record; what is in it was escaped by the server. */
function drawn(card) {
  const ready = prepared.get(card.item);
  if (ready) return ready;
  const piece = document.createElement("template");
  piece.innerHTML = card.html;
  const made = piece.content.firstElementChild;
  if (settings.marks) markAll(made);
  return made;
}

function markAll(block) {
  for (const part of block.querySelectorAll("[data-words]")) mark(part, settings.groups);
}

/** Draw the next record while the reader reads this one. */
function prepare() {
  const later = window.requestIdleCallback ?? ((work) => setTimeout(work, 50));
  later(() => {
    const next = deck.next;
    if (next && !prepared.has(next.item)) prepared.set(next.item, drawn(next));
  });
}

function showMarks() {
  prepared.clear();
  const block = find("#card");
  if (settings.marks) markAll(block);
  else unmark(block);
  legend(settings);
  prepare();
}

function title() {
  return find("#record-title")?.textContent.trim() ?? "";
}

// -- acting ----------------------------------------------------------------------------------

function reasons() {
  return [...form.querySelectorAll("input[name=reasons]:checked")].map((box) => box.value);
}

function showReasons() {
  const n = reasons().length;
  find("#reason-count").textContent = n ? `${n}` : "";
  find("#reason-count").hidden = n === 0;
}

function decide(verdict) {
  if (!shown) return;
  if (verdict === "exclude" && told.reasonRequired && !reasons().length) {
    askReason();
    return;
  }
  performance.mark("ranvier-decided");
  const decision = {
    item: shown.item,
    own: shown.own,
    verdict,
    reasons: verdict === "exclude" ? reasons() : [],
    note: form.elements.note.value.trim() || null,
    tags: tags(),
  };
  const said = title();
  const id = outbox.decide(told.stage, decision);
  elsewhere?.postMessage(shown.item);
  drafts.forget(shown.item);
  drafts.learn(decision.tags);
  history.push({ card: deck.take(), id, decision });
  signs.changed(shown.own, verdict);
  shown = null;
  show();
  signs.announce(`${words.done(verdict, said)}. ${deck.current ? words.next(title()) : ""}`);
  requestAnimationFrame(() => {
    performance.mark("ranvier-shown");
    performance.measure("ranvier-next-record", "ranvier-decided", "ranvier-shown");
  });
  deck.fill();
}

function tags() {
  const said = form.elements.tags.value.split(/[,;،、]/u).map((tag) => tag.trim());
  return [...new Set(said.filter(Boolean))];
}

async function undo() {
  const last = history.pop() ?? (await lastOnServer());
  if (!last) {
    signs.announce(words.nothingToUndo, { also: "toast" });
    return;
  }
  await outbox.undo(last.id, told.stage, last.card.item);
  if (shown) drafts.keep(shown.item);
  deck.putBack(last.card);
  signs.changed(last.decision.verdict, last.card.own);
  shown = null;
  show();
  drafts.fill(last.decision);
  showReasons();
  signs.announce(`${words.undone}: ${title()}`, { also: "toast" });
}

/** After a reload the history is the server's: the reader's last decision that is not under way. */
async function lastOnServer() {
  if (outbox.busy) return null;
  try {
    const answer = await fetch(told.addresses.last, { headers: { accept: "application/json" } });
    const said = answer.ok ? await answer.json() : null;
    return said?.card ? said : null;
  } catch {
    return null;
  }
}

function skip() {
  if (!shown) return;
  if (deck.held + deck.skipped < 2) {
    signs.announce(words.nothingToSkip, { also: "toast" });
    return;
  }
  drafts.keep(shown.item);
  const before = deck.skipped;
  deck.skip();
  shown = null;
  show();
  const again = deck.skipped <= before ? words.skippedAgain : words.skipped;
  signs.announce(`${again}. ${words.next(title())}`);
  deck.fill();
}

function askReason() {
  find("#criteria").open = true;
  find("#reason-needed").hidden = false;
  form.querySelector("input[name=reasons]")?.focus();
  signs.announce(words.reasonNeeded);
}

function digit(n, alone) {
  const boxes = [...form.querySelectorAll("input[name=reasons]")];
  const box = boxes[n - 1];
  if (!box || !shown) return;
  if (alone) boxes.forEach((one) => (one.checked = one === box));
  else box.checked = !box.checked;
  showReasons();
  find("#reason-needed").hidden = true;
  const text = box.closest("label").querySelector(".criterion-text").textContent.trim();
  signs.announce(box.checked ? words.reasonOn(text) : words.reasonOff(text));
  if (alone) decide("exclude");
}

function toggleMarks() {
  settings.marks = !settings.marks;
  settings.save();
  showMarks();
  signs.announce(settings.marks ? words.marksOn : words.marksOff);
}

function write(name) {
  form.elements[name].focus();
}

const actions = {
  include: () => decide("include"),
  exclude: () => decide("exclude"),
  maybe: () => decide("maybe"),
  undo,
  skip,
  note: () => write("note"),
  tags: () => write("tags"),
  highlights: toggleMarks,
  criteria: () => (find("#criteria").open = !find("#criteria").open),
  help: () => keyDialog.open(),
};
if (told.stage === "full_text") actions.not_retrieved = () => decide("not_retrieved");

const keys = new Keys(settings.keys, actions, digit);
const keyDialog = new KeyDialog(find("#keys-dialog"), keys, settings, () => hints(keys));
const highlightDialog = new HighlightDialog(find("#highlights-dialog"), settings, told.groups, showMarks);
const settingsDialog = new SettingsDialog(find("#settings-dialog"), settings, () => {
  keys.chosen = settings.keys;
  deck.ahead = settings.ahead;
  hints(keys);
  signs.size(settings.size);
  showMarks();
  deck.fill();
});

// -- wiring ----------------------------------------------------------------------------------

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const verdict = event.submitter?.value;
  if (verdict) decide(verdict);
});
form.addEventListener("change", (event) => {
  if (event.target.name !== "reasons") return;
  find("#reason-needed").hidden = true;
  showReasons();
});
form.addEventListener("input", () => shown && drafts.keep(shown.item));
form.addEventListener("keydown", (event) => {
  const leaving = event.key === "Escape" && ["note", "tags"].includes(event.target.name);
  if (leaving || (event.key === "Enter" && event.target.name === "tags")) {
    event.preventDefault();
    find("#record-title").focus({ preventScroll: true });
  }
});
for (const [selector, act] of [
  ["#undo", undo],
  ["#undo-empty", undo],
  ["#skip", skip],
  ["#open-keys", () => keyDialog.open()],
  ["#open-highlights", () => highlightDialog.open()],
  ["#open-settings", () => settingsDialog.open()],
  ["#retry", () => (outbox.kick(), deck.again())],
]) {
  find(selector)?.addEventListener("click", (event) => {
    event.preventDefault(); // these are buttons of forms where no script runs
    act();
  });
}

outbox.addEventListener("change", () => signs.outbox(outbox));
outbox.addEventListener("sent", ({ detail }) => {
  if (!outbox.busy && detail.said.progress) signs.counts(detail.said.progress);
  if (deck.held < settings.ahead) deck.fill();
});
outbox.addEventListener("refused", ({ detail }) => {
  if (detail.act.kind === "decide") signs.changed(detail.act.verdict, detail.act.own);
  signs.refused(outbox);
  signs.announce(words.notTaken(detail.act, detail.why), { also: "toast" });
});
deck.addEventListener("change", () => {
  if (!shown) show({ focus: false });
  prepare();
});
deck.addEventListener("trouble", () => {
  if (!shown) signs.nothing(deck, outbox);
});
window.addEventListener("online", () => deck.fill());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && !shown) deck.again();
});
elsewhere?.addEventListener("message", ({ data }) => deck.drop(data));
window.addEventListener("beforeunload", (event) => {
  if (shown) drafts.keep(shown.item);
  if (outbox.fragile) event.preventDefault();
});

document.documentElement.classList.add("scripted");
for (const act of outbox.waiting) if (act.stage === told.stage) signs.changed(act.own, act.verdict);
signs.size(settings.size);
hints(keys);
signs.outbox(outbox);
legend(settings);
signs.refused(outbox, (id) => outbox.forget(id));
show({ focus: false });
deck.fill();
document.documentElement.dataset.ready = "yes";
