// Everything works without this file. With it: a warning before the session ends, and a print button.
const MINUTE = 60 * 1000;
const warning = document.getElementById("time");
const end = document.getElementById("time-is-up");
const tabs = new BroadcastChannel("session"); // a page opened in another tab renews the session as well
let timers = [];

function show(shown) {
  warning.hidden = shown !== warning;
  end.hidden = shown !== end;
}

function count() {
  timers.forEach(clearTimeout);
  show(null);
  timers = [setTimeout(show, 13 * MINUTE, warning), setTimeout(show, 15 * MINUTE, end)];
}

function renewed() {
  count();
  tabs.postMessage("renewed");
}

if (warning) {
  const unheard = warning.querySelector("[data-unheard]");
  let before = document.getElementById("main"); // where they were when the warning came
  renewed();
  tabs.addEventListener("message", count);
  warning.addEventListener("focusin", ({ relatedTarget }) => {
    before = relatedTarget ?? before;
  });
  warning.querySelector("button").addEventListener("click", async () => {
    unheard.hidden = true;
    const answer = await fetch(warning.dataset.stay, { method: "HEAD" }).catch(() => null);
    if (answer === null) unheard.hidden = false;
    else if (answer.ok) {
      renewed();
      before.focus({ preventScroll: true });
    } else show(end);
  });
}
for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
