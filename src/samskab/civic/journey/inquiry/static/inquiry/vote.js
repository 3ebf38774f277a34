/* The digits 1, 2 and 3 answer, where the page says so. They can be switched off there. */
"use strict";

const told = document.querySelector(".i-keys");
if (told) {
  /* A second press that was meant for the statement before must not answer this one. */
  let ready = false;
  const wait = () => {
    ready = false;
    setTimeout(() => {
      ready = true;
    }, 600);
  };
  window.addEventListener("pageshow", wait);
  wait();
  told.hidden = false;

  const typing = "input, textarea, select, [contenteditable]";
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.repeat || event.isComposing) return;
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest(typing)) return;
    const button = [...document.querySelectorAll("[aria-keyshortcuts]")].find(
      (one) => one.getAttribute("aria-keyshortcuts") === event.key,
    );
    /* Not where the line about it is not seen: nobody is surprised by a key. */
    if (!button || !ready || !told.getClientRects().length) return;
    event.preventDefault();
    ready = false;
    button.form.requestSubmit(button);
  });
}
