// Puts the page together: status in, words and pictures out, one order at a time.
import { offload, preflight, retryOffload, selfTest, start, stop, whenForgotten, type Ordered, type Result } from './api.js';
import { isPrivate } from './access.js';
import { AimHelp } from './aim.js';
import { connect } from './live.js';
import { checklist, formatElapsed, freshness, pageOf, plain, type Card, type CheckGroup, type Page, type Tone } from './model.js';
import { transfersOf } from './offload.js';
import { enter } from './pairing.js';
import { PhonesPanel } from './phones.js';
import { LivePicture } from './picture.js';
import { UpdatePanel } from './update.js';
import { byId } from './shared/dom.js';
import { bytes } from './shared/format.js';
import type { Snapshot } from './types.js';

const sureForMs = 6000;
const preflightEveryMs = 4000;
const offloadEveryMs = 2000;

const ui = {
  fresh: byId('fresh'), headline: byId('headline'), elapsed: byId('elapsed'), detail: byId('detail'), session: byId('session'),
  warnings: byId('warnings'), cameras: byId('cameras'), preflight: byId('preflight-panel'), checks: byId('checks'),
  offload: byId('offload-text'), meter: byId('offload-meter'), last: byId('last'), said: byId('said'),
  test: byId<HTMLButtonElement>('test'), tested: byId('tested'),
  transfers: byId('transfers'), transfersSummary: byId('transfers-summary'), transfersList: byId('transfers-list'), retry: byId<HTMLButtonElement>('transfers-retry'),
  main: byId<HTMLButtonElement>('main'), keep: byId<HTMLButtonElement>('keep'), sure: byId<HTMLButtonElement>('sure'),
};

let status: Snapshot | null = null;
let page: Page | null = null;
let pending: 'start' | 'stop' | null = null;
let sureUntil = 0;
let heardAt = 0;
let preflightAt = -preflightEveryMs;
let orderId: string | null = null;
const pictures = new Map<string, LivePicture>();
let aim: AimHelp | null = null;

const pairing = await enter();
byId('insecure').hidden = pairing?.plain_machines !== true;
byId('unencrypted').hidden = isPrivate(location);
const owner = pairing?.device?.role === 'owner';
const update = owner ? new UpdatePanel(byId<HTMLDetailsElement>('update')) : null;
if (owner) new PhonesPanel();

// Back to the pairing screen, whichever request it was that the node did not answer to this phone.
let leaving = false;
whenForgotten(() => {
  if (!leaving) location.reload();
  leaving = true;
});

const live = connect((fresh) => {
  status = fresh;
  heardAt = performance.now();
  render();
});

function text(element: HTMLElement, value: string | null): void {
  element.hidden = value === null || value === '';
  if (value !== null && element.textContent !== value) element.textContent = value;
}

function say(message: string | null, tone: Tone): void {
  ui.said.dataset['tone'] = tone;
  text(ui.said, message);
}

function render(): void {
  if (!status) return;
  page = pageOf(status.rig, status.node.node.camera_id, pending);
  document.body.dataset['tone'] = page.tone;
  document.body.dataset['action'] = page.action;
  document.title = page.action === 'stop' ? 'Recording – Rig' : 'Rig';
  text(ui.headline, page.headline);
  text(ui.detail, page.detail);
  text(ui.session, page.sessionId);
  ui.warnings.hidden = page.warnings.length === 0;
  ui.warnings.replaceChildren(...page.warnings.map((w) => element('li', w)));
  renderCards(page.cards);
  renderDock(page);
  renderHome(page);
  update?.show(status.node.node.version, page.action === 'start' || page.action === 'none');
  ui.preflight.hidden = page.action !== 'start' && page.action !== 'none';
  if (!ui.preflight.hidden && performance.now() - preflightAt > preflightEveryMs) void check();
  tick();
}

function element<K extends keyof HTMLElementTagNameMap>(tag: K, content: string, className?: string): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.textContent = content;
  if (className) made.className = className;
  return made;
}

function renderCards(cards: Card[]): void {
  ui.cameras.dataset['count'] = String(cards.length);
  if (cards.map((c) => c.cameraId).join() !== [...ui.cameras.children].map((c) => (c as HTMLElement).dataset['camera']).join()) {
    pictures.clear();
    aim = null;
    ui.cameras.replaceChildren(...cards.map(makeCard));
  }

  cards.forEach((card, i) => {
    const root = ui.cameras.children[i] as HTMLElement;
    root.dataset['tone'] = card.tone;
    text(root.querySelector('.state') as HTMLElement, card.state);
    text(root.querySelector('.note') as HTMLElement, card.note);
    const stats = root.querySelector('.stats') as HTMLElement;
    stats.hidden = card.stats.length === 0;
    stats.replaceChildren(...card.stats.map((stat) => {
      const cell = document.createElement('div');
      cell.dataset['odd'] = String(stat.odd);
      cell.append(element('dt', stat.label), element('dd', stat.value));
      return cell;
    }));
    pictures.get(card.cameraId)?.show(card.pictureUrl);
  });
  aim?.allow(page?.action === 'start' || page?.action === 'none');
}

function makeCard(card: Card): HTMLElement {
  const root = document.createElement('article');
  root.className = 'camera';
  root.dataset['camera'] = card.cameraId;
  const frame = document.createElement('button');
  frame.type = 'button';
  frame.className = 'frame';
  frame.setAttribute('aria-label', `Enlarge the ${card.name.toLowerCase()} camera's picture`);
  frame.setAttribute('aria-pressed', 'false');
  const enlarge = (large: boolean): void => {
    root.dataset['large'] = String(large);
    frame.setAttribute('aria-pressed', String(large));
  };
  frame.addEventListener('click', () => enlarge(root.dataset['large'] !== 'true'));
  const image = document.createElement('img');
  image.alt = '';
  frame.append(element('span', 'No picture', 'blind'), image);
  const plate = document.createElement('div');
  plate.className = 'plate';
  plate.append(element('h2', card.name), element('span', '', 'state'));
  root.append(frame, plate, element('p', '', 'note'), Object.assign(document.createElement('dl'), { className: 'stats' }));
  if (card.cameraId === status?.node.node.camera_id) {
    aim = new AimHelp(enlarge);
    root.append(aim.root);
  }
  pictures.set(card.cameraId, new LivePicture(image, frame));
  return root;
}

function renderDock(shown: Page): void {
  const asking = shown.action === 'stop' && performance.now() < sureUntil;
  ui.main.hidden = asking;
  ui.keep.hidden = ui.sure.hidden = !asking;
  text(ui.main, shown.actionLabel);
  ui.main.hidden = asking;
  ui.main.disabled = shown.action === 'starting' || shown.action === 'stopping' || shown.action === 'none';
  ui.main.title = shown.blocked ?? '';
}

function renderHome(shown: Page): void {
  const { pending: waiting, done, pendingBytes } = shown.offload;
  const all = waiting + done;
  text(ui.offload, all === 0 ? 'Nothing recorded yet.'
    : waiting === 0 ? `All ${all} recordings are safe on the home server.`
    : `${waiting} of ${all} recordings (${bytes(pendingBytes)}) wait to be copied home.`);
  ui.meter.hidden = all === 0;
  const percent = all === 0 ? 0 : Math.round((100 * done) / all);
  ui.meter.setAttribute('aria-valuenow', String(percent));
  (ui.meter.firstElementChild as HTMLElement).style.width = `${percent}%`;
  text(ui.last, shown.lastProblem
    ? `${shown.lastProblem.text} (${new Date(shown.lastProblem.at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })})`
    : 'None since the cameras were switched on.');
}

function checkMark(tone: Tone): string {
  return tone === 'good' ? 'M4 12.5l5 5L20 6.5' : tone === 'warn' ? 'M12 5v9M12 19v.5' : 'M5.5 5.5l13 13M18.5 5.5l-13 13';
}

function renderChecks(groups: CheckGroup[]): void {
  ui.checks.replaceChildren(...groups.map((group) => {
    const item = document.createElement('li');
    item.dataset['tone'] = group.tone;
    const mark = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    mark.setAttribute('viewBox', '0 0 24 24');
    mark.setAttribute('role', 'img');
    mark.setAttribute('aria-label', group.tone === 'good' ? 'fine' : group.tone === 'warn' ? 'warning' : 'problem');
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    path.setAttribute('d', checkMark(group.tone));
    mark.append(path);
    item.append(mark, element('span', group.title, 'title'), ...group.messages.map((m) => element('span', m, 'why')));
    return item;
  }));
}

async function check(): Promise<void> {
  preflightAt = performance.now();
  const result = await preflight();
  if (result.ok) renderChecks(checklist(result.value));
}

/** What this camera sends by itself; nothing is shown on a rig whose home server fetches. */
async function showTransfers(): Promise<void> {
  if (document.hidden) return;
  const result = await offload();
  if (!result.ok) return;
  const shown = transfersOf(result.value);
  ui.transfers.hidden = shown.summary === null;
  text(ui.transfersSummary, shown.summary);
  ui.retry.hidden = !shown.canRetry;
  ui.transfersList.replaceChildren(...shown.rows.map((row) => {
    const item = document.createElement('li');
    item.dataset['tone'] = row.tone;
    item.append(element('span', row.name, 'name'), element('span', plain(row.said), 'what'));
    if (row.percent !== null) {
      const bar = element('div', '', 'meter');
      const filled = document.createElement('span');
      filled.style.width = `${row.percent}%`;
      bar.append(filled);
      item.append(bar);
    }
    return item;
  }));
}

/** What moves without news: the running time and the age of what is shown. */
function tick(): void {
  const fresh = freshness(live.ageMs());
  ui.fresh.dataset['tone'] = fresh.tone;
  text(ui.fresh, fresh.text);
  if (page?.elapsedSec != null) text(ui.elapsed, formatElapsed(page.elapsedSec + (performance.now() - heardAt) / 1000));
  else ui.elapsed.hidden = true;
  if (page && sureUntil > 0 && performance.now() > sureUntil) {
    sureUntil = 0;
    renderDock(page);
  }
}

async function order(kind: 'start' | 'stop', send: (requestId: string) => Promise<Result<Ordered>>): Promise<void> {
  pending = kind;
  sureUntil = 0;
  // A second try after a lost answer is the same order.
  if (!orderId?.startsWith(kind)) orderId = `${kind}-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`;
  say(null, 'calm');
  render();
  const result = await send(orderId);
  pending = null;
  if (result.ok) {
    orderId = null;
    say(result.value.message?.startsWith('All') ? null : plain(result.value.message ?? ''), 'warn');
  } else {
    if (!result.error.startsWith('The camera does not answer')) orderId = null;
    say(plain(result.error), 'bad');
  }

  live.refresh();
  render();
}

ui.main.addEventListener('click', () => {
  if (page?.action === 'start') void order('start', start);
  if (page?.action === 'stop') {
    sureUntil = performance.now() + sureForMs;
    renderDock(page);
  }
});
ui.keep.addEventListener('click', () => {
  sureUntil = 0;
  if (page) renderDock(page);
});
ui.test.addEventListener('click', async () => {
  ui.test.disabled = true;
  ui.tested.dataset['tone'] = 'calm';
  text(ui.tested, 'Testing. This takes a quarter of a minute.');
  const result = await selfTest();
  ui.test.disabled = false;
  const passed = result.ok && result.value.passed;
  ui.tested.dataset['tone'] = passed ? 'good' : 'bad';
  text(ui.tested, !result.ok ? plain(result.error)
    : passed ? `Passed: ${result.value.duration_sec.toFixed(0)} seconds filmed, checked and deleted again.`
    : `Failed. ${plain(result.value.errors.join(' '))}`);
});
ui.retry.addEventListener('click', async () => {
  ui.retry.disabled = true;
  const result = await retryOffload();
  ui.retry.disabled = false;
  if (!result.ok) say(plain(result.error), 'bad');
  void showTransfers();
});
ui.sure.addEventListener('click', () => void order('stop', stop));
setInterval(tick, 250);
setInterval(() => void showTransfers(), offloadEveryMs);
void showTransfers();

// Every button works now.
document.body.dataset['view'] = 'rig';
