import { invoke } from '@tauri-apps/api/core';

export type Text = { zh: string; en: string };
export type Language = 'zh' | 'en';
export type Phase = 'not_yet' | 'open' | 'closed' | 'retired';
export type Counts = { registered: number; waitlisted: number; cancelled: number; needs_look: number };
export type WorkshopSummary = { id: string; title: Text; invite_code: string; place: Text; starts_at: number; ends_at: number; utc_offset_minutes: number; phase: Phase; counts: Counts };
export type SignupState = 'registered' | 'waitlisted' | 'cancelled';
export type Path = 'edge' | 'venue' | 'import' | 'desk';
export type SignupFlags = { id_reused: boolean; late: boolean; older_form: boolean };
export type Answer = boolean | string | string[];
export type SignupView = { id: string; name: string; phone: string; phone_masked: string; state: SignupState; path: Path; flags: SignupFlags; shared_phone: boolean; short_code: string; answers: { [key in string]: Answer }; filled_at: number | null; received_at: number; stored_at: number };
export type Hop = 'internet' | 'redis' | 'database' | 'venue' | 'collection';
export type Level = 'ok' | 'waiting' | 'trouble';
export type HopCode = 'no_edge' | 'published' | 'retired' | 'publishing' | 'edge_away' | 'publish_key_refused' | 'drain_key_refused' | 'record_refused' | 'collecting' | 'not_yet' | 'owned_elsewhere' | 'key_missing' | 'redis_works' | 'direct' | 'redis_restarting' | 'redis_away' | 'venue_closed' | 'venue_open' | 'no_network' | 'venue_refused' | 'writable' | 'database_busy' | 'disk_full' | 'read_only' | 'database_failing';
export type HopHealth = { hop: Hop; level: Level; code: HopCode; since: number | null; waiting: number; detail: string | null };
export type LanAddress = { interface: string; ip: string; url: string };
export type Addresses = { edge: string | null; lan: LanAddress[]; venue_open: boolean };
export type Home = { workshop: WorkshopSummary; capacity: number | null; arrivals: number[]; newest: SignupView[]; hops: HopHealth[]; addresses: Addresses };
export type Show = 'all' | 'registered' | 'waitlisted' | 'cancelled' | 'flagged';
export type ListQuery = { workshop: string; search: string; show: Show; offset: number; limit: number };
export type ListPage = { total: number; rows: SignupView[] };
export type Case =
  | { kind: 'duplicate'; id: string; original: SignupView | null; newer: SignupView; reason: 'same_name' | 'other_name' }
  | { kind: 'parked'; seq: number; source: Path; reason: string; size: number; preview: string; parked_at: number };
export type Act = 'another_person' | 'use_newer' | 'keep_first' | 'dismiss_parked' | 'retry_parked' | 'cancel' | 'restore' | 'promote';
export type Undo = { token: string; what: Act };
export type Resolution =
  | { act: 'another_person'; duplicate: string }
  | { act: 'use_newer'; duplicate: string }
  | { act: 'keep_first'; duplicate: string }
  | { act: 'dismiss_parked'; seq: number }
  | { act: 'retry_parked'; seq: number };
export type Choice = { key: string; label: Text };
export type Question = { key: string; label: Text; required: boolean } & ({ kind: 'text'; max_chars: number } | { kind: 'choice'; options: Choice[] } | { kind: 'many'; options: Choice[] } | { kind: 'checkbox' });
export type ProofMode = 'off' | 'auto' | 'on';
export type WorkshopDraft = { id: string | null; title: Text; organisation: Text; place: Text; starts_at: number; ends_at: number; utc_offset_minutes: number; opens_at: number | null; closes_at: number | null; grace_ms: number; capacity: number | null; waiting_list: boolean; questions: Question[]; purpose: Text; retention_days: number; proof: ProofMode };
export type ConnectionCode = 'works' | 'not_a_line' | 'unreachable' | 'not_rollcall' | 'key_refused';
export type ConnectionTest = { ok: boolean; code: ConnectionCode; url: string | null; detail: string | null };
export type ExportFormat = 'xlsx' | 'csv';
export type Refusal = { code: string; field: string | null; text: string };
export type Start = { state: 'starting' } | { state: 'failed'; why: string } | { state: 'running' };
export type KeysSaved = { keys_saved_at: number | null; complete: boolean };
export type Exported = { rows: number; path: string };

export const commands = {
  start: () => invoke<Start>('start', {}),
  keys_saved: () => invoke<KeysSaved>('keys_saved', {}),
  workshops: () => invoke<WorkshopSummary[]>('workshops', {}),
  workshop: (workshop: string) => invoke<WorkshopDraft>('workshop', { workshop }),
  home: (workshop: string) => invoke<Home>('home', { workshop }),
  list: (query: ListQuery) => invoke<ListPage>('list', { query }),
  needs_look: (workshop: string) => invoke<Case[]>('needs_look', { workshop }),
  resolve: (resolution: Resolution) => invoke<Undo>('resolve', { resolution }),
  cancel: (signup: string) => invoke<Undo>('cancel', { signup }),
  restore: (signup: string) => invoke<Undo>('restore', { signup }),
  promote: (signup: string) => invoke<Undo>('promote', { signup }),
  undo: (token: string) => invoke<null>('undo', { token }),
  put_workshop: (draft: WorkshopDraft) => invoke<string>('put_workshop', { draft }),
  open: (workshop: string) => invoke<null>('open', { workshop }),
  close: (workshop: string) => invoke<null>('close', { workshop }),
  retire: (workshop: string) => invoke<null>('retire', { workshop }),
  renew_code: (workshop: string) => invoke<null>('renew_code', { workshop }),
  open_venue: () => invoke<null>('open_venue', {}),
  close_venue: () => invoke<null>('close_venue', {}),
  export: (workshop: string, format: ExportFormat, language: Language) => invoke<Exported | null>('export', { workshop, format, language }),
  save_keys: () => invoke<string | null>('save_keys', {}),
  test_connection: (line: string) => invoke<ConnectionTest>('test_connection', { line }),
  connect: (line: string) => invoke<null>('connect', { line }),
  fullscreen: (on: boolean) => invoke<null>('fullscreen', { on }),
};
