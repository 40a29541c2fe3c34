// What pages do beyond HTML; each works without this file.
"use strict";

// A wide screen needs no menu button; on a phone the menu closes when its page is chosen.
for (const menu of document.querySelectorAll(".side .menu")) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}
