// Written from the engine's and the shell's own types by the tests of rollcall-desktop: change those, not this.
import { invoke } from '@tauri-apps/api/core';

/**
 * Something that the host did with rows.
 */
export type Act = "another_person" | "use_newer" | "keep_first" | "dismiss_parked" | "retry_parked" | "cancel" | "restore" | "promote";

/**
 * Where phones reach a workshop's form.
 */
export type Addresses = { 
/**
 * The teacher's page on the internet, once the edge shows it: `https://signup.example.org/j/ABCD-23456`.
 */
edge: string | null, 
/**
 * Whether a phone can get there: an edge on this very computer is for tests.
 */
edge_reach: Reach, 
/**
 * The form on the local network, one address an interface, the one that the host chose or else the
 * likeliest first. They are known while the venue page is closed as well, as long as its port is fixed.
 */
lan: Array<LanAddress>, 
/**
 * Whether the venue page is open.
 */
venue_open: boolean, 
/**
 * The network that the host chose, whether it is there or not.
 */
network: string | null, 
/**
 * The Wi-Fi that phones join first, where the host gave it.
 */
wifi: WifiCode | null, 
/**
 * Other devices that asked the venue page for something in the last five minutes.
 */
phones: number, };

/**
 * An alarm. It stays until the host has seen it, or until it is over.
 */
export type Alarm = { 
/**
 * What happened.
 */
kind: AlarmKind, 
/**
 * When it was noticed.
 */
at: Timestamp, 
/**
 * How much: seconds that the laptop stood still, what is left of the battery in per cent, or the days
 * that mail has waited.
 */
amount: number | null, };

/**
 * What happened.
 */
export type AlarmKind = "woke" | "address_changed" | "battery_low" | "nothing_stored" | "mail_waits";

/**
 * An answer with what was asked.
 */
export type AnswerView = { 
/**
 * The question's key, which no other question of the workshop has.
 */
key: string, 
/**
 * The question as it was asked.
 */
question: Text, 
/**
 * The answer, in words.
 */
answer: AnswerWords, };

/**
 * An answer in words.
 */
export type AnswerWords = { "kind": "text", 
/**
 * In one line.
 */
text: string, } | { "kind": "chosen", 
/**
 * The options as they were offered.
 */
options: Array<Text>, } | { "kind": "ticked" };

/**
 * A device that came.
 */
export type Arrival = { 
/**
 * Its address.
 */
ip: string, 
/**
 * When, last.
 */
at: Timestamp, 
/**
 * How far it came.
 */
reached: Reached, };

/**
 * An answer to nothing that is known to have been asked.
 */
export type AsideView = { 
/**
 * The key that came.
 */
key: string, 
/**
 * What came: a text, or the keys of options.
 */
words: Array<AsideWord>, 
/**
 * The question that has this key now, where the form of then was not kept: perhaps another one.
 */
question_now: Text | null, };

/**
 * A text, or the key of an option, that came with no question.
 */
export type AsideWord = { 
/**
 * As it came.
 */
text: string, 
/**
 * The option that has this key now, where the form of then was not kept: perhaps another one.
 */
option_now: Text | null, };

/**
 * What waited at each hop.
 */
export type Backlog = { 
/**
 * In the edge's mailbox, as it said last.
 */
edge: Waiting, 
/**
 * Pulled, not yet acknowledged in the stream.
 */
stream: Waiting, 
/**
 * Before the writer.
 */
writer: Waiting, 
/**
 * Receipts that the edge has not confirmed.
 */
receipts: Waiting, };

/**
 * A backup that was made.
 */
export type Backup = { 
/**
 * The folder.
 */
folder: string, 
/**
 * Rows of all lists in it.
 */
signups: number, 
/**
 * Bytes of the database's copy.
 */
bytes: number, 
/**
 * How surely all of it stays.
 */
durability: Durability, };

/**
 * A backup that can be restored.
 */
export type BackupFound = { 
/**
 * The folder.
 */
folder: string, 
/**
 * When it was made.
 */
made_at: Timestamp, 
/**
 * Rows of all lists in it.
 */
signups: number, };

/**
 * Something for the host to look at.
 */
export type Case = { "kind": "duplicate", 
/**
 * The newer one's id, under which it is resolved.
 */
id: SignupId, 
/**
 * Who had the number; as it is now, which may be cancelled. `None` where it was erased.
 */
original: SignupView | null, 
/**
 * Who came with the same number. Its state is what its receipt says.
 */
newer: SignupView, 
/**
 * Same name or another. With the same name nothing has to be decided: it is listed, and not counted.
 */
reason: DuplicateReason, } | { "kind": "parked", 
/**
 * Its number, under which it is resolved.
 */
seq: number, 
/**
 * By which path it came.
 */
source: Path, 
/**
 * Why.
 */
reason: UnreadableReason, 
/**
 * Bytes.
 */
size: number, 
/**
 * The beginning of what came, as text, at most 200 characters. Sealed boxes stay closed.
 */
preview: string, 
/**
 * When it was parked.
 */
parked_at: Timestamp, };

/**
 * Why something failed that is tried again.
 */
export type Cause = "network" | "timeout" | "http" | "redis" | "busy" | "disk_full" | "read_only" | "io" | "permanent";

/**
 * What the check found.
 */
export type Check = { 
/**
 * Since when arrivals count.
 */
since: Timestamp, 
/**
 * What it comes to.
 */
verdict: Verdict, 
/**
 * The network that the code leads to.
 */
network: LanAddress | null, 
/**
 * The address in the code: `http://192.168.1.20:7470/k7m2qx/check`.
 */
url: string | null, 
/**
 * Who came to the venue page since then, this laptop itself left out; the latest first.
 */
arrivals: Array<Arrival>, 
/**
 * Whether the laptop reaches its own address on that network; `None` where there is nothing to try.
 */
own: OwnConnection | null, 
/**
 * Other devices that this laptop has heard of on that network; `None` where the system does not say.
 */
neighbours: Array<Neighbour> | null, };

/**
 * One option of a choice.
 */
export type Choice = { 
/**
 * What is stored.
 */
key: string, 
/**
 * What the teacher reads.
 */
label: Text, };

/**
 * What a try of a connection line showed. The key is repeated nowhere.
 */
export type ConnectionTrial = { "code": "works", 
/**
 * The address in the line.
 */
url: string, } | { "code": "not_a_line" } | { "code": "unreachable", 
/**
 * The address in the line.
 */
url: string, 
/**
 * The network's own words, or the edge's, for whoever repairs it.
 */
detail: string, } | { "code": "not_rollcall", 
/**
 * The address in the line.
 */
url: string, 
/**
 * The status of the answer: `HTTP 404`.
 */
detail: string, } | { "code": "key_refused", 
/**
 * The address in the line.
 */
url: string, };

/**
 * How many rows of a workshop are in which state.
 */
export type Counts = { 
/**
 * With a seat.
 */
registered: number, 
/**
 * Without one.
 */
waitlisted: number, 
/**
 * Taken off the list.
 */
cancelled: number, 
/**
 * For the host to decide: numbers that came again under another name, and messages that could not be
 * read.
 */
needs_look: number, };

/**
 * A list that was erased because its day had come.
 */
export type Deleted = { 
/**
 * The workshop that went.
 */
workshop: WorkshopId, 
/**
 * What it was called.
 */
title: Text, 
/**
 * The venue's clock: minutes east of UTC.
 */
utc_offset_minutes: number, 
/**
 * When.
 */
at: Timestamp, 
/**
 * Rows that went.
 */
entries: number, 
/**
 * Copies of the database that could not be changed: to be deleted by hand.
 */
copies_left: Array<string>, };

/**
 * An erasure that is announced. It is put off by nothing but other days in the workshop's record, which its
 * pages then say.
 */
export type Deletion = { 
/**
 * The workshop that goes, with everything in it.
 */
workshop: WorkshopId, 
/**
 * What it is called.
 */
title: Text, 
/**
 * The venue's clock: minutes east of UTC.
 */
utc_offset_minutes: number, 
/**
 * It is erased from then on, once the program has run for half a minute.
 */
at: Timestamp, 
/**
 * How near that is.
 */
stage: DeletionStage, 
/**
 * Rows that go: sign-ups, duplicates, and messages that could not be read.
 */
entries: number, };

/**
 * How near an erasure is.
 */
export type DeletionStage = "week" | "day" | "due";

/**
 * What is announced, and what was done since the program was started.
 */
export type Deletions = { 
/**
 * Announced, the nearest first.
 */
announced: Array<Deletion>, 
/**
 * Done, until the host has seen it.
 */
done: Array<Deleted>, };

/**
 * A helper's device.
 */
export type DeskDevice = { 
/**
 * By which it is ended.
 */
id: string, 
/**
 * What its helper calls it.
 */
name: string, 
/**
 * When it was let in.
 */
opened_at: Timestamp, 
/**
 * When it last asked for something or took somebody.
 */
seen_at: Timestamp, 
/**
 * Whether its session goes on.
 */
open: boolean, 
/**
 * How many it has taken.
 */
taken: number, };

/**
 * The desks of one workshop.
 */
export type DeskPanel = { 
/**
 * Where a helper's device opens the desk; `None` while the venue page is closed or this laptop is on no
 * network.
 */
url: string | null, 
/**
 * Whether a helper's device can get there.
 */
reach: Reach, 
/**
 * The digits that let a device in; `None` while no desk is open.
 */
pin: string | null, 
/**
 * Every device that was let in, oldest first.
 */
desks: Array<DeskDevice>, 
/**
 * How many this computer itself has taken.
 */
here: number, };

/**
 * A QR code, drawn.
 */
export type DrawnCode = { 
/**
 * Modules of a side, with the light ones around it.
 */
size: number, 
/**
 * Its dark modules: an SVG path in a square of that size.
 */
path: string, };

/**
 * How a duplicate's name compares to the first one's.
 */
export type DuplicateReason = "same_name" | "other_name";

/**
 * How surely a file or a folder that was written whole is still there after a power cut.
 */
export type Durability = "confirmed" | "unconfirmed";

/**
 * What was erased, or would be.
 */
export type Erasure = { 
/**
 * Copies of the database from which they were deleted as well.
 */
copies: Array<string>, 
/**
 * Copies that could not be changed: to be deleted by hand.
 */
copies_left: Array<string>, 
/**
 * Whether nothing is left in the write-ahead log. Otherwise it is emptied when the engine ends.
 */
log_emptied: boolean, 
/**
 * The ids that are remembered.
 */
ids: Array<SignupId>, 
/**
 * Rows of the list.
 */
signups: number, 
/**
 * Sign-ups whose number was on the list already.
 */
duplicates: number, 
/**
 * Messages that could not be read.
 */
parked: number, };

/**
 * A kind of file.
 */
export type ExportFormat = "xlsx" | "csv";

/**
 * A figure.
 */
export type Figure = "queue" | "commit" | "batch" | "backlog" | "failures" | "retries" | "cache";

/**
 * What was seen in some seconds.
 */
export type FigureSlot = { 
/**
 * When they ended.
 */
at: Timestamp, 
/**
 * Milliseconds from being received to being stored; `None` where nothing was stored.
 */
queue_ms: Span | null, 
/**
 * Milliseconds of a transaction, from BEGIN to the end of COMMIT; `None` where nothing was written.
 */
commit_ms: Span | null, 
/**
 * Messages in one transaction; `None` where nothing was written.
 */
batch: Span | null, 
/**
 * What waited at each hop.
 */
backlog: Backlog, 
/**
 * Failures that are tried again, by cause; those alone that there were.
 */
retries: Array<Retries>, 
/**
 * Messages that wait for a person's look.
 */
parked: number, 
/**
 * What the edge said last of mail that went astray there; `None` where it has not said so lately.
 */
lost: Lost | null, 
/**
 * What the edge said last of its cache; `None` where it has not said so lately.
 */
look_ups: LookUps | null, };

/**
 * The figures of the last minutes.
 */
export type Figures = { 
/**
 * When they were read.
 */
now: Timestamp, 
/**
 * How long a slot is.
 */
slot_seconds: number, 
/**
 * How long slots are kept.
 */
kept_seconds: number, 
/**
 * Whether there is an edge; without one, what it says is none of the figures.
 */
has_edge: boolean, 
/**
 * What was seen, oldest first. None in the first seconds.
 */
slots: Array<FigureSlot>, 
/**
 * Every figure with its judgement, each once.
 */
readings: Array<Reading>, };

/**
 * A workshop at one glance.
 */
export type Home = { 
/**
 * Which, with its counts.
 */
workshop: WorkshopSummary, 
/**
 * Seats; without limit where it is not set.
 */
capacity: number | null, 
/**
 * Sign-ups stored in each of the last 300 seconds, oldest first; the last is the second that is running.
 */
arrivals: Array<number>, 
/**
 * The newest 20 sign-ups.
 */
newest: Array<SignupView>, 
/**
 * Every hop, in the order of a sign-up's path.
 */
hops: Array<HopHealth>, 
/**
 * What happened to the laptop, the newest first.
 */
alarms: Array<Alarm>, 
/**
 * Who signed up when the pages promised to delete earlier than they do now.
 */
told_earlier: ToldEarlier | null, 
/**
 * Where phones reach the form.
 */
addresses: Addresses, };

/**
 * A hop, in the order of a sign-up's path.
 */
export type Hop = "internet" | "collection" | "redis" | "venue" | "database";

/**
 * What is the case at a hop.
 */
export type HopCode = "no_edge" | "published" | "retired" | "publishing" | "edge_away" | "publish_key_refused" | "drain_key_refused" | "record_refused" | "collecting" | "not_yet" | "owned_elsewhere" | "key_missing" | "redis_works" | "direct" | "redis_too_old" | "redis_not_started" | "redis_restarting" | "redis_away" | "venue_closed" | "venue_open" | "no_network" | "venue_refused" | "writable" | "database_busy" | "disk_full" | "read_only" | "database_failing";

/**
 * How a hop is doing.
 */
export type HopHealth = { 
/**
 * Which.
 */
hop: Hop, 
/**
 * Whether somebody has to look.
 */
level: Level, 
/**
 * What is the case.
 */
code: HopCode, 
/**
 * Since when; `None` before it was looked at twice.
 */
since: Timestamp | null, 
/**
 * How much waits there.
 */
waiting: number, 
/**
 * Seconds until what waits there has come in, as far as that can be told.
 */
remaining_seconds: number | null, 
/**
 * Somebody else's words (the network's, the edge's, another laptop's name), for whoever repairs it.
 */
detail: string | null, };

/**
 * What a key file brought. Workshops that it names and that are here already are in none of the figures.
 */
export type KeysLoaded = { 
/**
 * The edge that is asked from here on; none is known where neither the host nor the file named one.
 */
edge: string | null, 
/**
 * The edge that the file names, where this laptop is connected to another one: that one has to know the
 * workshops.
 */
other_edge: string | null, 
/**
 * Workshops that are here now; their sign-ups come.
 */
workshops: number, 
/**
 * Workshops that follow once the edge can be asked.
 */
pending: number, 
/**
 * Workshops that the edge does not know, or no longer: 90 days after their end it forgets them.
 */
unknown: number, };

/**
 * Whether the host keeps a copy of the keys, without which nobody can open what waits at the edge.
 */
export type KeysSaved = { 
/**
 * When a copy was saved last.
 */
keys_saved_at: Timestamp | null, 
/**
 * Where to; nothing where a copy of before there was a master secret was noted.
 */
path: string | null, 
/**
 * Whether that copy opens whatever may come: it holds the secret of which new workshops' keys come, and
 * every key that does not.
 */
complete: boolean, };

/**
 * One way to the laptop on the local network.
 */
export type LanAddress = { 
/**
 * As the operating system names it: `wlan0`, `en0`, `Wi-Fi`.
 */
interface: string, 
/**
 * The laptop's address on it.
 */
ip: string, 
/**
 * What it most likely is.
 */
kind: NetworkKind, 
/**
 * The form: `http://192.168.1.20:7470/k7m2qx/j/ABCD-23456`.
 */
url: string, 
/**
 * Whether a phone in the room can get there.
 */
reach: Reach, };

/**
 * A language of the page, the window and the messages.
 */
export type Language = "zh" | "en";

/**
 * Whether somebody has to look.
 */
export type Level = "ok" | "waiting" | "trouble";

/**
 * A page, newest first.
 */
export type ListPage = { 
/**
 * Rows that there are, on all pages.
 */
total: number, 
/**
 * The page's.
 */
rows: Array<SignupView>, };

/**
 * Which rows of a list.
 */
export type ListQuery = { 
/**
 * Whose list.
 */
workshop: WorkshopId, 
/**
 * Any part of a name in any case, digits in a row of the phone, or the short code with or without its
 * space. Everything where it is empty.
 */
search?: string, 
/**
 * Which of them.
 */
show?: Show, 
/**
 * So many rows before the page.
 */
offset?: number, 
/**
 * Rows of the page, at most [`MAX_LIST_ROWS`].
 */
limit?: number, };

/**
 * Where one of the edge's machines found workshops since it began: the one that was asked last.
 */
export type LookUps = { 
/**
 * In its memory.
 */
memory: number, 
/**
 * In KV.
 */
kv: number, 
/**
 * With the InviteCode object, which knows.
 */
authority: number, };

/**
 * Mail that went astray at the edge, for the time that the edge remembers it.
 */
export type Lost = { 
/**
 * Messages that were put into a mailbox only after all regular attempts had failed.
 */
dead_letters: number, 
/**
 * Messages that name no workshop: kept there, delivered to nobody.
 */
unaddressed: number, };

/**
 * Another device on the network.
 */
export type Neighbour = { 
/**
 * Its address.
 */
ip: string, 
/**
 * Whether it is the way out of the network: a router, no phone.
 */
is_router: boolean, };

/**
 * What a network most likely is.
 */
export type NetworkKind = "hotspot" | "wifi" | "cable" | "virtual" | "tunnel" | "other";

/**
 * A notice as a page showed it.
 */
export type NoticeView = { 
/**
 * Counts up with every change of the text.
 */
version: number, 
/**
 * When the host wrote it; `None` where that was not kept.
 */
since: Timestamp | null, 
/**
 * What it said; `None` where it was written and replaced before texts were kept.
 */
text: Text | null, };

/**
 * The laptop's connection to its own address.
 */
export type OwnConnection = { "state": "works" } | { "state": "fails", 
/**
 * The system's words.
 */
why: string, };

/**
 * By which path a sign-up came. The database's tables know a fourth word, `import`, which nothing writes
 * yet.
 */
export type Path = "edge" | "venue" | "desk";

/**
 * Whether a workshop takes sign-ups.
 */
export type Phase = "not_yet" | "open" | "closed" | "retired";

/**
 * When a sign-up needs a proof of work.
 */
export type ProofMode = "off" | "auto" | "on";

/**
 * One question of a workshop's form.
 */
export type Question = { 
/**
 * Key of the answer: 1 to [`MAX_KEY_CHARS`] of `a-z 0-9 _`.
 */
key: string, 
/**
 * What the teacher reads.
 */
label: Text, 
/**
 * Whether an answer is needed.
 */
required: boolean, } & ({ "kind": "text", 
/**
 * Most characters of the answer, 1 to [`MAX_TEXT_CHARS`].
 */
max_chars: number, } | { "kind": "choice", 
/**
 * What can be chosen.
 */
options: Array<Choice>, } | { "kind": "many", 
/**
 * What can be chosen.
 */
options: Array<Choice>, } | { "kind": "checkbox" });

/**
 * Whether a phone in the room can reach an address, as far as the address itself tells. What is between the
 * two, a firewall or a guest network, only the check from a phone shows.
 */
export type Reach = "phones" | "this_computer" | "no_router" | "containers" | "tunnel" | "no_network";

/**
 * How far a device came.
 */
export type Reached = "connected" | "page" | "check";

/**
 * A figure's judgement.
 */
export type Reading = { 
/**
 * Which.
 */
figure: Figure, 
/**
 * How the last minute was. Waiting: out of the ordinary, and it recovers by itself.
 */
level: Level, 
/**
 * From where on it is out of the ordinary, in the figure's own unit (milliseconds, messages, failures;
 * seconds that something waits; per cent that were not found nearby). `None` where nothing is.
 */
limit: number | null, };

/**
 * Why something that the window asked for was not done.
 */
export type Refusal = { 
/**
 * By which the window chooses its words.
 */
code: RefusalCode, 
/**
 * The field of a draft that has to be corrected.
 */
field: string | null, 
/**
 * In English, for logs and for whoever repairs it.
 */
text: string, };

/**
 * The stable codes of all refusals. The window has a text for each, which a test of its own sees to.
 */
export type RefusalCode = "unknown" | "starting" | "invalid" | "retired" | "keys" | "no_key_file" | "key_file_protected" | "unwritable" | "no_edge" | "edge" | "takeover_later" | "database" | "file" | "no_backup" | "backup_damaged" | "backup_newer" | "not_restored" | "port" | "connection" | "passphrase_wrong" | "code_unknown" | "code_retired" | "code_other_keys" | "passphrase_short" | "passphrase_weak" | "changed" | "undo_gone" | "full" | "phone_held" | "wrong_state" | "still_unreadable" | "key_missing" | "not_an_entry" | "entry_damaged" | "entry_keyboard" | "no_code" | "picture_too_large" | "picture_kind" | "no_picture" | "entry_other_workshop" | "entry_unknown_key" | "entry_newer" | "closed";

/**
 * What the host decides about a case.
 */
export type Resolution = { "act": "another_person", 
/**
 * The newer one's id.
 */
duplicate: SignupId, } | { "act": "use_newer", 
/**
 * The newer one's id.
 */
duplicate: SignupId, } | { "act": "keep_first", 
/**
 * The newer one's id.
 */
duplicate: SignupId, } | { "act": "dismiss_parked", 
/**
 * The message's number.
 */
seq: number, } | { "act": "retry_parked", 
/**
 * The message's number.
 */
seq: number, };

/**
 * What was restored.
 */
export type Restored = { 
/**
 * When the backup was made.
 */
made_at: Timestamp, 
/**
 * Rows of all lists.
 */
signups: number, 
/**
 * Sign-ups and messages that were erased since the backup was made, and again just now.
 */
erased_again: number, 
/**
 * Where the database is that was replaced.
 */
set_aside: string | null, 
/**
 * How surely it stays.
 */
durability: Durability, 
/**
 * Why it is not known who was erased since: the replaced database could not be read. The edge is asked
 * at the next start.
 */
erasures_unknown: string | null, };

/**
 * Failures of one cause that are tried again.
 */
export type Retries = { 
/**
 * Why.
 */
cause: Cause, 
/**
 * How many.
 */
count: number, };

/**
 * Something that the host set for a workshop, and that others hold in their hands: a code, a PIN, a session.
 */
export type Setting = "code_renewed" | "pin_renewed" | "desks_shut" | "desk_ended";

/**
 * Which rows.
 */
export type Show = "all" | "registered" | "waitlisted" | "cancelled" | "flagged";

/**
 * What is unusual about a sign-up.
 */
export type SignupFlags = { 
/**
 * Its id came before with other content.
 */
id_reused: boolean, 
/**
 * Filled in before closing, arrived after it.
 */
late: boolean, 
/**
 * Filled in on an older version of the form.
 */
older_form: boolean, };

/**
 * 128 bits, written as a UUID in lower case.
 *
 * Version 4 where a script drew it; version 8 (RFC 9562, section 5.8) where it was derived, from a page's
 * seed or from an id that came twice with different content.
 */
export type SignupId = string;

/**
 * Whether a sign-up has a seat.
 */
export type SignupState = "registered" | "waitlisted" | "cancelled";

/**
 * A sign-up as the window shows it. It names a person: it goes to the window and nowhere else.
 */
export type SignupView = { 
/**
 * The id under which it is stored.
 */
id: SignupId, 
/**
 * As it was given.
 */
name: string, 
/**
 * E.164: `+8613800138000`.
 */
phone: string, 
/**
 * For a screen that a whole hall sees: `138••••8000`.
 */
phone_masked: string, 
/**
 * Whether it has a seat.
 */
state: SignupState, 
/**
 * By which path it came.
 */
path: Path, 
/**
 * The desk that took it, by its name; none with the path `desk` means the host's own computer.
 */
desk: string | null, 
/**
 * What is unusual about it.
 */
flags: SignupFlags, 
/**
 * Whether the host said that two people share this number.
 */
shared_phone: boolean, 
/**
 * Six signs that the person can read out: `K7M 2QX`.
 */
short_code: string, 
/**
 * What its form asked and was answered, in the form's order.
 */
answers: Array<AnswerView>, 
/**
 * Whatever else came.
 */
aside: Array<AsideView>, 
/**
 * When it was filled in, by the phone's clock.
 */
filled_at: Timestamp | null, 
/**
 * When it was received, by the edge's clock, or the laptop's at the venue.
 */
received_at: Timestamp, 
/**
 * When it was committed.
 */
stored_at: Timestamp, 
/**
 * The notice that its person agreed to, at [`SignupView::received_at`].
 */
notice: NoticeView, };

/**
 * How a quantity was spread.
 */
export type Span = { 
/**
 * How many there were.
 */
count: number, 
/**
 * Their mean.
 */
mean: number, 
/**
 * The largest.
 */
most: number, };

/**
 * What became of an entry code. It names a person: it goes to the window and nowhere else.
 */
export type TakenEntry = { 
/**
 * Under which it is stored, unless its number was on the list already.
 */
id: SignupId, 
/**
 * As it was given.
 */
name: string, 
/**
 * Six signs to read out.
 */
short_code: string, 
/**
 * What its receipt says; `None` where it has to be looked at first.
 */
state: SignupState | null, 
/**
 * Whether it had come before, by whatever way.
 */
again: boolean, };

/**
 * A workshop's mail that is this laptop's from here on.
 */
export type TakenOver = { 
/**
 * The name of the laptop that collected before, where that was another one.
 */
previous: string | null, 
/**
 * Messages that come again, of which this laptop may have some already.
 */
replayed: number, };

/**
 * A host's text in one or both languages; an empty one falls back to the other. Invisible characters without
 * a meaning and white space around it are dropped when it is read: hosts paste from chats and documents.
 */
export type Text = { 
/**
 * In Chinese.
 */
zh: string, 
/**
 * In English.
 */
en: string, };

/**
 * Milliseconds since 1970-01-01T00:00:00Z, as `Date.now()` and the database have them. On the wire it is the
 * bare number.
 *
 * The difference of two moments is a length, [`Millis`]; a moment and a length make a moment; two moments
 * cannot be added. Arithmetic saturates: what comes from outside may be any number.
 *
 * ```
 * use rollcall_shared::Timestamp;
 *
 * let doors_open = Timestamp::from_millis(1_795_539_000_000);
 * let later = doors_open + 90_000;
 * assert_eq!(later - doors_open, 90_000);
 * assert!(Timestamp::MAX + 1 == Timestamp::MAX);
 * ```
 *
 * ```compile_fail
 * use rollcall_shared::Timestamp;
 *
 * let sum = Timestamp::from_millis(1) + Timestamp::from_millis(2);
 * ```
 */
export type Timestamp = number;

/**
 * People who signed up when the pages promised an earlier day than they do now.
 */
export type ToldEarlier = { 
/**
 * How many.
 */
people: number, 
/**
 * The earliest day that any of them was told.
 */
by: Timestamp, };

/**
 * The way back from something that the host did. It leads back as long as the rows are as that act left
 * them, for the last 50 acts of a run.
 */
export type Undo = { 
/**
 * What is shown to take it back, once.
 */
token: string, 
/**
 * What was done.
 */
what: Undoable, };

/**
 * What can be taken back: by its word, with rows and settings alike.
 */
export type Undoable = Act | Setting;

/**
 * Why a message cannot be read.
 */
export type UnreadableReason = "too_large" | "malformed" | "unknown_version" | "box" | "content" | "mismatch" | "other_workshop" | "interrupted" | "failed";

/**
 * What the check comes to.
 */
export type Verdict = "closed" | "no_network" | "works" | "cut" | "own_fails" | "nothing_yet" | "firewall" | "isolation" | "cannot_tell";

/**
 * How many waited at one hop.
 */
export type Waiting = { 
/**
 * Most at one moment.
 */
most: number, 
/**
 * In the end.
 */
left: number, };

/**
 * Whom to erase.
 */
export type Whom = { "person": SignupId } | { "parked": number } | "workshop";

/**
 * A Wi-Fi network as the host gives it.
 */
export type Wifi = { 
/**
 * What phones show in their list.
 */
name: string, 
/**
 * Empty where the network is open.
 */
password: string, 
/**
 * How it is protected.
 */
security: WifiSecurity, 
/**
 * Whether phones do not show it in their list.
 */
hidden: boolean, };

/**
 * A Wi-Fi and the text of the QR code by which a camera joins it.
 */
export type WifiCode = { 
/**
 * As the host gave it.
 */
wifi: Wifi, 
/**
 * `WIFI:T:WPA;S:…;P:…;;`
 */
code: string, };

/**
 * How a network is protected.
 */
export type WifiSecurity = "wpa" | "wep" | "open";

/**
 * What a host fills in to make a workshop, or to change one.
 */
export type WorkshopDraft = { 
/**
 * The workshop to change; a new one is made where it is not set.
 */
id: WorkshopId | null, 
/**
 * What it is called.
 */
title: Text, 
/**
 * Who holds it and collects the data.
 */
organisation: Text, 
/**
 * Where it is.
 */
place: Text, 
/**
 * Beginning.
 */
starts_at: Timestamp, 
/**
 * End.
 */
ends_at: Timestamp, 
/**
 * Minutes east of UTC; China's where it is not set.
 */
utc_offset_minutes: number, 
/**
 * Sign-ups are taken from here on.
 */
opens_at: Timestamp | null, 
/**
 * Sign-ups are taken until here.
 */
closes_at: Timestamp | null, 
/**
 * How long after closing an entry counts that was filled in before.
 */
grace_ms: number, 
/**
 * Seats.
 */
capacity: number | null, 
/**
 * Whether people without a seat join a waiting list.
 */
waiting_list: boolean, 
/**
 * The workshop's own questions.
 */
questions: Array<Question>, 
/**
 * What the data is for.
 */
purpose: Text, 
/**
 * Days after the end when it is erased.
 */
retention_days: number, 
/**
 * When a proof of work is asked for.
 */
proof: ProofMode, };

/**
 * A workshop's id: 16 signs in lower case, 79 random bits. Addresses show it; it is no secret.
 */
export type WorkshopId = string;

/**
 * A workshop, short.
 */
export type WorkshopSummary = { 
/**
 * For ever.
 */
id: WorkshopId, 
/**
 * What it is called.
 */
title: Text, 
/**
 * The code on the poster, as it is shown.
 */
invite_code: string, 
/**
 * Where it is.
 */
place: Text, 
/**
 * Beginning.
 */
starts_at: Timestamp, 
/**
 * End.
 */
ends_at: Timestamp, 
/**
 * Teachers were told that their details are deleted by then.
 */
delete_by: number, 
/**
 * The venue's clock: minutes east of UTC.
 */
utc_offset_minutes: number, 
/**
 * Whether sign-ups are taken.
 */
phase: Phase, 
/**
 * How many.
 */
counts: Counts, };

export type Start = { "state": "starting" } | { "state": "failed", 
/**
 * What, in one line.
 */
why: Text, } | { "state": "running" };

export type Exported = { 
/**
 * People in it.
 */
rows: number, 
/**
 * The file.
 */
path: string, 
/**
 * How surely it stays.
 */
durability: Durability, };

export type KeysCopied = { 
/**
 * The file.
 */
path: string, 
/**
 * How surely it stays.
 */
durability: Durability, };

export type KeyFileChosen = { 
/**
 * The file.
 */
path: string, 
/**
 * Whether a passphrase opens it.
 */
protected: boolean, };

/** Everything that the window may ask of the program. A refusal is thrown as a `Refusal`. */
export const commands = {
  start: () => invoke<Start>('start'),
  fullscreen: (on: boolean) => invoke<null>('fullscreen', { on }),
  export: (workshop: WorkshopId, format: ExportFormat, language: Language) => invoke<Exported | null>('export', { workshop, format, language }),
  save_keys: (passphrase: string, line: string | null) => invoke<KeysCopied | null>('save_keys', { passphrase, line }),
  back_up: (name: string) => invoke<Backup | null>('back_up', { name }),
  choose_key_file: () => invoke<KeyFileChosen | null>('choose_key_file'),
  load_keys: (passphrase: string | null) => invoke<KeysLoaded>('load_keys', { passphrase }),
  choose_backup: () => invoke<BackupFound | null>('choose_backup'),
  restore_backup: () => invoke<Restored>('restore_backup'),
  workshops: () => invoke<Array<WorkshopSummary>>('workshops'),
  workshop: (workshop: WorkshopId) => invoke<WorkshopDraft>('workshop', { workshop }),
  home: (workshop: WorkshopId) => invoke<Home>('home', { workshop }),
  list: (query: ListQuery) => invoke<ListPage>('list', { query }),
  needs_look: (workshop: WorkshopId) => invoke<Array<Case>>('needs_look', { workshop }),
  suggest_passphrase: () => invoke<string>('suggest_passphrase'),
  keys_saved: () => invoke<KeysSaved>('keys_saved'),
  figures: () => invoke<Figures>('figures'),
  resolve: (workshop: WorkshopId, resolution: Resolution) => invoke<Undo>('resolve', { workshop, resolution }),
  cancel: (workshop: WorkshopId, signup: SignupId) => invoke<Undo>('cancel', { workshop, signup }),
  restore: (workshop: WorkshopId, signup: SignupId) => invoke<Undo>('restore', { workshop, signup }),
  promote: (workshop: WorkshopId, signup: SignupId) => invoke<Undo>('promote', { workshop, signup }),
  undo: (token: string) => invoke<null>('undo', { token }),
  would_erase: (workshop: WorkshopId, whom: Whom) => invoke<Erasure>('would_erase', { workshop, whom }),
  erase: (workshop: WorkshopId, whom: Whom) => invoke<Erasure>('erase', { workshop, whom }),
  deletions: () => invoke<Deletions>('deletions'),
  dismiss_deletion: (workshop: WorkshopId) => invoke<null>('dismiss_deletion', { workshop }),
  desk_panel: (workshop: WorkshopId) => invoke<DeskPanel>('desk_panel', { workshop }),
  renew_desk_pin: (workshop: WorkshopId) => invoke<Undo>('renew_desk_pin', { workshop }),
  shut_desks: (workshop: WorkshopId) => invoke<Undo>('shut_desks', { workshop }),
  end_desk: (workshop: WorkshopId, desk: string) => invoke<Undo>('end_desk', { workshop, desk }),
  take_entry: (workshop: WorkshopId, entry: string) => invoke<TakenEntry>('take_entry', { workshop, entry }),
  take_picture: (workshop: WorkshopId, picture: string) => invoke<TakenEntry>('take_picture', { workshop, picture }),
  check: (workshop: WorkshopId, since: Timestamp) => invoke<Check>('check', { workshop, since }),
  choose_network: (network: string | null) => invoke<null>('choose_network', { network }),
  draw_code: (text: string) => invoke<DrawnCode>('draw_code', { text }),
  set_wifi: (wifi: Wifi | null) => invoke<null>('set_wifi', { wifi }),
  put_workshop: (draft: WorkshopDraft) => invoke<WorkshopId>('put_workshop', { draft }),
  open: (workshop: WorkshopId) => invoke<null>('open', { workshop }),
  close: (workshop: WorkshopId) => invoke<null>('close', { workshop }),
  retire: (workshop: WorkshopId) => invoke<null>('retire', { workshop }),
  resume: (workshop: WorkshopId) => invoke<null>('resume', { workshop }),
  renew_code: (workshop: WorkshopId) => invoke<Undo>('renew_code', { workshop }),
  open_venue: () => invoke<null>('open_venue'),
  close_venue: () => invoke<null>('close_venue'),
  dismiss_alarm: (kind: AlarmKind) => invoke<null>('dismiss_alarm', { kind }),
  test_connection: (line: string) => invoke<ConnectionTrial>('test_connection', { line }),
  find_workshop: (code: string) => invoke<WorkshopId>('find_workshop', { code }),
  connect: (line: string) => invoke<string>('connect', { line }),
  take_over: (workshop: WorkshopId) => invoke<TakenOver>('take_over', { workshop }),
};

/** The one event: something on the screen may have moved. */
export const CHANGED = 'changed';
