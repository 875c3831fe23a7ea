// What the page says about sending this camera's recordings to the home server. Pure: no DOM, no clock, no network.
import type { Tone } from './model.js';
import { bytes } from './shared/format.js';
import type { OffloadJob, OffloadStatus } from './types.js';

export interface Transfer {
  name: string;
  said: string;
  tone: Tone;
  /** 0 to 100; null while nothing moves. */
  percent: number | null;
}

export interface Transfers {
  /** All of it in one sentence; null when there is nothing to send. */
  summary: string | null;
  rows: Transfer[];
  canRetry: boolean;
}

const shownAtMost = 6;

/** `3 s`, `4 min`, `1 h 5 min`. */
export function formatTimeLeft(seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.ceil(whole / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function transfersOf(status: OffloadStatus): Transfers {
  const jobs = status.jobs.filter((job) => job.status !== 'completed');
  if (jobs.length === 0) return { summary: null, rows: [], canRetry: false };
  const failed = jobs.filter((job) => job.status === 'failed').length;
  return { summary: summaryOf(status, jobs.length - failed, failed), rows: jobs.slice(0, shownAtMost).map(rowOf), canRetry: failed > 0 };
}

function summaryOf(status: OffloadStatus, waiting: number, failed: number): string {
  if (waiting === 0) return `${failed === 1 ? 'One recording was' : `${failed} recordings were`} not sent.`;
  const left = `${bytes(status.remaining_bytes)} to send`;
  if (status.paused) return `${left}. Sending is paused.`;
  if (status.waits_for_recording) return `${left}. It goes on when the recording ends.`;
  return status.seconds_left === null ? `${left}.` : `${left}, ${formatTimeLeft(status.seconds_left)} left.`;
}

function rowOf(job: OffloadJob): Transfer {
  const name = `${job.session_id}${job.take > 1 ? `, take ${job.take}` : ''}`;
  switch (job.status) {
    case 'uploading': {
      const rate = job.bytes_per_second > 0 ? `, ${bytes(job.bytes_per_second)}/s` : '';
      const left = job.seconds_left === null ? '' : `, ${formatTimeLeft(job.seconds_left)} left`;
      return { name, said: `${bytes(job.sent_bytes)} of ${bytes(job.size_bytes)}${rate}${left}`, tone: 'good', percent: share(job) };
    }
    case 'confirming':
      return { name, said: 'The server checks it', tone: 'good', percent: 100 };
    case 'failed':
      return { name, said: job.error ?? 'Not sent.', tone: 'bad', percent: null };
    default:
      return job.attempts > 0
        ? { name, said: `Tried ${job.attempts} ${job.attempts === 1 ? 'time' : 'times'}, and tried again soon. ${job.error ?? ''}`.trim(), tone: 'warn', percent: null }
        : { name, said: `Waits, ${bytes(job.size_bytes)}`, tone: 'calm', percent: null };
  }
}

function share(job: OffloadJob): number {
  return job.size_bytes === 0 ? 100 : Math.round((100 * job.sent_bytes) / job.size_bytes);
}
