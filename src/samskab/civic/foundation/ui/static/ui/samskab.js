/* Small comforts. Every page works without this file. */
"use strict";

const menu = document.querySelector(".s-menu");
if (menu) {
  const close = () => {
    menu.open = false;
  };
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      close();
      menu.querySelector("summary").focus();
    }
  });
}

/* After a failed form, reading begins with what is wrong. */
const errors = document.getElementById("form-errors");
if (errors && !errors.closest(".s-pattern")) errors.focus();

/* A form that is on its way is not sent twice; the server would refuse the second anyway. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.getAttribute("method") !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
