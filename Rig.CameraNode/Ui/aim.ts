// Helps to aim the camera that serves this page: its picture large, and over it what to change, once a second.
import { framing, startAiming, stopAiming, type Result } from './api.js';
import { aimOf, plain, type Aim } from './model.js';

const everyMs = 1000;

/** Sits in the camera's own card. `enlarge` shows the card's picture large while the help is on. */
export class AimHelp {
  readonly root = document.createElement('div');
  private readonly button = document.createElement('button');
  private readonly said = document.createElement('p');
  private timer: number | undefined;
  private on = false;

  constructor(private readonly enlarge: (large: boolean) => void) {
    this.root.className = 'aim';
    this.button.type = 'button';
    this.button.className = 'again';
    this.said.setAttribute('role', 'status');
    this.root.append(this.button, this.said);
    this.button.addEventListener('click', () => void this.toggle());
    this.show({ tone: 'calm', lines: [] });
  }

  /** Not while the camera records: its tones would be heard. */
  allow(allowed: boolean): void {
    this.root.hidden = !allowed;
    if (!allowed && this.on) this.end();
  }

  private async toggle(): Promise<void> {
    this.button.disabled = true;
    if (this.on) {
      await stopAiming();
      this.end();
    } else {
      const started = await startAiming();
      if (started.ok) {
        this.on = true;
        this.enlarge(true);
        this.root.scrollIntoView({ block: 'start' });
        await this.look();
      } else this.show({ tone: 'bad', lines: [plain(started.error)] });
    }
    this.button.disabled = false;
  }

  private end(): void {
    clearTimeout(this.timer);
    this.on = false;
    this.enlarge(false);
    this.show({ tone: 'calm', lines: [] });
  }

  private async look(): Promise<void> {
    clearTimeout(this.timer);
    const result: Result<Parameters<typeof aimOf>[0]> = await framing();
    if (!this.on) return;
    if (result.ok && !result.value.assist_running) {
      this.end();
      return;
    }
    this.show(result.ok ? aimOf(result.value) : { tone: 'bad', lines: [plain(result.error)] });
    this.timer = window.setTimeout(() => void this.look(), everyMs);
  }

  private show(aim: Aim): void {
    this.button.textContent = this.on ? 'Done' : 'Aim this camera';
    this.said.dataset['tone'] = aim.tone;
    const text = aim.lines.join(' ');
    this.said.hidden = text === '';
    if (this.said.textContent !== text) this.said.textContent = text;
  }
}
