// The one screen for a phone that is not paired: it shows the PIN once. A scanned QR code brings the PIN along.
import { isWhole, phoneName, pinIn, spaced } from './access.js';
import { pair, whoAmI } from './api.js';
import { drawQr } from './qr.js';
import { byId } from './shared/dom.js';
import type { Pairing } from './types.js';

/** Takes the PIN out of the address at once, so that it stays in no history and on no screenshot. */
function takePin(): string | null {
  const pin = pinIn(location.hash);
  if (pin !== null) history.replaceState(null, '', location.pathname + location.search);
  return pin;
}

/** @returns once this phone is paired, as what; null when the camera does not answer, which the page itself says */
export async function enter(): Promise<Pairing | null> {
  const scanned = takePin();
  const known = await whoAmI();
  if (!known.ok) return null;
  if (known.value.device) return known.value;
  await new PairingScreen(known.value).paired(scanned);
  const now = await whoAmI();
  return now.ok ? now.value : null;
}

class PairingScreen {
  private readonly form = byId<HTMLFormElement>('pair-form');
  private readonly pin = byId<HTMLInputElement>('pin');
  private readonly button = byId<HTMLButtonElement>('pair');
  private readonly said = byId('pair-said');
  private done = (): void => {};

  constructor(pairing: Pairing) {
    document.body.dataset['view'] = 'pairing';
    const invitation = pairing.invitation;
    byId('pair-title').textContent = invitation ? 'A new camera' : 'Pair this phone';
    byId('pair-text').textContent = invitation
      ? 'The first phone becomes its owner: it starts and stops, changes settings and pairs others.'
      : pairing.claimed ? 'Type this camera’s PIN. Once is enough.' : 'Type this camera’s PIN. The first phone becomes its owner.';
    this.button.textContent = invitation ? 'Own this camera' : 'Pair';
    byId('pair-help').hidden = invitation !== null;
    if (invitation) {
      this.pin.value = invitation.pin;
      byId('pair-qr').replaceChildren(drawQr(invitation.qr, 'QR code of this page with its PIN'));
      byId('pair-scan').hidden = false;
    }

    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.send();
    });
    this.pin.addEventListener('input', () => {
      this.pin.value = spaced(this.pin.value);
      if (isWhole(this.pin.value)) void this.send();
    });

    // The code was scanned while the page was open already.
    window.addEventListener('hashchange', () => void this.send(takePin()));
  }

  paired(scanned: string | null): Promise<void> {
    return new Promise((resolve) => {
      this.done = resolve;
      if (scanned !== null) void this.send(scanned);
      else if (this.pin.value === '') this.pin.focus();
    });
  }

  private async send(pin: string | null = this.pin.value): Promise<void> {
    if (pin === null || this.button.disabled) return;
    if (!isWhole(pin)) {
      this.say('The PIN has eight digits.');
      return;
    }

    this.button.disabled = true;
    this.say('');
    this.pin.value = spaced(pin);
    const result = await pair(pin, phoneName(navigator.userAgent));
    this.button.disabled = false;
    if (result.ok) {
      this.pin.value = '';
      this.pin.blur();
      this.done();
    } else {
      this.say(result.error);
      this.pin.select();
    }
  }

  private say(sentence: string): void {
    this.said.hidden = sentence === '';
    this.said.textContent = sentence;
  }
}
