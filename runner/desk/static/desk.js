// Keys for those who use them; every page works without this script.
"use strict";

const rows = () => [...document.querySelectorAll("a.open")];

function move(by) {
  const all = rows();
  const at = all.indexOf(document.activeElement);
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
  if (next) next.focus();
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  if (typing && event.key === "Escape") typing.blur();
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const find = document.getElementById("find");
  if (event.key === "/" && find) { event.preventDefault(); find.focus(); }
  if (event.key === "j") move(1);
  if (event.key === "k") move(-1);
});
