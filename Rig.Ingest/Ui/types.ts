// The shapes of the server's answers. The fields come from docs/ref/openapi/ingest.json (api.g.d.ts is made of it by the build);
// here stand only the words that a status may be, of which the document says no more than that they are text.
import type { components } from "./api.g";

type Schemas = components["schemas"];

type With<Base, Closer> = Omit<Base, keyof Closer> & Closer;

export type SessionStatus = "receiving" | "processing" | "failed" | "done";

export type ServerView = With<Schemas["ServerView"], { sessions: SessionView[] }>;

export type Role = "owner" | "member";

/** What a person may have the server do with a session. */
export type Action = "retry" | "process" | "cancel";

export type AccountView = With<Schemas["AccountReply"], { role: Role }>;

export type SessionView = With<Schemas["SessionView"], { status: SessionStatus; takes: TakeView[]; stages: StageView[] }>;

export type TakeView = With<Schemas["TakeView"], { status: "waiting" | "pulling" | "confirming" | "verified" | "damaged" }>;

export type StageView = With<
  Schemas["StageView"],
  { status: "waiting" | "queued" | "running" | "done" | "failed"; result: Record<string, unknown> | null }
>;
