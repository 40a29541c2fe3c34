// What pages do beyond HTML; each works without this file.
"use strict";

// The menu of a phone closes with Escape.
document.addEventListener("keydown", (event) => {
  const menu = document.querySelector(".side .menu[open]");
  if (event.key === "Escape" && menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Files can be dropped anywhere on the form, and are looked at as soon as they are there.
for (const form of document.querySelectorAll("[data-drop]")) {
  const input = form.querySelector("input[type=file]");
  const send = () => {
    if (input.files.length > 0) {
      form.classList.add("busy");
      form.requestSubmit();
    }
  };
  input.addEventListener("change", send);
  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => {
      event.preventDefault();
      form.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) {
    form.addEventListener(name, () => form.classList.remove("over"));
  }
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    input.files = event.dataTransfer.files;
    send();
  });
}

// A link that is shown once can be copied.
for (const button of document.querySelectorAll("[data-copies]")) {
  const field = document.getElementById(button.dataset.copies);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = "✓";
    } catch {
      document.execCommand("copy");
    }
  });
}
