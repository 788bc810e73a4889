/**
 * Runs in the live page: takes what the server sends, says how old it is, and says so when nothing comes any more.
 *
 * Without it the page is whole, and a reload shows what is newest.
 *
 * @module
 */
import { type LanguageName, wordsOf } from "../../words.ts";
import { countAges, serverNow, setServerTime } from "./ages.ts";
import { startTable } from "./caches.ts";
import { morph } from "./morph.ts";
import { draw, followColours } from "./pictures.ts";

/** The server sends a sign of life every 15 s. */
const SILENT_MS = 40_000;
const RETRY_MS = 4000;

const words = wordsOf(document.documentElement.lang as LanguageName);
const { page = "", zone = "UTC" } = document.body.dataset;
let place = document.body.dataset["place"] ?? "";
let charts = document.getElementById("charts")?.textContent ?? "";
let aliveMs = Date.now();
/** When the numbers on the page were true, by the server's clock. */
let trueMs = Date.now();
let connected: boolean | undefined;
let source: EventSource | undefined;

document.documentElement.classList.add("scripted");
const arrange = startTable(words);

/** Says whether the page is fed. Only a change is written, so that a screen reader hears it once. */
function setConnected(now: boolean, said?: string): void {
  const state = document.getElementById("connection");
  const lost = `${said ?? words.live.lost} ${words.live.numbersFrom} ${words.time(trueMs, zone)}.`;
  const text = now ? words.live.connected : lost;
  connected = now;
  if (state === null || state.textContent === text) return;
  state.parentElement?.classList.toggle("lost", !now);
  const dot = document.createElement("span");
  dot.className = "dot";
  state.replaceChildren(dot, text);
}

function take(parts: Readonly<Record<string, string>>): void {
  let moved = false;
  for (const [id, html] of Object.entries(parts)) {
    if (id === "charts") {
      charts = html;
      continue;
    }
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    moved = (id.startsWith("c-") ? takeRow(id, fresh) : takePart(id, fresh)) || moved;
  }
  if (moved) arrange();
  draw(charts, words);
  countAges(words);
}

function takePart(id: string, { content }: HTMLTemplateElement): boolean {
  const known = document.getElementById(id);
  if (known === null) return false;
  const fresh = known.cloneNode(false) as Element;
  fresh.append(content);
  morph(known, fresh, flash);
  return false;
}

/** A row that is new, or changed, may belong elsewhere. */
function takeRow(id: string, { content }: HTMLTemplateElement): boolean {
  const fresh = content.firstElementChild;
  const known = document.getElementById(id);
  if (fresh === null) return false;
  if (known === null) document.querySelector("#caches tbody")?.append(fresh);
  else morph(known, fresh, flash);
  return true;
}

/** Shows for a moment what changed; ages do so all the time. */
function flash(element: Element): void {
  if (element.matches("time, progress, .run *, option")) return;
  element.classList.remove("flash");
  requestAnimationFrame(() => element.classList.add("flash"));
}

function alive(event: MessageEvent<string>): void {
  place = event.lastEventId || place;
  aliveMs = Date.now();
  trueMs = serverNow();
  setConnected(true);
}

function connect(): void {
  source?.close();
  source = new EventSource(`/feed?${new URLSearchParams({ page, since: place })}`);
  source.addEventListener("parts", (event: MessageEvent<string>) => {
    alive(event);
    take(JSON.parse(event.data) as Record<string, string>);
  });
  source.addEventListener("beat", (event: MessageEvent<string>) => {
    setServerTime(Number(event.data));
    alive(event);
  });
  source.addEventListener("reload", () => location.reload());
  source.addEventListener("trouble", (event: MessageEvent<string>) => {
    aliveMs = Date.now();
    setConnected(false, event.data);
  });
  source.addEventListener("error", () => {
    setConnected(false);
    // a browser gives up on an answer that is not a feed; the server may be back later
    if (source?.readyState === EventSource.CLOSED) setTimeout(connect, RETRY_MS);
  });
}

draw(charts, words);
followColours((theme) => draw(charts, words, theme));
connect();
setInterval(() => {
  countAges(words);
  if (Date.now() - aliveMs < SILENT_MS || connected === false) return;
  setConnected(false);
  connect();
}, 1000);
