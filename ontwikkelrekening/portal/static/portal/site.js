// Everything works without this file. With it: a warning before the session ends, and a print button.
const WARN_AFTER = 13 * 60 * 1000;
const warning = document.getElementById("time");
let timer;

function count() {
  clearTimeout(timer);
  warning.hidden = true;
  timer = setTimeout(() => { warning.hidden = false; }, WARN_AFTER);
}

if (warning) {
  count();
  warning.querySelector("button").addEventListener("click", async () => {
    const answer = await fetch(warning.dataset.stay, { method: "HEAD" });
    if (answer.ok) count();
  });
}
for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
