// How many records to hold, how large the text is, and all settings as a file.

import { words } from "./words.js";

export class SettingsDialog {
  constructor(dialog, settings, changed) {
    Object.assign(this, { dialog, settings, changed });
    for (const name of ["ahead", "size"]) {
      dialog.querySelector(`[name=${name}]`).addEventListener("change", ({ target }) => {
        settings[name] = name === "ahead" ? Number(target.value) : target.value;
        this.#keep();
      });
    }
    dialog.querySelector("[data-export]").addEventListener("click", () => this.#export());
    dialog.querySelector("[name=file]").addEventListener("change", ({ target }) => this.#import(target));
  }

  open() {
    this.#draw();
    this.#say("");
    this.dialog.showModal();
  }

  #draw() {
    for (const name of ["ahead", "size"]) {
      this.dialog.querySelector(`[name=${name}]`).value = String(this.settings[name]);
    }
  }

  #keep() {
    this.settings.save();
    this.changed();
  }

  #export() {
    const file = new Blob([this.settings.exported()], { type: "application/json" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = "ranvier-screening-settings.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  async #import(field) {
    const file = field.files[0];
    if (!file) return;
    try {
      this.settings.imported(await file.text());
      this.#draw();
      this.changed();
      this.#say(words.imported);
    } catch (error) {
      this.#say(error.message);
    } finally {
      field.value = "";
    }
  }

  #say(text) {
    this.dialog.querySelector("[role=status]").textContent = text;
  }
}
