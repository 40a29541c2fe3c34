// Keys: presets, the reader's own, and how a key pressed becomes an action.
//
// Rayyan documents I, E and U; ASReview LAB R, I and N, and U for undo in its first versions. What
// they leave open is filled in alike. The arrow keys are left to the page: it scrolls by them.

export const PRESETS = {
  rayyan: {
    include: "i", exclude: "e", maybe: "u", not_retrieved: "x", undo: "z", skip: "s",
    note: "n", tags: "l", highlights: "h", criteria: "c", next: "j", previous: "k", help: "?",
  },
  asreview: {
    include: "r", exclude: "i", maybe: "m", not_retrieved: "x", undo: "u", skip: "s",
    note: "n", tags: "t", highlights: "h", criteria: "c", next: "j", previous: "k", help: "?",
  },
  vim: {
    include: "l", exclude: "h", maybe: "m", not_retrieved: "x", undo: "u", skip: "j",
    note: "i", tags: "a", highlights: "/", criteria: "c", next: "j", previous: "k", help: "?",
  },
};

/** What may be done once only for one press, however long the key is held. */
const ONCE = new Set(["include", "exclude", "maybe", "not_retrieved", "undo", "skip"]);

export class Keys {
  /**
   * @param {object} chosen { on, preset, own }: `own` holds what differs from the preset
   * @param {Record<string, () => void>} actions
   * @param {(n: number, alone: boolean) => void} digit what a figure does; `alone` with Shift
   */
  constructor(chosen, actions, digit) {
    this.chosen = chosen;
    this.actions = actions;
    this.digit = digit;
    document.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /** Action -> key, as it stands. */
  get bound() {
    return { ...PRESETS[this.chosen.preset], ...this.chosen.own };
  }

  #pressed(event) {
    if (!this.chosen.on || event.defaultPrevented || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const figure = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
    if (figure && (event.key === figure[1] || event.shiftKey)) {
      if (!event.repeat) this.digit(Number(figure[1]), event.shiftKey);
      event.preventDefault();
      return;
    }
    const said = keyOf(event);
    const action = Object.keys(this.actions).find((name) => this.bound[name] === said);
    if (!action) return;
    event.preventDefault();
    if (event.repeat && ONCE.has(action)) return;
    this.actions[action]();
  }
}

/**
 * Name the key of an event. A letter that is not of the Latin alphabet, as on a Russian, Greek or
 * Arabic keyboard, is named after its place on the keyboard.
 */
export function keyOf(event) {
  const place = /^Key([A-Z])$/.exec(event.code);
  const key = place && !/^[a-z]$/i.test(event.key) ? place[1] : event.key;
  return key.length === 1 ? key.toLowerCase() : key;
}

/** Whether a key pressed here is text: then it is nobody's business but the field's. */
export function isTyping(target) {
  if (!(target instanceof Element)) return false;
  const field = target.closest("input, textarea, select, [contenteditable]");
  return field !== null && !["checkbox", "radio", "button", "submit"].includes(field.type);
}

/** Write a key as it stands on a keyboard. */
export function printed(key) {
  const names = { " ": "Space", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" };
  return names[key] ?? (key.length === 1 ? key.toUpperCase() : key);
}
