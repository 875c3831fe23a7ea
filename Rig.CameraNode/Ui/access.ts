// Decides what the page says about PINs, phones and what was changed. Pure: no DOM, no clock, no network.
import type { AuditEntry, Device } from './types.js';

const pinDigits = 8;

/** The PIN that a scanned address carries; null when it carries none. */
export function pinIn(fragment: string): string | null {
  return /^#pin=(\d{8})$/.exec(fragment)?.[1] ?? null;
}

/** What somebody typed, in the two groups that the PIN is shown in: `1234 5678`. */
export function spaced(typed: string): string {
  const digits = typed.replace(/\D/g, '').slice(0, pinDigits);
  return digits.length > 4 ? `${digits.slice(0, 4)} ${digits.slice(4)}` : digits;
}

export function isWhole(typed: string): boolean {
  return typed.replace(/\D/g, '').length === pinDigits;
}

/** Nobody between this page and its camera can read along: it is encrypted, or both are on one machine. */
export function isPrivate(page: { protocol: string; hostname: string }): boolean {
  return page.protocol === 'https:' || page.hostname === 'localhost' || page.hostname === '[::1]' || /^127(\.\d+){3}$/.test(page.hostname);
}

const kinds: [RegExp, string][] = [
  [/iPhone/, 'iPhone'], [/iPad/, 'iPad'], [/Android.*Mobile/, 'Android phone'], [/Android/, 'Android tablet'],
  [/Macintosh/, 'Mac'], [/Windows/, 'Windows computer'], [/CrOS/, 'Chromebook'], [/Linux/, 'Linux computer'],
];

/** What to call this phone until somebody gives it a name. */
export function phoneName(userAgent: string): string {
  return kinds.find(([kind]) => kind.test(userAgent))?.[1] ?? 'Phone';
}

/** `today`, `yesterday`, `5 days ago`, `12 Sep 2026`. */
export function daysAgo(time: string, now: Date): string {
  const then = new Date(time);
  const day = (date: Date): number => Math.floor((date.getTime() - date.getTimezoneOffset() * 60_000) / 86_400_000);
  const days = day(now) - day(then);
  return days <= 0 ? 'today' : days === 1 ? 'yesterday' : days < 30 ? `${days} days ago`
    : then.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
}

export interface PhoneRow {
  id: string;
  name: string;
  said: string;
  /** What the button offers; null on the phone that is asking, which cannot take its own place away here. */
  change: { label: string; role: 'operator' | 'owner' } | null;
}

export function phonesOf(devices: Device[], now: Date): PhoneRow[] {
  return devices.map((device) => ({
    id: device.id,
    name: device.is_you ? `${device.name} (this phone)` : device.name,
    said: `${device.role === 'owner' ? 'Owner' : 'Films'}, seen ${daysAgo(device.last_seen, now)}`,
    change: device.is_you ? null
      : device.role === 'owner' ? { label: 'Only films', role: 'operator' as const } : { label: 'Make owner', role: 'owner' as const },
  }));
}

/** `iPhone (3fa2) changed guards.clock: refuse → ignore`. */
export function auditLine(entry: AuditEntry): string {
  const values = entry.before == null && entry.after == null ? '' : `: ${entry.before ?? 'nothing'} → ${entry.after ?? 'nothing'}`;
  return `${entry.who} ${entry.what}${values}`;
}
