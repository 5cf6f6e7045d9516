-- What the store holds. Times are microseconds since 1970-01-01 UTC; `{key}` and the like differ by database.

CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL){packed};

-- One use of a collector: what it was pointed at, what it asked, and how far it came.
CREATE TABLE run (
  id {key},
  origin TEXT NOT NULL,            -- what was examined: a repository, a host, an account
  targets TEXT NOT NULL,           -- JSON list: the parts of it that were named
  started {whole} NOT NULL,
  ended {whole} NOT NULL,
  profile TEXT NOT NULL,
  version TEXT NOT NULL,           -- of this program
  rules TEXT NOT NULL,             -- the rule set that was asked
  outcome TEXT NOT NULL,           -- complete, partial (something could not be read) or failed
  reason TEXT NOT NULL DEFAULT '', -- why it failed
  sources_read {whole} NOT NULL,
  passes {whole} NOT NULL,
  unknown {whole} NOT NULL,
  not_applicable {whole} NOT NULL,
  assets {whole} NOT NULL,         -- how many it saw
  state TEXT NOT NULL,             -- digest of the assets, relations and findings of its origin, as it left them
  changes TEXT NOT NULL,           -- digest of the versions of assets that it wrote and of what became of findings
  gaps TEXT NOT NULL,              -- digest of what it could not look at
  entry {whole} NOT NULL
);
CREATE INDEX run_by_origin ON run (origin, id);

-- Which rules an asset's answers stand for: JSON, kind -> rule ids in the order of the answers.
CREATE TABLE rule_set (digest TEXT PRIMARY KEY, rules TEXT NOT NULL){packed};

-- What a run could not look at.
CREATE TABLE gap (
  run {whole} NOT NULL REFERENCES run (id),
  path TEXT NOT NULL,
  reason TEXT NOT NULL,
  kind TEXT NOT NULL,
  line {whole} NOT NULL
);
CREATE INDEX gap_by_run ON gap (run);

CREATE TABLE asset (
  id {key},
  origin TEXT NOT NULL,
  source TEXT NOT NULL,
  name TEXT NOT NULL,              -- the asset id: kind/scope/name
  kind TEXT NOT NULL,
  path TEXT NOT NULL,
  declared {whole} NOT NULL,       -- 0: only something that is said of it was seen
  owner TEXT, environment TEXT, data_class TEXT, exposure TEXT, purpose TEXT,
  provider TEXT, region TEXT, jurisdiction TEXT, trust TEXT,
  attributes TEXT NOT NULL,        -- JSON: attribute -> [value, what it was taken from], those above included
  digest TEXT NOT NULL,            -- of everything above, its facts and its edges
  answers TEXT NOT NULL,           -- one letter a rule: f fail, u unknown, p pass, n not applicable, - not asked
  rules TEXT NOT NULL,             -- the rule set that these letters stand for
  weight {whole} NOT NULL,         -- how much it matters that it is known: 4 exposed, 2 with GPUs, 1 with data
  first_run {whole} NOT NULL,
  changed_run {whole} NOT NULL,    -- the last that saw it changed
  gone_run {whole}                 -- the one that looked where it had been and did not find it
);
CREATE UNIQUE INDEX asset_by_name ON asset (origin, source, name);
CREATE INDEX asset_by_kind ON asset (kind, id);
CREATE INDEX asset_by_id ON asset (name);

-- The last run that saw each asset: most runs change nothing else, so this table is narrow.
CREATE TABLE sighting (asset {whole} PRIMARY KEY, run {whole} NOT NULL){packed};

CREATE TABLE edge (
  source {whole} NOT NULL,
  relation TEXT NOT NULL,
  target {whole} NOT NULL,
  certain {whole} NOT NULL,
  PRIMARY KEY (source, relation, target)
){packed};
CREATE INDEX edge_back ON edge (target, relation, source);

-- What an asset was: from each run that saw it changed up to the next.
CREATE TABLE asset_version (
  asset {whole} NOT NULL,
  run {whole} NOT NULL,
  facts TEXT NOT NULL,             -- JSON; credentials as fingerprints; empty where it was gone
  edges TEXT NOT NULL,             -- JSON list of [relation, asset id, certain]
  attributes TEXT NOT NULL,        -- as in asset
  PRIMARY KEY (asset, run)
);

CREATE INDEX asset_version_by_run ON asset_version (run);

CREATE TABLE finding (
  id {key},
  origin TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  rule TEXT NOT NULL,
  title TEXT NOT NULL,
  asset {whole} NOT NULL REFERENCES asset (id),
  severity {whole} NOT NULL,       -- 0 info to 4 critical
  confidence TEXT NOT NULL,
  state TEXT NOT NULL,             -- open, suppressed, resolved
  owner TEXT NOT NULL,
  path TEXT NOT NULL, line {whole} NOT NULL, col {whole} NOT NULL, pointer TEXT NOT NULL,
  message TEXT NOT NULL,
  facts TEXT NOT NULL,             -- JSON
  reason TEXT NOT NULL,            -- of a suppression
  until TEXT NOT NULL,             -- its last day, ISO 8601; empty for none
  suppressed_by TEXT NOT NULL,
  repairable {whole} NOT NULL,
  opened_run {whole} NOT NULL,
  resolved_run {whole},
  state_run {whole} NOT NULL,      -- the run that set its present state
  reopened {whole} NOT NULL,       -- how often it came back
  entry {whole} NOT NULL           -- what sealed its present state
);
CREATE UNIQUE INDEX finding_by_fingerprint ON finding (origin, fingerprint);
CREATE INDEX finding_by_state ON finding (state, severity, id);
CREATE INDEX finding_by_rule ON finding (rule, state, severity, id);
CREATE INDEX finding_by_owner ON finding (owner, state, severity, id);
CREATE INDEX finding_by_asset ON finding (asset, state, severity, id);

-- What became of findings, run by run: opened, suppressed, resumed, resolved, reopened.
CREATE TABLE finding_change (
  finding {whole} NOT NULL,
  run {whole} NOT NULL,
  what TEXT NOT NULL,
  PRIMARY KEY (run, finding)
){packed};

-- What a person states about what no machine can see.
CREATE TABLE attestation (
  id {key},
  requirement TEXT NOT NULL,
  subject TEXT NOT NULL,           -- pattern of asset ids, or provider/NAME; * for the whole estate
  person TEXT NOT NULL,
  statement TEXT NOT NULL,
  file TEXT NOT NULL, digest TEXT NOT NULL,  -- the evidence, by name and SHA-256
  made {whole} NOT NULL,
  until TEXT NOT NULL,             -- the last day on which it holds
  withdrawn {whole},
  entry {whole} NOT NULL
);
CREATE INDEX attestation_by_requirement ON attestation (requirement, id);

-- The ledger. The envelope is the leaf; what it commits to stands apart, so that it can be erased.
CREATE TABLE entry (seq {whole} PRIMARY KEY, envelope {bytes} NOT NULL);
CREATE TABLE payload (seq {whole} PRIMARY KEY, salt {bytes} NOT NULL, content {bytes} NOT NULL);
CREATE TABLE tree (one {whole} PRIMARY KEY, size {whole} NOT NULL, hashes {bytes} NOT NULL){packed};
CREATE TABLE pruned (bundle {whole} PRIMARY KEY, root {bytes} NOT NULL){packed};
-- kept: 0 only until the next one, 1 it was published, 2 for good: witnesses or two keys signed it.
CREATE TABLE checkpoint (
  size {whole} PRIMARY KEY, at {whole} NOT NULL, note TEXT NOT NULL, kept {whole} NOT NULL
){packed};
-- Hashes inside of bundles that are gone, on both sides of sizes that somebody elsewhere has.
CREATE TABLE node (
  level {whole} NOT NULL, number {whole} NOT NULL, hash {bytes} NOT NULL, PRIMARY KEY (level, number)
){packed};
-- Who has how much: a folder, a bucket, a witness, a collector. It may still be `earlier`, if a crash came between.
CREATE TABLE known (place TEXT PRIMARY KEY, size {whole} NOT NULL, earlier {whole} NOT NULL){packed};
CREATE TABLE sequence (source TEXT PRIMARY KEY, number {whole} NOT NULL, at {whole} NOT NULL){packed};
