// What was written about a record before it is decided: kept in this browser until then.

import { read, remove, write } from "./settings.js";

const KNOWN = 50;

export class Drafts {
  constructor(desk, form) {
    this.prefix = `ranvier.screening.draft:${desk}:`;
    this.tags = `ranvier.screening.tags:${desk}`;
    this.form = form;
    this.learn([]);
  }

  /** Offer tags that were used before. */
  learn(tags) {
    const held = read(this.tags);
    const known = [...new Set([...tags, ...(Array.isArray(held) ? held : [])])].slice(0, KNOWN);
    if (tags.length) write(this.tags, known);
    const options = known.map((tag) => Object.assign(document.createElement("option"), { value: tag }));
    this.form.querySelector("datalist").replaceChildren(...options);
  }

  keep(item) {
    const { note, tags } = this.form.elements;
    const reasons = this.#boxes.filter((box) => box.checked).map((box) => box.value);
    if (note.value || tags.value || reasons.length) {
      write(this.prefix + item, { note: note.value, tags: tags.value, reasons });
    } else {
      this.forget(item);
    }
  }

  restore(item) {
    const held = read(this.prefix + item);
    if (held) this.#set(held.note, held.tags, held.reasons ?? []);
  }

  /** Show a decision taken back as it was, so that only the mistake needs mending. */
  fill({ note, tags, reasons }) {
    this.#set(note ?? "", (tags ?? []).join(", "), reasons ?? []);
  }

  forget(item) {
    remove(this.prefix + item);
  }

  get #boxes() {
    return [...this.form.querySelectorAll("input[name=reasons]")];
  }

  #set(note, tags, reasons) {
    this.form.elements.note.value = note;
    this.form.elements.tags.value = tags;
    for (const box of this.#boxes) box.checked = reasons.includes(box.value);
  }
}
