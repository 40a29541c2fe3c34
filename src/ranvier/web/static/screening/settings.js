// What a reader has set for themselves: kept in this browser, and taken elsewhere as a file.

const FORM = "ranvier-screening-settings-1";

const DEFAULTS = {
  keys: { on: true, preset: "rayyan", own: {} },
  ahead: 10,
  size: "medium",
  marks: true,
};

export class Settings {
  /**
   * @param {string} actor whose settings these are
   * @param {string} review the review whose words are highlighted
   */
  constructor(actor, review) {
    this.own = `ranvier.screening.settings:${actor}`;
    this.words = `ranvier.screening.highlights:${actor}:${review}`;
    const held = sane(read(this.own));
    Object.assign(this, structuredClone(DEFAULTS), held, { keys: { ...DEFAULTS.keys, ...held.keys } });
    this.groups = groups(read(this.words));
  }

  save() {
    const { keys, ahead, size, marks } = this;
    write(this.own, { keys, ahead, size, marks });
    if (this.groups) write(this.words, this.groups);
    else remove(this.words);
  }

  /** Everything as the text of a file. */
  exported() {
    const { keys, ahead, size, marks, groups: highlights } = this;
    return JSON.stringify({ form: FORM, keys, ahead, size, marks, highlights }, null, 2);
  }

  /** Take up the text of such a file; throws with what is wrong. */
  imported(text) {
    let said;
    try {
      said = JSON.parse(text);
    } catch {
      throw new Error("This file is not JSON. Choose one that was exported here.");
    }
    if (said?.form !== FORM) {
      throw new Error("This file holds no screening settings. Choose one that was exported here.");
    }
    const taken = sane(said);
    Object.assign(this, taken, { keys: { ...this.keys, ...taken.keys } });
    this.groups = groups(said.highlights) ?? this.groups;
    this.save();
  }
}

/** Keep of what a file or the browser holds only what we know and can use. */
function sane(said) {
  const kept = {};
  if (typeof said !== "object" || said === null) return kept;
  if (typeof said.keys === "object" && said.keys !== null) {
    const { on, preset, own } = said.keys;
    kept.keys = {};
    if (typeof on === "boolean") kept.keys.on = on;
    if (["rayyan", "asreview", "vim"].includes(preset)) kept.keys.preset = preset;
    if (typeof own === "object" && own !== null) {
      kept.keys.own = Object.fromEntries(
        Object.entries(own).filter(([, key]) => typeof key === "string" && key.length < 20),
      );
    }
  }
  if ([5, 10, 25, 100].includes(said.ahead)) kept.ahead = said.ahead;
  if (["small", "medium", "large"].includes(said.size)) kept.size = said.size;
  if (typeof said.marks === "boolean") kept.marks = said.marks;
  return kept;
}

function groups(said) {
  if (!Array.isArray(said)) return null;
  return said
    .filter((one) => typeof one?.label === "string" && Array.isArray(one.words))
    .slice(0, 24)
    .map(({ label, style, on, words }) => ({
      label: label.slice(0, 60),
      style: Number.isInteger(style) && style >= 1 && style <= 8 ? style : 1,
      on: on !== false,
      words: words.filter((word) => typeof word === "string" && word.trim()).slice(0, 500),
    }));
}

/** Read a value of this browser's; null if there is none or the browser forbids it. */
export function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

/** Keep a value in this browser, if it lets us. */
export function write(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Without storage a setting lasts as long as the page.
  }
}

export function remove(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing was kept, then.
  }
}
