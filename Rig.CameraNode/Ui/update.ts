// The part of the page about this camera's software: which version runs, whether there is a newer one, and the way back.
import { applyUpdate, checkUpdate, rollBack, updateHistory, type Result } from './api.js';
import { plain, type Tone } from './model.js';
import type { UpdateApplied, UpdateAttempt, UpdateOffer } from './types.js';

const shownAtMost = 4;
const sureForMs = 6000;

export interface Said {
  text: string;
  tone: Tone;
}

/** What a look for a release says, and the version that can be put in place. */
export function saidOf(offer: UpdateOffer): Said & { version: string | null } {
  if (offer.available && offer.latest_version) {
    const size = offer.download_size_mb === null ? '' : `, ${Math.ceil(offer.download_size_mb)} MB`;
    return { text: `Version ${offer.latest_version} is there and its signature holds${size}.`, tone: 'good', version: offer.latest_version };
  }
  if (offer.refused) return { text: `Version ${offer.latest_version} is not put in place. ${offer.refused}`, tone: 'bad', version: null };
  return { text: `${offer.current_version} is the newest version.`, tone: 'good', version: null };
}

/** One line of the history. */
export function lineOf(attempt: UpdateAttempt): Said {
  const change = `${attempt.previous_version} to ${attempt.version}`;
  const when = new Date(attempt.attempted_at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  if (attempt.kind === 'automatic_rollback') return { text: `${when}: ${attempt.error ?? change}`, tone: 'warn' };
  const what = attempt.kind === 'rollback' ? 'back from' : 'from';
  return attempt.success
    ? { text: `${when}: ${what} ${change}.`, tone: 'calm' }
    : { text: `${when}: not ${what} ${change}. ${attempt.error ?? ''}`.trim(), tone: 'bad' };
}

export class UpdatePanel {
  private readonly look: HTMLButtonElement;
  private readonly apply: HTMLButtonElement;
  private readonly back: HTMLButtonElement;
  private backUntil = 0;

  constructor(private readonly panel: HTMLDetailsElement) {
    [this.look, this.apply, this.back] = [this.button('update-look'), this.button('update-apply'), this.button('update-back')];
    panel.addEventListener('toggle', () => {
      if (panel.open) void this.showHistory();
    });
    this.look.addEventListener('click', () => void this.check());
    this.apply.addEventListener('click', () => void this.order('Downloading and checking. The camera restarts afterwards.', applyUpdate));
    this.back.addEventListener('click', () => {
      // Asks again, as Stop does.
      if (performance.now() < this.backUntil) {
        this.backUntil = 0;
        void this.order('Going back.', rollBack);
      } else {
        this.backUntil = performance.now() + sureForMs;
        this.say('Press again to go back to the version before. The camera restarts.', 'warn');
      }
    });
  }

  /** @param version the one that runs; @param allowed nothing records or begins to */
  show(version: string, allowed: boolean): void {
    this.panel.hidden = !allowed;
    this.part('update-version').textContent = version;
  }

  private async check(): Promise<void> {
    this.busy(true, 'Looking for a newer version.');
    const result = await checkUpdate();
    this.busy(false, null);
    const said = result.ok ? saidOf(result.value) : { text: plain(result.error), tone: 'bad' as Tone, version: null };
    this.say(said.text, said.tone);
    this.apply.hidden = said.version === null;
    if (said.version) this.apply.textContent = `Install ${said.version}`;
  }

  private async order(meanwhile: string, send: () => Promise<Result<UpdateApplied>>): Promise<void> {
    this.busy(true, meanwhile);
    const result = await send();
    this.busy(false, null);
    this.apply.hidden = true;
    if (result.ok) {
      const then = result.value.restarting ? 'starts now. If it is not well within some minutes, the version before comes back by itself.' : 'starts when the camera is switched on next.';
      this.say(`Version ${result.value.version} ${then}`, 'good');
    } else {
      this.say(plain(result.error), 'bad');
    }
    void this.showHistory();
  }

  private async showHistory(): Promise<void> {
    const result = await updateHistory();
    if (!result.ok) return;
    this.part('update-history').replaceChildren(...result.value.history.slice(0, shownAtMost).map((attempt) => {
      const said = lineOf(attempt);
      const item = document.createElement('li');
      item.dataset['tone'] = said.tone;
      item.textContent = said.text;
      return item;
    }));
  }

  private busy(is: boolean, meanwhile: string | null): void {
    for (const button of [this.look, this.apply, this.back]) button.disabled = is;
    if (meanwhile) this.say(meanwhile, 'calm');
  }

  private say(text: string, tone: Tone): void {
    const said = this.part('update-said');
    said.dataset['tone'] = tone;
    said.textContent = text;
  }

  private part(id: string): HTMLElement {
    return this.panel.querySelector(`#${id}`) as HTMLElement;
  }

  private button(id: string): HTMLButtonElement {
    return this.part(id) as HTMLButtonElement;
  }
}
