// For owners: which phones are paired, how the next one is, and who changed what.
import { auditLine, phonesOf, type PhoneRow } from './access.js';
import { audit, devices, giveRole, invitation, newPin, unpair, type Result } from './api.js';
import { drawQr } from './qr.js';
import { byId } from './shared/dom.js';
import type { Invitation } from './types.js';

const sureForMs = 6000;

function button(label: string, act: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.className = 'again';
  made.textContent = label;
  made.addEventListener('click', act);
  return made;
}

export class PhonesPanel {
  private readonly list = byId('phones-list');
  private readonly said = byId('phones-said');
  private readonly invite = byId<HTMLButtonElement>('phones-invite');
  private readonly invited = byId('phones-invitation');
  private readonly changes = byId<HTMLDetailsElement>('phones-changes');

  constructor() {
    byId('phones').hidden = false;
    this.invite.addEventListener('click', () => void this.toggleInvitation());
    byId('phones-new-pin').addEventListener('click', () => void this.show(newPin()));
    this.changes.addEventListener('toggle', () => void this.showChanges());
    document.addEventListener('visibilitychange', () => void this.refresh());
    void this.refresh();
  }

  private async refresh(): Promise<void> {
    if (document.hidden) return;
    const result = await devices();
    if (result.ok) this.list.replaceChildren(...phonesOf(result.value.devices, new Date()).map((row) => this.rowOf(row)));
    void this.showChanges();
  }

  private rowOf(row: PhoneRow): HTMLElement {
    const item = document.createElement('li');
    const name = document.createElement('span');
    name.className = 'name';
    name.textContent = row.name;
    const said = document.createElement('span');
    said.className = 'what';
    said.textContent = row.said;
    item.append(name, said);
    const change = row.change;
    if (change) {
      let surely = 0;
      const remove = button('Remove', () => {
        if (performance.now() < surely) void this.change(unpair(row.id));
        else {
          surely = performance.now() + sureForMs;
          remove.textContent = 'Remove now';
          setTimeout(() => (remove.textContent = 'Remove'), sureForMs);
        }
      });
      const buttons = document.createElement('span');
      buttons.className = 'choices';
      buttons.append(button(change.label, () => void this.change(giveRole(row.id, change.role))), remove);
      item.append(buttons);
    }

    return item;
  }

  private async change(sent: Promise<Result<object>>): Promise<void> {
    const result = await sent;
    this.say(result.ok ? '' : result.error);
    await this.refresh();
  }

  private async toggleInvitation(): Promise<void> {
    if (this.invited.hidden) await this.show(invitation());
    else {
      this.invited.hidden = true;
      this.invite.textContent = 'Add a phone';
      await this.refresh();
    }
  }

  private async show(asked: Promise<Result<Invitation>>): Promise<void> {
    const result = await asked;
    if (!result.ok) {
      this.say(result.error);
      return;
    }

    this.say('');
    byId('phones-qr').replaceChildren(drawQr(result.value.qr, 'QR code of this page with its PIN'));
    byId('phones-pin').textContent = result.value.pin;
    byId('phones-page').textContent = result.value.page;
    this.invited.hidden = false;
    this.invite.textContent = 'Done';
  }

  private async showChanges(): Promise<void> {
    if (!this.changes.open) return;
    const result = await audit();
    if (!result.ok) return;
    byId('phones-audit').replaceChildren(...result.value.entries.map((entry) => {
      const item = document.createElement('li');
      const at = document.createElement('time');
      at.dateTime = entry.at;
      at.textContent = new Date(entry.at).toLocaleString([], { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
      item.append(at, document.createTextNode(auditLine(entry)));
      return item;
    }));
  }

  private say(sentence: string): void {
    this.said.hidden = sentence === '';
    this.said.textContent = sentence;
  }
}
