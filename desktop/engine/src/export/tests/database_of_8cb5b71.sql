BEGIN TRANSACTION;
CREATE TABLE desks(
  id          TEXT PRIMARY KEY NOT NULL,
  workshop_id TEXT NOT NULL REFERENCES workshops(id),
  name        TEXT NOT NULL,     -- what its helper calls it
  session     BLOB,              -- SHA-256 of the session's token; NULL once it is ended
  opened_at   INTEGER NOT NULL,
  ended_at    INTEGER
) STRICT;
CREATE TABLE duplicates(
  id             TEXT NOT NULL,
  workshop_id    TEXT NOT NULL REFERENCES workshops(id),
  phone          TEXT NOT NULL,
  name           TEXT NOT NULL,
  answers        TEXT NOT NULL,
  original_id    TEXT NOT NULL,     -- who holds the number in signups
  reason         TEXT NOT NULL,     -- same_name | other_name (needs a look)
  state          TEXT NOT NULL,     -- what the receipt says, frozen
  path           TEXT NOT NULL,
  digest         BLOB NOT NULL,
  flags          TEXT NOT NULL,
  form_version   INTEGER NOT NULL,
  notice_version INTEGER NOT NULL,
  filled_at      INTEGER,
  received_at    INTEGER NOT NULL,
  stored_at      INTEGER NOT NULL, kept_at INTEGER, device TEXT REFERENCES desks(id), replaces TEXT, sent_as TEXT,
  PRIMARY KEY (id, workshop_id)
) STRICT;
CREATE TABLE erased(id TEXT PRIMARY KEY NOT NULL) STRICT;
CREATE TABLE erased_workshops(
  id        TEXT PRIMARY KEY NOT NULL,
  erased_at INTEGER NOT NULL,
  done      INTEGER NOT NULL DEFAULT 0  -- 1: nothing of it is left anywhere that this laptop reaches
) STRICT;
CREATE TABLE erasures_out(
  workshop_id TEXT NOT NULL,  -- no reference: a workshop that is erased takes nothing along here
  id          TEXT NOT NULL,
  PRIMARY KEY (workshop_id, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE events(
  seq     INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  what    TEXT NOT NULL,   -- such as 'stored edge', 'workshop made'
  subject TEXT NOT NULL    -- the id of a sign-up or a workshop, or of a parked message
) STRICT;
INSERT INTO "events" VALUES(1,1795782621563,'workshop made','dt3et4qqvwfxkg9h');
INSERT INTO "events" VALUES(2,1795782621663,'stored venue','0f8fad5b-d9cb-469f-a165-000000000001');
INSERT INTO "events" VALUES(3,1795782621674,'stored venue','0f8fad5b-d9cb-469f-a165-000000000002');
INSERT INTO "events" VALUES(4,1795782621694,'workshop changed','dt3et4qqvwfxkg9h');
INSERT INTO "events" VALUES(5,1795782621707,'stored venue','0f8fad5b-d9cb-469f-a165-000000000003');
INSERT INTO "events" VALUES(6,1795782621716,'stored venue','0f8fad5b-d9cb-469f-a165-000000000004');
INSERT INTO "events" VALUES(7,1795782621728,'stored venue','0f8fad5b-d9cb-469f-a165-000000000005');
CREATE TABLE parked(
  seq         INTEGER PRIMARY KEY,
  workshop_id TEXT NOT NULL REFERENCES workshops(id),
  source      TEXT NOT NULL,     -- edge | venue | import | desk
  digest      BLOB NOT NULL,     -- SHA-256 of the bytes
  reason      TEXT NOT NULL,     -- a stable code
  bytes       BLOB NOT NULL,     -- as they came
  parked_at   INTEGER NOT NULL, dismissed_at INTEGER, sent_as TEXT,
  UNIQUE (workshop_id, digest)
) STRICT;
CREATE TABLE probe(at INTEGER NOT NULL) STRICT;
INSERT INTO "probe" VALUES(0);
CREATE TABLE receipts_out(
  id          TEXT NOT NULL,
  workshop_id TEXT NOT NULL REFERENCES workshops(id),
  state       TEXT NOT NULL CHECK (state IN ('received', 'registered', 'waitlisted', 'cancelled')),
  see_desk    INTEGER NOT NULL,
  rev         INTEGER NOT NULL,  -- grows with every change
  sent_rev    INTEGER NOT NULL,  -- the rev that the edge confirmed; 0 for none
  PRIMARY KEY (id, workshop_id)
) STRICT;
INSERT INTO "receipts_out" VALUES('0f8fad5b-d9cb-469f-a165-000000000001','dt3et4qqvwfxkg9h','registered',0,1795782621663,0);
INSERT INTO "receipts_out" VALUES('0f8fad5b-d9cb-469f-a165-000000000002','dt3et4qqvwfxkg9h','registered',0,1795782621674,0);
INSERT INTO "receipts_out" VALUES('0f8fad5b-d9cb-469f-a165-000000000003','dt3et4qqvwfxkg9h','registered',0,1795782621707,0);
INSERT INTO "receipts_out" VALUES('0f8fad5b-d9cb-469f-a165-000000000004','dt3et4qqvwfxkg9h','registered',0,1795782621716,0);
INSERT INTO "receipts_out" VALUES('0f8fad5b-d9cb-469f-a165-000000000005','dt3et4qqvwfxkg9h','registered',0,1795782621728,0);
CREATE TABLE signups(
  id             TEXT NOT NULL,
  workshop_id    TEXT NOT NULL REFERENCES workshops(id),
  phone          TEXT NOT NULL,     -- E.164
  name           TEXT NOT NULL,
  answers        TEXT NOT NULL,     -- JSON by the key of the question
  state          TEXT NOT NULL CHECK (state IN ('registered', 'waitlisted', 'cancelled')),
  path           TEXT NOT NULL CHECK (path IN ('edge', 'venue', 'import', 'desk')),
  digest         BLOB NOT NULL,     -- SHA-256 of phone, name and answers
  flags          TEXT NOT NULL,     -- JSON: id_reused, late, older_form
  form_version   INTEGER NOT NULL,
  notice_version INTEGER NOT NULL,
  filled_at      INTEGER,           -- by the phone's clock
  received_at    INTEGER NOT NULL,  -- by the edge's, or the laptop's at the venue
  stored_at      INTEGER NOT NULL, shared_phone INTEGER NOT NULL DEFAULT 0, waiting_since INTEGER, device TEXT REFERENCES desks(id), replaces TEXT, sent_as TEXT,
  PRIMARY KEY (id, workshop_id)
) STRICT;
INSERT INTO "signups" VALUES('0f8fad5b-d9cb-469f-a165-000000000001','dt3et4qqvwfxkg9h','+8613800138001','王芳','{"q1":"一中","q2":"o1","q3":"面条"}','registered','venue',X'12109184261C32ED2567106B46A04A245CE155A833A8C2066DF4BEDA505D18B5','{}',1,1,NULL,1795782621663,1795782621663,0,NULL,NULL,NULL,NULL);
INSERT INTO "signups" VALUES('0f8fad5b-d9cb-469f-a165-000000000002','dt3et4qqvwfxkg9h','+8613800138002','王芳','{"q1":"二中","q2":"o2"}','registered','venue',X'D79E40773FB87B075FC54B493D7DA8F1B11D83D125538FE782E0AB79C6AA4657','{}',1,1,NULL,1795782621674,1795782621674,0,NULL,NULL,NULL,NULL);
INSERT INTO "signups" VALUES('0f8fad5b-d9cb-469f-a165-000000000003','dt3et4qqvwfxkg9h','+8613800138003','王芳','{"q1":"三中","q2":"o2","q3":"酒店"}','registered','venue',X'73A4E2EC0558A8C8DB136BDED4B32B1D33771C5208679AD2B75DDC8317173AA8','{}',2,1,NULL,1795782621707,1795782621707,0,NULL,NULL,NULL,NULL);
INSERT INTO "signups" VALUES('0f8fad5b-d9cb-469f-a165-000000000004','dt3et4qqvwfxkg9h','+8613800138004','王芳','{"q1":"四中","q2":"o2","q3":"米饭","x1":"?"}','registered','venue',X'6663C476922E1BED32B64C20FEE2EE97FB94E27DFCD560ED857660EF5555A483','{"older_form":true}',1,1,NULL,1795782621716,1795782621716,0,NULL,NULL,NULL,NULL);
INSERT INTO "signups" VALUES('0f8fad5b-d9cb-469f-a165-000000000005','dt3et4qqvwfxkg9h','+8613800138005','王芳','{"k0":"v","k1":"v","k10":"v","k11":"v","k12":"v","k13":"v","k14":"v","k15":"v","k16":"v","k17":"v","k18":"v","k19":"v","k2":"v","k20":"v","k21":"v","k22":"v","k23":"v","k24":"v","k25":"v","k26":"v","k27":"v","k28":"v","k29":"v","k3":"v","k30":"v","k31":"v","k32":"v","k33":"v","k34":"v","k35":"v","k36":"v","k37":"v","k38":"v","k39":"v","k4":"v","k40":"v","k41":"v","k42":"v","k43":"v","k44":"v","k45":"v","k46":"v","k47":"v","k48":"v","k49":"v","k5":"v","k6":"v","k7":"v","k8":"v","k9":"v"}','registered','venue',X'B9532B05561C9C50175C8C38D2CA8F071001031554A92363A54A6E931172E9CE','{"older_form":true}',1,1,NULL,1795782621728,1795782621728,0,NULL,NULL,NULL,NULL);
CREATE TABLE suspects(digest BLOB PRIMARY KEY NOT NULL) STRICT;
CREATE TABLE takeovers_due(workshop_id TEXT PRIMARY KEY NOT NULL) STRICT;
CREATE TABLE workshops(
  id            TEXT PRIMARY KEY NOT NULL,
  invite_code   TEXT NOT NULL UNIQUE,
  title         TEXT NOT NULL,     -- Chinese where there is one, else English
  starts_at     INTEGER NOT NULL,
  ends_at       INTEGER NOT NULL,
  record        TEXT NOT NULL,     -- the public record, JSON
  venue_token   TEXT NOT NULL UNIQUE,
  retired_at    INTEGER,           -- sign-up was ended by hand
  rev           INTEGER NOT NULL,  -- counts up with every change
  published_rev INTEGER NOT NULL,  -- the rev that the edge has; 0 where it has none
  created_at    INTEGER NOT NULL
) STRICT;
INSERT INTO "workshops" VALUES('dt3et4qqvwfxkg9h','ZKWR-9TY9W','旧活动',1795827600000,4095838400000,'{"id":"dt3et4qqvwfxkg9h","invite_code":"ZKWR-9TY9W","title":{"zh":"旧活动","en":""},"organisation":{"zh":"海淀教师进修学校","en":""},"place":{"zh":"302","en":""},"starts_at":1795827600000,"ends_at":4095838400000,"utc_offset_minutes":480,"grace_ms":86400000,"waiting_list":false,"questions":[{"key":"q1","label":{"zh":"学校","en":""},"required":false,"kind":"text","max_chars":60},{"key":"q2","label":{"zh":"学段","en":""},"required":false,"kind":"choice","options":[{"key":"o1","label":{"zh":"小学","en":"初中"}},{"key":"o2","label":{"zh":"幼儿园","en":""}}]},{"key":"q3","label":{"zh":"住宿","en":""},"required":false,"kind":"text","max_chars":60}],"form_version":2,"notice":{"version":1,"purpose":{"zh":"仅用于本次签到","en":""},"retention_days":30},"proof":"auto","key":{"key_id":"8609db3a33e6b49f","x25519":"7259692a9d3334d00156f77fdd969d6b1b959ac797cb3a416127ed019af8911b"}}','7wsbuq',NULL,2,0,1795782621563);
CREATE INDEX receipts_out_unsent ON receipts_out(workshop_id) WHERE sent_rev < rev;
CREATE UNIQUE INDEX signups_phone ON signups(workshop_id, phone) WHERE state <> 'cancelled' AND shared_phone = 0;
CREATE INDEX signups_shared_phone ON signups(workshop_id, phone) WHERE shared_phone = 1;
CREATE INDEX signups_newest ON signups(workshop_id, stored_at);
CREATE INDEX signups_state ON signups(workshop_id, state, stored_at);
CREATE INDEX signups_flagged ON signups(workshop_id, stored_at) WHERE flags <> '{}';
CREATE INDEX signups_waiting ON signups(workshop_id, coalesce(waiting_since, received_at), waiting_since IS NULL) WHERE state = 'waitlisted';
CREATE INDEX signups_search ON signups(workshop_id, stored_at, state, name, phone);
CREATE INDEX duplicates_open ON duplicates(workshop_id, reason, stored_at) WHERE kept_at IS NULL AND state <> 'cancelled';
CREATE INDEX parked_open ON parked(workshop_id) WHERE dismissed_at IS NULL;
CREATE INDEX desks_workshop ON desks(workshop_id, opened_at);
CREATE INDEX signups_device ON signups(workshop_id, device) WHERE path = 'desk';
COMMIT;
