// Single keys that press a button or follow a link: <button data-key="s">. Anybody can switch them
// off; they are never taken while somebody writes.
"use strict";

const KEYS_OFF = "ranvier-keys-off";

function keysAreOff() {
  return localStorage.getItem(KEYS_OFF) === "1";
}

function showSwitch() {
  for (const box of document.querySelectorAll("[data-keys-switch]")) {
    box.closest("[hidden]")?.removeAttribute("hidden");
    box.checked = !keysAreOff();
  }
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-keys-switch]")) {
    localStorage.setItem(KEYS_OFF, event.target.checked ? "0" : "1");
  }
});

document.addEventListener("keydown", (event) => {
  const writing = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (keysAreOff() || writing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) {
    return;
  }
  const wanted = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (wanted) {
    event.preventDefault();
    wanted.click();
  }
});

document.addEventListener("htmx:afterSwap", showSwitch);
showSwitch();
