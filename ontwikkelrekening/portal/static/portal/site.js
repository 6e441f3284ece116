// Everything works without this file. With it: a warning before the session ends, no way to lose what is filled in
// by asking for the page in another language, and a print button.
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

const languages = document.querySelector(".languages");
const filledIn = 'main form[method="post"] :is(input:not([type="hidden"]), select, textarea)';
if (languages) {
  const hide = () => {
    languages.hidden = true;
  };
  document.addEventListener("input", ({ target }) => {
    if (target.matches(filledIn)) hide();
  });
  // Who comes back with the browser's button finds the form as it was filled in.
  const { type } = performance.getEntriesByType("navigation")[0];
  if (type === "back_forward" && document.querySelector(filledIn)) hide();
}

for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
