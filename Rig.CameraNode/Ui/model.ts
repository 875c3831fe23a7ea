// Decides what the page says. Pure: no DOM, no clock, no network.
import type { CameraView, Check, Framing, Preflight, RigStatus } from './types.js';

export type Tone = 'calm' | 'good' | 'live' | 'warn' | 'bad';

/** What the big button does. */
export type Action = 'start' | 'starting' | 'stop' | 'stopping' | 'none';

export interface Stat {
  label: string;
  value: string;
  /** Differs from the other cameras, or is not as it should be. */
  odd: boolean;
}

export interface Card {
  cameraId: string;
  name: string;
  state: string;
  tone: Tone;
  stats: Stat[];
  /** One sentence, the worst one. */
  note: string | null;
  pictureUrl: string | null;
}

export interface Page {
  headline: string;
  detail: string;
  tone: Tone;
  action: Action;
  actionLabel: string;
  /** Why the button cannot be used now. */
  blocked: string | null;
  /** Of the longest running camera; null while none records. */
  elapsedSec: number | null;
  sessionId: string | null;
  minutesLeft: number | null;
  warnings: string[];
  lastProblem: { text: string; at: string } | null;
  offload: { pending: number; done: number; pendingBytes: number };
  cards: Card[];
}

const names: Record<string, string> = { left: 'Left', center: 'Centre', right: 'Right' };

export function cameraName(camera: { camera_id: string; camera_position: string }): string {
  return names[camera.camera_position] ?? camera.camera_id.replace(/^CAM_/, 'Camera ');
}

/** A sentence of the node's with the cameras' ids as people call them. */
export function plain(sentence: string): string {
  return sentence.replace(/\bCAM_L\b/g, 'Left').replace(/\bCAM_C\b/g, 'Centre').replace(/\bCAM_R\b/g, 'Right');
}

/** `7:05`, `1:02:03`. */
export function formatElapsed(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number): string => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Minutes of video, coarse where coarse is enough: `45 min`, `3 h 20`, `12 h`. */
export function formatMinutes(minutes: number): string {
  const whole = Math.max(0, Math.floor(minutes));
  if (whole < 120) return `${whole}\u00a0min`;
  if (whole < 600) return `${Math.floor(whole / 60)}\u00a0h\u00a0${String(whole % 60).padStart(2, '0')}`;
  return whole < 6000 ? `${Math.floor(whole / 60)}\u00a0h` : '100\u00a0h\u00a0+';
}

export function formatOffset(ms: number | null, confidence: string | null, isMaster: boolean | null): string {
  if (isMaster) return 'leads';
  if (ms === null || confidence === 'unknown' || confidence === null) return 'unknown';
  const size = Math.abs(ms);
  return size < 10 ? `${size.toFixed(1)} ms` : size < 1000 ? `${Math.round(size)} ms` : `${(size / 1000).toFixed(1)} s`;
}

/** How old the page's data is, in words; `tone` says whether to worry. */
export function freshness(ageMs: number | null): { text: string; tone: Tone } {
  if (ageMs === null) return { text: 'Connecting', tone: 'warn' };
  if (ageMs < 4000) return { text: 'Live', tone: 'good' };
  const seconds = Math.round(ageMs / 1000);
  const text = seconds < 90 ? `${seconds} s old` : `${Math.round(seconds / 60)} min old`;
  return { text: `No connection, ${text}`, tone: ageMs < 10000 ? 'warn' : 'bad' };
}

const states: Record<CameraView['status'], [string, Tone]> = {
  unknown: ['Not there', 'bad'],
  offline: ['Not heard', 'bad'],
  online: ['Ready', 'good'],
  starting: ['Starting', 'live'],
  recording: ['Recording', 'live'],
  stopping: ['Closing file', 'calm'],
  error: ['Not ready', 'bad'],
};

/** More than one frame in a hundred; null while the loss is bearable. As Rig.Domain's FrameLoss. */
export function frameLoss(frames: number, dropped: number): string | null {
  const all = frames + dropped;
  return dropped > 0.01 * all ? `lost ${dropped} of ${all} frames (${(100 * dropped / all).toFixed(dropped < 0.1 * all ? 1 : 0)} %)` : null;
}

function cardOf(camera: CameraView, all: CameraView[], rig: RigStatus, own: string): Card {
  const heard = all.filter((c) => c.online);
  const anyRecording = heard.some((c) => c.status === 'recording');
  let [state, tone] = states[camera.status];
  const problem = (camera.problems ?? [])[0] ?? null;
  if (camera.status === 'online' && problem) tone = 'warn';
  if (camera.status === 'online' && anyRecording) [state, tone] = ['Not recording', 'bad'];

  const most = Math.max(...heard.map((c) => c.recording_minutes ?? 0));
  const minutes = camera.recording_minutes;
  const codes = new Set((camera.problems ?? []).map((p) => p.code));
  const stats: Stat[] = camera.online
    ? [
        { label: 'Room for', value: minutes === null ? '–' : formatMinutes(minutes), odd: codes.has('storage_low') || codes.has('storage_missing') || (minutes !== null && minutes < 120 && most - minutes > 30) },
        { label: 'Clock', value: formatOffset(camera.offset_ms, camera.confidence, camera.is_master), odd: codes.has('clock_offset') || (codes.has('clock_unknown') && heard.length > 1) },
        { label: 'Heat', value: camera.temperature_c === null ? '–' : `${Math.round(camera.temperature_c)} °C`, odd: codes.has('too_hot') },
        camera.battery_percent !== null
          ? { label: 'Battery', value: `${Math.round(camera.battery_percent)} %`, odd: codes.has('battery_low') || codes.has('battery_critical') }
          : { label: 'Lost', value: camera.recording ? String(camera.recording.dropped_frames) : '–', odd: (camera.recording?.dropped_frames ?? 0) > 0 },
      ]
    : [];

  const part = rig.session?.status === 'recording' ? rig.session.cameras.find((c) => c.camera_id === camera.camera_id) : undefined;
  const loss = camera.recording ? frameLoss(camera.recording.frames, camera.recording.dropped_frames) : null;
  const note = camera.status === 'unknown' ? 'Check that it is switched on and on the network.'
    : camera.status === 'offline' ? (camera.recording ? 'It goes on recording by itself.' : 'Check its power and the network.')
    : part?.problem ? plain(part.problem) : loss ? `It ${loss}: this recording stutters.` : problem ? plain(problem.message) : null;
  const pictureUrl = camera.camera_id === own ? '/preview/snapshot' : camera.online ? `/preview/${camera.camera_id}/snapshot` : null;
  return { cameraId: camera.camera_id, name: cameraName(camera), state, tone, stats, note, pictureUrl };
}

/**
 * The whole page from the newest status.
 * @param own the camera whose node serves the page
 * @param pending what this page itself has just ordered and not heard back about
 */
export function pageOf(rig: RigStatus, own: string, pending: 'start' | 'stop' | null): Page {
  const cameras = rig.cameras;
  const online = cameras.filter((c) => c.online);
  const recording = online.filter((c) => c.status === 'recording' || c.status === 'starting');
  const ready = online.filter((c) => c.ready);
  const total = cameras.length;
  const sessionOn = rig.session !== null && ['created', 'starting', 'recording', 'stopping'].includes(rig.session.status);
  const action: Action = pending === 'start' ? 'starting'
    : pending === 'stop' ? 'stopping'
    : rig.session?.status === 'created' || rig.session?.status === 'starting' ? 'starting'
    : rig.session?.status === 'stopping' ? 'stopping'
    : recording.length > 0 || sessionOn ? 'stop'
    : ready.length > 0 ? 'start' : 'none';

  const elapsed = Math.max(-1, ...online.map((c) => c.recording?.duration_sec ?? -1));
  const minutes = online.map((c) => c.recording_minutes).filter((m): m is number => m !== null);
  const problems = online
    .filter((c) => c.last_problem !== null && c.last_problem_at !== null)
    .map((c) => ({ text: `${cameraName(c)}: ${plain(c.last_problem ?? '')}`, at: c.last_problem_at as string }))
    .sort((a, b) => b.at.localeCompare(a.at));
  const base = {
    action,
    elapsedSec: elapsed >= 0 ? elapsed : null,
    sessionId: recording[0]?.recording?.session_id ?? (sessionOn ? rig.session?.id ?? null : null),
    minutesLeft: minutes.length > 0 ? Math.min(...minutes) : null,
    warnings: rig.disagreements.map(plain),
    lastProblem: problems[0] ?? null,
    offload: {
      pending: online.reduce((n, c) => n + (c.offload?.pending_count ?? 0), 0),
      done: online.reduce((n, c) => n + (c.offload?.confirmed_count ?? 0), 0),
      pendingBytes: online.reduce((n, c) => n + (c.offload?.pending_bytes ?? 0), 0),
    },
    cards: cameras.map((c) => cardOf(c, cameras, rig, own)),
    blocked: null,
  };
  const room = base.minutesLeft === null ? '' : `Room for ${formatMinutes(base.minutesLeft)}`;

  switch (action) {
    case 'starting':
      return { ...base, headline: 'Starting', detail: 'All cameras begin at the same moment.', tone: 'live', actionLabel: 'Starting …' };
    case 'stopping':
      return { ...base, headline: 'Stopping', detail: 'The cameras close their files.', tone: 'calm', actionLabel: 'Stopping …' };
    case 'stop': {
      const all = recording.length === total;
      const detail = all ? `${total === 1 ? 'The camera records' : total === 2 ? 'Both cameras record' : `All ${total} cameras record`}.` : `${recording.length} of ${total} cameras record.`;
      return { ...base, headline: 'Recording', detail: room ? `${detail} ${room} more.` : detail, tone: all ? 'live' : 'bad', actionLabel: 'Stop' };
    }
    case 'start': {
      const all = ready.length === total;
      const missing = cameras.filter((c) => !c.ready).map(cameraName);
      return {
        ...base,
        headline: all ? 'Ready' : `${ready.length} of ${total} ready`,
        detail: all ? `${room}.` : `${missing.join(' and ')} will not record.`,
        tone: all ? (online.some((c) => (c.problems ?? []).length > 0) ? 'warn' : 'good') : 'warn',
        actionLabel: all ? 'Start' : `Start with ${ready.length}`,
      };
    }
    case 'none':
      return { ...base, headline: 'Not ready', detail: 'No camera can record. The list below says why.', tone: 'bad', actionLabel: 'Start', blocked: 'No camera is ready.' };
  }
}

export interface Aim {
  tone: Tone;
  /** At most two sentences: nobody turns a camera three ways at once. */
  lines: string[];
}

/** What to tell somebody who moves a camera. */
export function aimOf(framing: Framing): Aim {
  const good = framing.status === 'good' || framing.status === 'excellent';
  if (good) return { tone: 'good', lines: [framing.confirmed ? 'Aimed well. Leave it so.' : 'Good. Hold it so.'] };
  const lines = framing.guidance.length > 0 ? framing.guidance.slice(0, 2) : [framing.message];
  return { tone: framing.status === 'no_field' ? 'bad' : 'warn', lines: lines.map(plain) };
}

export interface CheckGroup {
  title: string;
  tone: Tone;
  /** What is wrong; empty while all is well. */
  messages: string[];
}

const checkTitles: [string, string[]][] = [
  ['All cameras there', ['all_cameras_discovered', 'online']],
  ['Cameras hear each other', ['coordinator']],
  ['Every camera gives a picture', ['camera_detected']],
  ['Room on the disks', ['storage']],
  ['Clocks agree', ['time_sync']],
  ['Cool enough', ['temperature']],
  ['Power', ['battery']],
];

/** The readiness check as a short list: one line a topic, over all cameras. */
export function checklist(preflight: Preflight): CheckGroup[] {
  return checkTitles.map(([title, checkNames]) => {
    const failed = preflight.checks.filter((c: Check) => checkNames.includes(c.name) && !c.passed);
    const specific = failed.some((c) => c.camera_id !== null) ? failed.filter((c) => c.camera_id !== null) : failed;
    return {
      title,
      tone: failed.some((c) => c.level === 'refuse') ? 'bad' as Tone : failed.length > 0 ? 'warn' as Tone : 'good' as Tone,
      messages: [...new Set(specific.map((c) => plain(c.camera_id && !c.message.includes(c.camera_id) ? `${c.camera_id}: ${c.message}` : c.message)))],
    };
  });
}
