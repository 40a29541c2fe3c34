// Groups of words to highlight: shown, changed, added and taken away.

const STYLES = 8;

export class HighlightDialog {
  /**
   * @param {HTMLDialogElement} dialog
   * @param {object} settings
   * @param {object[]} given the groups that follow from the protocol
   * @param {() => void} changed
   */
  constructor(dialog, settings, given, changed) {
    Object.assign(this, { dialog, settings, given, changed });
    dialog.querySelector("[data-add]").addEventListener("click", () => {
      this.settings.groups.push({ label: "", style: this.#freeStyle(), on: true, words: [] });
      this.#draw();
      dialog.querySelector("#groups > :last-child [name=label]").focus();
    });
    dialog.querySelector("[data-reset]").addEventListener("click", () => {
      this.settings.groups = structuredClone(this.given);
      this.#draw();
      this.#keep();
    });
    dialog.querySelector("[name=marks]").addEventListener("change", (event) => {
      this.settings.marks = event.target.checked;
      this.#keep();
    });
    dialog.addEventListener("input", () => this.#take());
    dialog.addEventListener("close", () => this.#take());
  }

  open() {
    this.dialog.querySelector("[name=marks]").checked = this.settings.marks;
    this.#draw();
    this.dialog.showModal();
  }

  #freeStyle() {
    const taken = new Set(this.settings.groups.map((group) => group.style));
    for (let style = 1; style <= STYLES; style++) if (!taken.has(style)) return style;
    return 1;
  }

  #draw() {
    const line = this.dialog.querySelector("#group-line");
    this.dialog.querySelector("#groups").replaceChildren(
      ...this.settings.groups.map((group, i) => {
        const made = line.content.cloneNode(true);
        const box = made.querySelector("fieldset");
        box.querySelector("[name=label]").value = group.label;
        box.querySelector("[name=words]").value = group.words.join("\n");
        box.querySelector("[name=on]").checked = group.on;
        box.querySelector("[name=style]").value = group.style;
        this.#name(box, group);
        box.querySelector("[data-remove]").addEventListener("click", () => {
          this.settings.groups.splice(i, 1);
          this.#draw();
          this.#keep();
          this.dialog.querySelector("[data-add]").focus();
        });
        return made;
      }),
    );
  }

  #name(box, group) {
    const sample = box.querySelector(".sample");
    sample.className = `sample hl hl-${group.style}`;
    sample.textContent = group.label || "…";
  }

  #take() {
    const boxes = [...this.dialog.querySelectorAll("#groups fieldset")];
    this.settings.groups = boxes.map((box) => {
      const group = {
        label: box.querySelector("[name=label]").value.trim(),
        style: Number(box.querySelector("[name=style]").value),
        on: box.querySelector("[name=on]").checked,
        words: box
          .querySelector("[name=words]")
          .value.split(/[\n,;]/)
          .map((word) => word.trim())
          .filter(Boolean),
      };
      this.#name(box, group);
      return group;
    });
    this.#keep();
  }

  #keep() {
    this.settings.save();
    this.changed();
  }
}
