// Keeps the newest status at hand: server-sent events, and one snapshot after every wake-up of the phone.
import { snapshot } from './api.js';
import type { Snapshot } from './types.js';

const deadAfterMs = 6000;

export interface Live {
  /** Milliseconds since the status was true; null before the first. */
  ageMs(): number | null;
  refresh(): void;
}

export function connect(onStatus: (status: Snapshot) => void): Live {
  let source: EventSource | null = null;
  let receivedAt: number | null = null;
  let baseAge = 0;

  const accept = (status: Snapshot): void => {
    receivedAt = performance.now();
    baseAge = status.rig.age_ms;
    onStatus(status);
  };

  const open = (): void => {
    source?.close();
    source = new EventSource('/api/v1/events');
    source.addEventListener('status', (event) => accept(JSON.parse((event as MessageEvent<string>).data) as Snapshot));
  };

  const refresh = (): void => {
    open();
    void snapshot().then((result) => {
      if (result.ok) accept(result.value);
    });
  };

  const age = (): number | null => (receivedAt === null ? null : performance.now() - receivedAt + baseAge);

  // A phone that slept holds a connection that is dead and does not know it.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') refresh();
  });
  window.addEventListener('online', refresh);
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) refresh();
  });
  setInterval(() => {
    const old = age();
    if (document.visibilityState === 'visible' && (old === null || old > deadAfterMs)) refresh();
  }, 3000);

  refresh();
  return { ageMs: age, refresh };
}
