// Presses, live cards and forms. What to show comes from the server; nothing typed here is kept.
"use strict";

const LINES = "application/x-ndjson";
const FRESH = 60_000; // milliseconds a card is called "just now"
const AGAIN = 2000; // milliseconds before a refused stream is asked for again
const token = document.documentElement.dataset.token;
const dialog = document.getElementById("dialog");
const banner = document.getElementById("banner");
const columns = new Map([...document.querySelectorAll(".person")].map((column) => [column.dataset.person, column]));
const changes = new Map(); // person -> how often something newer was shown: an answer asked for before that is old
const asking = new Map(); // person -> whether something came while their page was being asked for
let passing = false; // a week passes: hundreds of cards come, and what they leave is asked for once, at the end
const unsent = new WeakMap(); // form -> {body, delivery}: the same thing sent again after a failure is the same press

document.documentElement.classList.add("live");

// --- showing ---

function drawn(html) {
  const template = document.createElement("template");
  template.innerHTML = html; // escaped where it was made, in render.py
  return template.content.firstElementChild;
}

function find(column, message) {
  return message && column.querySelector(`.cards > [data-message="${CSS.escape(message)}"]`);
}

// Puts a card in its place. `mine`: the person just pressed here, so the focus goes to the new card's title.
function place(line, { mine = false, quiet = false } = {}) {
  const column = columns.get(line.person);
  if (!column) return;
  const old = find(column, line.message);
  if (line.kind === "gone") {
    if (old) old.remove();
    return;
  }
  // Drawn again and the same: what somebody is ticking there stays, and nothing is called new.
  if (!mine && old && old.dataset.mark === line.mark) return;
  if (quiet && old && old.dataset.held) return;
  // What the person opened by their own press stays until the consultation itself moves on.
  if (quiet && old && "opened" in old.dataset && (old.dataset.opened ||= line.mark) === line.mark) return;
  if (!quiet) newer(line.person);
  const card = drawn(line.html);
  const focused = old && old.contains(document.activeElement) && document.activeElement;
  if (old) old.replaceWith(card);
  else column.querySelector(".cards").append(card);
  if (line.kind === "aside") card.querySelector("h3").before(closer(card));
  if (line.kind === "urgent") card.dataset.held = "yes"; // stays until the server has answered
  if (!mine) count(column); // by whichever way it came: a page that asks how things stand may be before the stream
  if (mine) {
    card.dataset.opened = "";
    show(card);
    title(card).focus({ preventScroll: true });
  } else if (!quiet) {
    stamp(card);
    tell(column, line.title);
    if (focused) refocus(card, focused);
    else if (!column.contains(document.activeElement)) show(card);
  }
}

function newer(person) {
  changes.set(person, (changes.get(person) || 0) + 1);
}

function title(card) {
  return card.querySelector("h3");
}

// Scrolls the conversation itself and never the page: another person's card must not move what somebody reads.
function show(card) {
  const talk = card.closest(".talk");
  const top = talk.scrollTop + card.getBoundingClientRect().top - talk.getBoundingClientRect().top - 12;
  talk.scrollTo({ top, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

function refocus(card, focused) {
  const label = focused.textContent;
  const same = label && [...card.querySelectorAll("button, summary")].find((one) => one.textContent === label);
  (same || title(card)).focus({ preventScroll: true });
}

function stamp(card) {
  const note = document.createElement("p");
  note.className = "stamp";
  note.textContent = "Updated just now";
  const at = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  setTimeout(() => (note.textContent = `Updated at ${at}`), FRESH);
  title(card).before(note);
}

function tell(column, words) {
  const name = column.querySelector("h2").textContent;
  column.querySelector("[data-live]").textContent = `${name}: updated just now. ${words}`;
}

// On the tab of somebody whose screen is not the one in view.
function count(column) {
  const tab = document.querySelector(`.switch [data-person="${CSS.escape(column.dataset.person)}"]`);
  if (!tab || wide.matches || column.classList.contains("current") || columns.size === 1) return;
  const news = tab.querySelector(".news");
  news.dataset.count = Number(news.dataset.count || 0) + 1;
  news.textContent = `${news.dataset.count} new`;
  news.hidden = false;
}

function closer(card) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "close";
  button.textContent = "Close this note";
  button.addEventListener("click", () => {
    const talk = card.closest(".talk");
    card.remove();
    talk.focus({ preventScroll: true });
  });
  return button;
}

function warn(words, reload = false) {
  banner.textContent = words;
  if (reload) {
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = "Reload the page";
    banner.append(" ", link);
  }
  banner.hidden = !words;
}

// --- pressing ---

function body(form, button) {
  const data = new FormData(form);
  if (button && button.name) data.set(button.name, button.value);
  data.delete("delivery");
  return new URLSearchParams(data);
}

function delivery(form, sending) {
  const before = unsent.get(form);
  const same = before && before.body === sending.toString();
  const id = same ? before.delivery : form.dataset.answered ? crypto.randomUUID() : form.elements.delivery.value;
  unsent.set(form, { body: sending.toString(), delivery: id });
  return id;
}

async function press(form, button) {
  if (form.getAttribute("aria-busy") === "true") return; // a double press is one press
  const sending = body(form, button);
  sending.set("delivery", delivery(form, new URLSearchParams(sending)));
  form.setAttribute("aria-busy", "true");
  const person = form.elements.person.value;
  let answered = ""; // the message that shows the answer, which may say more than its card does when asked for again
  newer(person);
  try {
    const answer = await fetch("/press", { method: "POST", headers: { Accept: LINES }, body: sending });
    if (!answer.ok) return await refused(answer);
    warn("");
    for await (const line of lines(answer)) {
      if (line.kind !== "urgent") {
        form.dataset.answered = "yes";
        unsent.delete(form);
      }
      if (line.kind === "show") answered = line.message;
      act(line, form);
    }
  } catch {
    warn("That did not arrive. Press again. If someone is in danger, ring 999 now.");
  } finally {
    form.removeAttribute("aria-busy");
    refresh(person, answered).catch(() => {}); // what is missing now comes with the next change
  }
}

async function refused(answer) {
  const { title, words } = await answer.json().catch(() => ({ title: "That did not work", words: "Press again." }));
  warn(`${title}. ${words}`, answer.status === 403 || answer.status === 400);
}

async function* lines(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    for (const part of parts) yield JSON.parse(part);
  }
}

function act(line, form) {
  if (form.classList.contains("typed")) form.elements.text.value = "";
  const inDialog = dialog.contains(form);
  if (inDialog && line.kind !== "correct") dialog.close();
  switch (line.kind) {
    case "urgent":
    case "show":
      form.closest(".aside")?.remove();
      return place(line, { mine: true });
    case "aside":
      return place(line, { mine: true });
    case "open":
      return open(line);
    case "correct":
      return correct(form, line.errors);
  }
}

function open(line) {
  dialog.innerHTML = line.html; // escaped where it was made, in render.py
  dialog.setAttribute("aria-labelledby", title(dialog).id);
  dialog.showModal();
  title(dialog).focus();
}

function correct(form, errors) {
  for (const old of form.querySelectorAll(".error")) old.remove();
  for (const old of form.querySelectorAll("[aria-invalid]")) old.removeAttribute("aria-invalid");
  let first = null;
  for (const [id, words] of Object.entries(errors)) {
    const field = form.querySelector(`[data-field="${CSS.escape(id)}"]`) || form;
    const input = field.querySelector("input:not([type=hidden]), textarea, select");
    const note = document.createElement("p");
    note.className = "error";
    note.id = `error-${crypto.randomUUID()}`;
    note.textContent = `Please change: ${words}`;
    (field.querySelector("legend, label:not(.row)") || field.firstElementChild).after(note);
    if (input) {
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", `${note.id} ${input.getAttribute("aria-describedby") || ""}`.trim());
    }
    first ||= input || note;
  }
  first?.focus();
}

// A week is let pass for everybody at once; whatever arrives meanwhile comes by the stream, as ever.
async function week(form) {
  if (form.getAttribute("aria-busy") === "true") return;
  const button = form.querySelector("button");
  form.setAttribute("aria-busy", "true");
  button.textContent = "A week passes…";
  passing = true;
  try {
    const sending = new URLSearchParams(new FormData(form));
    const answer = await fetch("/week", { method: "POST", headers: { Accept: LINES }, body: sending });
    if (!answer.ok) return await refused(answer);
    warn("");
    form.querySelector("#time").textContent = (await answer.json()).time;
  } catch {
    warn("The week did not pass to its end. Press again.");
  } finally {
    passing = false;
    button.textContent = "Let a week pass";
    form.removeAttribute("aria-busy");
    for (const person of columns.keys()) refresh(person).catch(() => {});
  }
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target.matches(".time")) return void week(event.target);
  const named = event.submitter?.name || event.target.elements.press?.type === "hidden";
  if (named) press(event.target, event.submitter); // else Enter on a tick, which presses nothing
});

document.addEventListener("change", ({ target }) => {
  if (!target.checked || !target.closest(".pair")) return;
  for (const other of target.closest(".pair").querySelectorAll("input")) if (other !== target) other.checked = false;
});

dialog.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) dialog.close();
});
document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  const words = button.closest(".quote").querySelector("blockquote");
  try {
    await navigator.clipboard.writeText(words.textContent);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(words);
    button.textContent = "Selected. Copy it now";
  }
});
// What was typed goes with it; not what was opened next, before the browser told of the closing.
dialog.addEventListener("close", () => dialog.open || dialog.replaceChildren());

// --- staying up to date ---

async function refresh(person, but = "") {
  const column = columns.get(person);
  const asked = changes.get(person);
  const answer = await fetch(`/people/${encodeURIComponent(person)}`, { headers: { Accept: LINES } });
  if (!answer.ok) return;
  const now = await answer.json();
  if (changes.get(person) !== asked) return; // whatever came in between asks again itself
  const panel = column.querySelector(".home-panel");
  if (panel.firstElementChild.dataset.mark !== now.home.mark) {
    const focused = panel.contains(document.activeElement) && document.activeElement;
    panel.replaceChildren(drawn(now.home.html));
    if (focused) refocus(panel.firstElementChild, focused);
  }
  for (const line of now.cards) if (line.message !== but) place(line, { quiet: true });
}

// However many cards come, one question at a time is on its way, and one more after the last card.
async function keepUp(person) {
  if (asking.has(person)) return void asking.set(person, true);
  do {
    asking.set(person, false);
    await refresh(person).catch(() => {});
  } while (asking.get(person));
  asking.delete(person);
}

function listen() {
  const query = new URLSearchParams([...columns.keys()].map((person) => ["person", person]));
  const stream = new EventSource(`/events?${query}`);
  stream.addEventListener("hello", (event) => {
    const restarted = JSON.parse(event.data).token !== token;
    warn(restarted ? "The sandbox was started again." : "", restarted);
    if (!restarted) for (const person of columns.keys()) refresh(person).catch(() => {}); // what was missed meanwhile
  });
  stream.addEventListener("card", (event) => {
    const line = JSON.parse(event.data);
    place(line);
    if (!passing) keepUp(line.person);
  });
  stream.addEventListener("error", () => {
    warn("The sandbox does not answer. Trying again… If someone is in danger, ring 999 now.");
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN); // after a refusal it gives up by itself
  });
}

// --- one person at a time on a narrow screen ---

const wide = matchMedia("(min-width: 48rem)");

function choose(person) {
  for (const [id, column] of columns) column.classList.toggle("current", id === person);
  for (const tab of document.querySelectorAll(".switch a")) {
    if (tab.dataset.person === person) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
  const news = document.querySelector(`.switch [data-person="${CSS.escape(person)}"] .news`);
  news.hidden = true;
  news.dataset.count = 0;
  toEnd(columns.get(person));
}

function toEnd(column) {
  const last = column.querySelector(".cards > :last-child");
  if (last) show(last);
}

if (document.body.classList.contains("all")) {
  document.querySelector(".switch").addEventListener("click", (event) => {
    const tab = event.target.closest("[data-person]");
    if (!tab || wide.matches) return;
    event.preventDefault();
    choose(tab.dataset.person);
  });
  if (!wide.matches) choose(columns.keys().next().value);
  wide.addEventListener("change", () => !wide.matches && choose(columns.keys().next().value));
}
for (const column of columns.values()) toEnd(column);
listen();
