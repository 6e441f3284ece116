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
  renewed();
  tabs.addEventListener("message", count);
  warning.querySelector("button").addEventListener("click", async () => {
    const answer = await fetch(warning.dataset.stay, { method: "HEAD" });
    if (answer.ok) renewed();
    else show(end);
  });
}
for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
