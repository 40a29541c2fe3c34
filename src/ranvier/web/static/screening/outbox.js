// Decisions on their way to the server: kept first, sent in order, gone when acknowledged.
//
// Each act bears an id made here, and the server takes an id once only; so an act whose answer was
// lost is sent again without harm. An act that was never tried can be taken back without a trace.
// One that was tried may have arrived, so taking it back is an act of its own that follows it.

import { identifier } from "./identifier.js";

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30000;
const PATIENCE = 20000;

/** States: `idle`, `sending`, `offline`, `signed-out`, `somebody-else`. */
export class Outbox extends EventTarget {
  state = "idle";
  #acts = [];
  #running = false;
  #pause = FIRST_PAUSE;
  #wake = null;

  /**
   * @param {object} shelf where acts lie
   * @param {{review: string, actor: string, decide: string, undo: string}} desk whose acts these
   *   are, and where they go: acts of another person on this machine stay where they are
   */
  constructor(shelf, desk) {
    super();
    this.shelf = shelf;
    this.desk = desk;
    window.addEventListener("online", () => this.kick());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.kick();
    });
  }

  get kept() {
    return this.shelf.kept;
  }

  /** Decisions that the server has not acknowledged, without those taken back. */
  get waiting() {
    const undone = new Set(this.#acts.filter((a) => a.kind === "undo").map((a) => a.of));
    return this.#acts.filter((a) => a.kind === "decide" && !a.refused && !undone.has(a.id));
  }

  /** Of those that wait, the ones that lie on the shelf: closing the page loses none of them. */
  get safe() {
    return this.waiting.filter((a) => a.lies);
  }

  /** Whether closing the page now would lose an act. */
  get fragile() {
    return this.#acts.some((a) => !a.refused && !(a.lies && this.kept));
  }

  /** Whether anything at all is still to be sent. */
  get busy() {
    return this.#acts.some((a) => !a.refused);
  }

  /** Decisions that the server would not take, each with why. */
  get refused() {
    return this.#acts.filter((a) => a.refused);
  }

  /** Take up what a page before this one left. */
  async load() {
    const mine = (a) => a.review === this.desk.review && a.actor === this.desk.actor;
    this.#acts = (await this.shelf.all()).filter(mine);
    for (const act of this.#acts) act.lies = true;
    this.#say();
    this.kick();
  }

  /** Keep a decision and send it as soon as may be. */
  decide(stage, decision) {
    return this.#add({ kind: "decide", stage, ...decision });
  }

  /** Take a decision back, wherever it is; gives `unsent` if it never left. */
  async undo(id, stage, item) {
    const held = this.#acts.find((a) => a.id === id);
    if (held) {
      let unsent = false;
      await this.shelf.change(id, (act) => {
        unsent = act.tries === 0 || Boolean(act.refused);
        return unsent ? null : act;
      });
      if (unsent) {
        this.#drop(id);
        return "unsent";
      }
    }
    this.#add({ kind: "undo", of: id, stage, item });
    return "sent";
  }

  /** Forget a decision that the server would not take. */
  async forget(id) {
    await this.shelf.remove(id);
    this.#drop(id);
  }

  /** Try now. */
  kick() {
    this.#pause = FIRST_PAUSE;
    this.#wake?.();
    this.#run();
  }

  #add(what) {
    const { review, actor } = this.desk;
    const act = { id: identifier(), review, actor, at: new Date().toISOString(), tries: 0, ...what };
    this.#acts.push(act);
    const put = this.shelf.put(act).catch(() => {
      // The disk is full or the browser forbids it: the act lives as long as the page.
      this.shelf.kept = false;
    });
    act.settled = put;
    this.#say();
    put.then(() => {
      act.lies = true;
      this.#say();
      this.#run();
    });
    return act.id;
  }

  #drop(id) {
    this.#acts = this.#acts.filter((a) => a.id !== id);
    this.#say();
  }

  async #run() {
    if (this.#running) return;
    this.#running = true;
    try {
      for (;;) {
        const act = this.#acts.find((a) => !a.refused);
        if (!act) {
          this.#become("idle");
          return;
        }
        if (navigator.onLine === false) {
          this.#become("offline");
          await this.#rest(LONGEST_PAUSE);
          continue;
        }
        await this.#send(act);
        if (this.state === "signed-out" || this.state === "somebody-else") return;
      }
    } finally {
      this.#running = false;
    }
  }

  async #send(act) {
    await act.settled;
    // Another tab may have sent it, or taken it back.
    const held = await this.shelf.change(act.id, (a) => ({ ...a, tries: a.tries + 1 }));
    if (held === undefined && this.shelf.kept) {
      this.#drop(act.id);
      return;
    }
    if (this.state !== "offline") this.#become("sending");
    let answer;
    try {
      answer = await post(act.kind === "undo" ? this.desk.undo : this.desk.decide, act);
    } catch {
      answer = null;
    }
    const status = answer?.status ?? 0;
    if (answer?.ok) {
      await this.shelf.remove(act.id);
      this.#pause = FIRST_PAUSE;
      if (this.state === "offline") this.#become("sending");
      const said = await answer.json().catch(() => ({}));
      this.#drop(act.id);
      this.dispatchEvent(new CustomEvent("sent", { detail: { act, said } }));
    } else if (status === 401) {
      this.#become("signed-out");
    } else if (status === 409) {
      this.#become("somebody-else");
    } else if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
      await this.#refuse(act, await reason(answer));
    } else {
      this.#become("offline");
      await this.#rest(this.#pause * (0.8 + 0.4 * Math.random()));
      this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
    }
  }

  async #refuse(act, why) {
    // What was never taken needs no taking back.
    if (act.kind === "undo") await this.shelf.remove(act.id);
    else await this.shelf.change(act.id, (a) => ({ ...a, refused: why }));
    if (act.kind === "undo") this.#drop(act.id);
    act.refused = why;
    this.#say();
    this.dispatchEvent(new CustomEvent("refused", { detail: { act, why } }));
  }

  #rest(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.#say();
  }

  #say() {
    this.dispatchEvent(new Event("change"));
  }
}

function post(address, act) {
  const { id, actor, stage, item, of, verdict, reasons, note, tags } = act;
  const said = { client_id: id, actor, stage, item, of, verdict, reasons, note, tags };
  return fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(said),
    credentials: "same-origin",
    redirect: "error",
    signal: AbortSignal.timeout(PATIENCE),
  });
}

async function reason(answer) {
  const said = await answer.json().catch(() => ({}));
  return [said.message ?? `the server answered ${answer.status}`, said.remedy].filter(Boolean).join(" ");
}
