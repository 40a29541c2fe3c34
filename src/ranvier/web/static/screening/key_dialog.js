// The keys: shown, chosen, changed one by one, or switched off.

import { PRESETS, keyOf, printed } from "./keys.js";
import { ACTIONS, words } from "./words.js";

/** Keys that move about the page or the dialog, and are left to do so. */
const RESERVED = new Set([
  "Tab", "Escape", "Enter", " ", "Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock", "Dead",
  "Process", "Unidentified", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End",
]);

export class KeyDialog {
  #listening = null;

  constructor(dialog, keys, settings, changed) {
    Object.assign(this, { dialog, keys, settings, changed });
    const { on, preset } = this.#fields;
    on.addEventListener("change", () => {
      this.keys.chosen.on = on.checked;
      this.#say(on.checked ? words.keysOn : words.keysOff);
      this.#keep();
    });
    preset.addEventListener("change", () => {
      this.keys.chosen.preset = preset.value;
      this.keys.chosen.own = {};
      this.#keep();
    });
    dialog.addEventListener("keydown", (event) => this.#heard(event), true);
    dialog.addEventListener("close", () => (this.#listening = null));
  }

  open() {
    this.#draw();
    this.#say("");
    this.dialog.showModal();
  }

  get #fields() {
    return {
      on: this.dialog.querySelector("[name=keys-on]"),
      preset: this.dialog.querySelector("[name=preset]"),
    };
  }

  #draw() {
    const { on, preset } = this.#fields;
    on.checked = this.keys.chosen.on;
    preset.value = this.keys.chosen.preset;
    const body = this.dialog.querySelector("tbody");
    const line = this.dialog.querySelector("#key-line");
    body.replaceChildren(
      ...Object.keys(PRESETS.rayyan)
        .filter((action) => this.keys.actions[action])
        .map((action) => {
          const made = line.content.cloneNode(true);
          made.querySelector("th").textContent = ACTIONS[action];
          const button = made.querySelector("button");
          const key = this.keys.bound[action];
          button.dataset.action = action;
          button.querySelector("kbd").textContent = key ? printed(key) : words.unset;
          button.setAttribute("aria-label", `${ACTIONS[action]}: ${key ? printed(key) : words.unset}`);
          button.addEventListener("click", () => this.#listen(button));
          return made;
        }),
    );
    body.closest("table").classList.toggle("off", !this.keys.chosen.on);
  }

  #listen(button) {
    this.#draw();
    this.#listening = button.dataset.action;
    const again = this.dialog.querySelector(`[data-action=${this.#listening}]`);
    again.querySelector("kbd").textContent = words.pressKey;
    again.focus();
    this.#say(words.pressKey);
  }

  #heard(event) {
    const action = this.#listening;
    if (!action || ["Shift", "Tab"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    const key = keyOf(event);
    if (event.key !== "Escape") {
      if (RESERVED.has(event.key) || event.ctrlKey || event.metaKey || event.altKey || /^[1-9]$/.test(key)) {
        this.#say(words.notAKey);
        return;
      }
      this.#bind(action, key);
    }
    this.#listening = null;
    this.#draw();
    this.dialog.querySelector(`[data-action=${action}]`).focus();
  }

  #bind(action, key) {
    const taken = Object.keys(this.keys.actions).find((a) => a !== action && this.keys.bound[a] === key);
    const own = { ...this.keys.chosen.own, [action]: key };
    if (taken) own[taken] = "";
    this.keys.chosen.own = own;
    this.#say(taken ? words.taken(printed(key), action, taken) : "");
    this.#keep();
  }

  #keep() {
    this.settings.keys = this.keys.chosen;
    this.settings.save();
    this.#draw();
    this.changed();
  }

  #say(text) {
    this.dialog.querySelector("[role=status]").textContent = text;
  }
}
