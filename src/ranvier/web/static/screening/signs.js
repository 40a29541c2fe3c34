// What the page tells the reader besides the record: progress, connection, and what just happened.

import { printed } from "./keys.js";
import { VERDICTS, words } from "./words.js";

const find = (selector) => document.querySelector(selector);

export class Signs {
  #timer = 0;
  #forget = null;

  constructor(told) {
    this.figures = { ...told.progress };
  }

  /** Say something to those who listen and, with `also: "toast"`, to those who look. */
  announce(text, { also } = {}) {
    find("#announced").textContent = text;
    const toast = find("#toast");
    clearTimeout(this.#timer);
    toast.hidden = also !== "toast";
    if (toast.hidden) return;
    toast.textContent = text;
    this.#timer = setTimeout(() => (toast.hidden = true), 5000);
  }

  /** One's verdict on a record changed here, from or to none; the server will say so in time. */
  changed(from, to) {
    const more = (to ? 1 : 0) - (from ? 1 : 0);
    this.figures.decided += more;
    this.figures.left -= more;
    this.figures.maybe += (to === "maybe" ? 1 : 0) - (from === "maybe" ? 1 : 0);
    this.progress();
  }

  /** What the server counts. */
  counts(progress) {
    this.figures = { ...this.figures, ...progress };
    this.progress();
  }

  progress() {
    const { decided, left, maybe } = this.figures;
    const total = decided + Math.max(left, 0);
    const bar = find("#progress");
    bar.max = Math.max(total, 1);
    bar.value = decided;
    find("#progress-words").textContent = words.ofTotal(decided, total);
    find("#progress-left").textContent = words.left(Math.max(left, 0));
    find("#progress-maybe").textContent = `${Math.max(maybe, 0)}`;
  }

  outbox(outbox) {
    const sign = find("#connection");
    // Only what would outlive the page is called waiting.
    const n = outbox.safe.length;
    const [mood, text] = {
      idle: ["good", words.saved],
      sending: n > 1 ? ["busy", words.waiting(n)] : ["busy", words.sending(Math.max(n, 1))],
      offline: ["trouble", words.offline(n)],
      "signed-out": ["trouble", words.signedOut(n)],
      "somebody-else": ["trouble", words.somebodyElse(n)],
    }[outbox.state === "idle" && outbox.busy ? "sending" : outbox.state];
    sign.dataset.mood = mood;
    sign.dataset.waiting = n;
    find("#connection-words").textContent = text;
    find("#sign-in").hidden = outbox.state !== "signed-out";
    find("#retry").hidden = outbox.state !== "offline";
    const away = ["signed-out", "somebody-else"].includes(outbox.state);
    find("#banner").hidden = !away && outbox.kept;
    sign.hidden = away; // the banner says it
    find("#banner-words").textContent = away ? text : words.fragile;
    // Said once for each change of state, not for each decision.
    if (this.mood !== mood && mood === "trouble") this.announce(text);
    if (this.mood === "trouble" && mood === "good") this.announce(text, { also: "toast" });
    this.mood = mood;
  }

  /** List decisions that the server would not take, each with why. */
  refused(outbox, forget = this.#forget) {
    this.#forget = forget;
    const box = find("#refused");
    const list = find("#refused-list");
    box.hidden = outbox.refused.length === 0;
    find("#refused-words").textContent = words.refused(outbox.refused.length);
    list.replaceChildren(
      ...outbox.refused.map((act) => {
        const line = find("#refused-line").content.cloneNode(true);
        line.querySelector("[data-verdict]").textContent = VERDICTS[act.verdict];
        line.querySelector("[data-why]").textContent = act.refused;
        const link = line.querySelector("a");
        link.href = `${link.dataset.base}/${act.stage}?item=${encodeURIComponent(act.item)}`;
        line.querySelector("button").addEventListener("click", async () => {
          await forget(act.id);
          this.refused(outbox);
        });
        return line;
      }),
    );
  }

  /** There is no record to show: say why. */
  nothing(deck, outbox) {
    const done = deck.exhausted && deck.skipped === 0;
    find("#all-done").hidden = !done;
    find("#loading").hidden = done || outbox.state === "offline" || navigator.onLine === false;
    find("#out-of-records").hidden = done || !find("#loading").hidden;
    if (done) find("#all-done h2").focus?.({ preventScroll: true });
  }

  size(size) {
    find("#screening").dataset.size = size;
  }
}

/** Write the keys on the buttons. */
export function hints(keys) {
  for (const hint of document.querySelectorAll("[data-key-of]")) {
    const key = keys.chosen.on ? keys.bound[hint.dataset.keyOf] : null;
    hint.textContent = key ? printed(key) : "";
    hint.hidden = !key;
  }
  for (const hint of document.querySelectorAll("[data-digit]")) hint.hidden = !keys.chosen.on;
}

/** Say which mark stands for which words. */
export function legend(settings) {
  const list = find("#legend");
  const groups = settings.marks ? settings.groups.filter((g) => g.on && g.words.length) : [];
  list.replaceChildren(
    ...groups.map((group) => {
      const item = document.createElement("li");
      const made = document.createElement("mark");
      made.className = `hl hl-${group.style}`;
      made.textContent = group.label;
      item.append(made);
      return item;
    }),
  );
  list.hidden = groups.length === 0;
  find("#open-highlights").setAttribute("aria-pressed", String(settings.marks));
}
