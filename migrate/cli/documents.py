"""The JSON documents of all commands: what other programs may rely on.

One TypedDict per document; `docs/<command>.schema.json` is made of it (see `migrate.cli.manual`). Fields are added, not
renamed or removed. Instants are ISO 8601 in UTC; counts are whole numbers; an absent value is null.
"""

from typing_extensions import TypedDict


class MistakeDocument(TypedDict):
    """A mistake in a file; `line` is 0 where there is none."""

    file: str
    line: int
    what: str
    instead: str


class ErrorTold(TypedDict):
    """What went wrong, why, the way out; all mistakes of the files; the report of a defect."""

    what: str
    why: str
    remedy: str
    mistakes: list[MistakeDocument]
    report: str | None


class ErrorDocument(TypedDict):
    """Instead of its own document, of any command that could not do its work."""

    error: ErrorTold
    exit: int


class FileDocument(TypedDict):
    """A file of a new project, and whether it was written now."""

    file: str
    written: bool


class InitDocument(TypedDict):
    """`migrate init`"""

    project: str
    files: list[FileDocument]
    dry_run: bool


class SampleDocument(TypedDict):
    """`migrate sample make`. `rows` by table; `planted` damage by kind; `files` of attachments."""

    clients: int
    seed: int
    rows: dict[str, int]
    planted: dict[str, int]
    files: int
    seconds: float
    dry_run: bool


class AgingDocument(TypedDict):
    """`migrate sample age`. `changes` by kind; `first` and `last` moment of the work, null in a dry run."""

    days: int
    seed: int
    first: str | None
    last: str | None
    changes: dict[str, int]
    rows: int
    seconds: float
    dry_run: bool


class MappingLine(TypedDict):
    """A mapping in a few figures."""

    entity: str
    file: str
    root: str
    members: int
    fields: int
    digest: str


class MappingCheckDocument(TypedDict):
    """`migrate mapping check`. `examples` that were run, `comparisons` that were read; `mistakes` of all files."""

    mappings: list[MappingLine]
    examples: int
    comparisons: int
    mistakes: list[MistakeDocument]
    exit: int


class MappingShowDocument(TypedDict):
    """`migrate mapping show`. Each as the mapping was understood."""

    mappings: list[dict[str, object]]


class ColumnDocument(TypedDict):
    """What becomes of a source column: mapped, derived, dropped or unaccounted."""

    table: str
    column: str
    account: str
    entities: list[str]
    reason: str


class CoverageDocument(TypedDict):
    """`migrate mapping coverage`"""

    counts: dict[str, int]
    columns: list[ColumnDocument]
    mistakes: list[MistakeDocument]
    exit: int


class OptionDocument(TypedDict):
    """An option of a step, rule or judge."""

    name: str
    takes: str
    required: bool
    choices: list[str]


class WordDocument(TypedDict):
    """A step, rule or judge. `reverse` only of steps."""

    name: str
    summary: str
    options: list[OptionDocument]
    reverse: str
    note: str


class TransformsDocument(TypedDict):
    """`migrate transforms`"""

    steps: list[WordDocument]
    rules: list[WordDocument]
    judges: list[WordDocument]


class SchemaDocument(TypedDict):
    """What an upgrade did to a schema. `before` is null where it did not exist."""

    schema: str
    before: str | None
    after: str
    steps: list[str]
    codes: int


class UpgradeDocument(TypedDict):
    """`migrate platform upgrade`"""

    dry_run: bool
    schemas: list[SchemaDocument]


class DifferenceDocument(TypedDict):
    """A difference of schema. `weight`: told (a run goes on), review (a person may accept it), broken."""

    side: str
    place: str
    old: str
    new: str
    weight: str
    note: str


class SchemaComparisonDocument(TypedDict):
    """`migrate schema check` and `accept`"""

    differences: list[DifferenceDocument]
    accepted: bool
    exit: int


class EntityPlanDocument(TypedDict):
    """What a run would read of an entity."""

    entity: str
    roots: int
    rows: int
    batches: int
    slices: int
    keys_per_batch: int


class PlanDocument(TypedDict):
    """`migrate plan`, and `migrate run --dry-run`"""

    mode: str
    entities: list[EntityPlanDocument]
    rows: int
    slices: int


class Window(TypedDict):
    """A window of time by the source's clock."""

    low: str | None
    high: str | None


class BooksDocument(TypedDict):
    """The books of an entity: read is the sum of all but deleted."""

    read: int
    created: int
    updated: int
    unchanged: int
    merged: int
    deleted: int
    rejected: int
    held: int
    excluded: int


class RunDocument(TypedDict):
    """`migrate run`. `set_aside`, `flagged`, `converted`, `stubs` are rows and values beside the books.

    `waived`: how many of the rejected, held and set aside a person lets stand; they do not make `exit` 1.
    """

    run: str
    mode: str
    window: Window
    balanced: bool
    entities: dict[str, BooksDocument]
    rows_read: int
    rows_written: int
    set_aside: int
    flagged: int
    converted: int
    stubs: int
    waived: int
    seconds: float
    exit: int


class UndoneTableDocument(TypedDict):
    """Rows of a platform table: removed because they were not there before, restored because they were."""

    removed: int
    restored: int


class UndoDocument(TypedDict):
    """`migrate undo`. `lines` of crosswalk, key images, quarantine, exclusions and natural keys."""

    run: str
    dry_run: bool
    tables: dict[str, UndoneTableDocument]
    lines: int


class RunLineDocument(TypedDict):
    """A run in the list of runs; `closed` of its `batches` are done."""

    run: str
    mode: str
    status: str
    started: str
    ended: str | None
    seconds: float | None
    batches: int
    closed: int


class LeaseDocument(TypedDict):
    """Who holds the lease."""

    holder: str
    host: str
    process: int
    since: str
    heartbeat: str
    fence: int


class QuarantineCount(TypedDict):
    """Open quarantine lines of one entity and rule."""

    entity: str
    state: str
    scope: str
    rule: str
    lines: int
    keys: int


class HeadDocument(TypedDict):
    """The last entry of the ledger; keep it elsewhere, and a cut tail will show."""

    seq: int
    hash: str


class SeenDocument(TypedDict):
    """Up to when changes of a kind were seen, by the source's clock, and how old the oldest unseen one can be.

    Null where such changes were never looked for; `age` also where the source does not tell its time.
    """

    until: str | None
    age: float | None


class CycleDocument(TypedDict):
    """A deep run that is not through yet: `closed` of the `batches` of the entity are read."""

    run: str
    begun: str
    closed: int
    batches: int


class UnseenDocument(TypedDict):
    """How far an entity was seen, by kind of change.

    `stamped`: with a true stamp. `moved`: a row, version or stamp moved. `vanished`: a root is gone. `silent`: none of
    these. `mapping_changed`: only a full run leads on. `candidates`: keys that wait for a run. `deep`: the cycle that
    is under way.
    """

    stamped: SeenDocument
    moved: SeenDocument
    vanished: SeenDocument
    silent: SeenDocument
    mapping_changed: bool
    candidates: int
    deep: CycleDocument | None


class StatusDocument(TypedDict):
    """`migrate status`. `entities`: entity -> disposition of its keys when last seen -> how many.

    `unseen`: entity -> how old the oldest unseen change can be.
    `schema_accepted`: when what is expected of the source's schema last changed; null before the first run.
    """

    project: str
    entities: dict[str, dict[str, int]]
    unseen: dict[str, UnseenDocument]
    quarantine: list[QuarantineCount]
    runs: list[RunLineDocument]
    lease: LeaseDocument | None
    schema_accepted: str | None
    ledger: HeadDocument


class WaiverDocument(TypedDict):
    """Who lets a line of the quarantine stand, and until the end of which day, in UTC."""

    by: str
    reason: str
    until: str


class QuarantineRow(TypedDict):
    """A line of the quarantine. `left_out_by` is the rule that excludes what it waits for, `waiver` the one in force;
    `value` is null unless asked for with --unmask.
    """

    entity: str
    key: str
    scope: str
    table: str | None
    row: str | None
    column: str | None
    rule: str
    reason_en: str
    reason_fr: str
    since: str
    state: str
    waits_for: str | None
    left_out_by: str | None
    waiver: WaiverDocument | None
    value: str | None


class QuarantineDocument(TypedDict):
    """`migrate quarantine list` and `show`"""

    rows: list[QuarantineRow]


class QuarantineEvent(TypedDict):
    """What happened to a line of the quarantine: found (by a run), waived, expired (its waiver) or released."""

    at: str
    what: str
    rule: str
    table: str | None
    row: str | None
    column: str | None
    run: str | None
    waiver: WaiverDocument | None


class HistoryDocument(TypedDict):
    """`migrate quarantine history`, oldest first"""

    events: list[QuarantineEvent]


class WaiveDocument(TypedDict):
    """`migrate quarantine waive`. `waived`: how many lines; 0 for a dry run, and when they were waived so before."""

    waived: int
    rows: list[QuarantineRow]


class RedriveDocument(TypedDict):
    """`migrate quarantine redrive`. `keys`: entity -> how many; `run` is null without any, and for a dry run."""

    keys: dict[str, int]
    run: RunDocument | None


class ReportDocument(TypedDict):
    """`migrate report`. `verdict`: same, different or incomplete; `evidence` is the folder that was rendered."""

    reconciliation: str
    verdict: str
    evidence: str
    evidence_sha256: str
    unmasked: bool
    files: list[str]
    exit: int


class CrosswalkLine(TypedDict):
    """A line of the crosswalk; `valid_to` is null for the one in force."""

    entity: str
    key: str
    id: str
    valid_from: str
    valid_to: str | None
    cause: str
    survivor: str | None
    run: str


class LeadDocument(TypedDict):
    """Where a key leads now: `path` along its merges, the last key's id, and whether that lives on the platform."""

    path: list[str]
    id: str
    cause: str
    alive: bool


class CrosswalkDocument(TypedDict):
    """`migrate crosswalk`. `lines` are those of the key and of all that merges connect with it, oldest first."""

    lines: list[CrosswalkLine]
    leads_to: LeadDocument | None


class PointDocument(TypedDict):
    """An examined point: ok, warning or failure."""

    area: str
    name: str
    state: str
    text: str
    remedy: str


class DoctorDocument(TypedDict):
    """`migrate doctor`"""

    points: list[PointDocument]
    exit: int


class EntryDocument(TypedDict):
    """An entry of the ledger."""

    seq: int
    at: str
    actor: str
    kind: str
    run: str | None
    entity: str | None
    slice: int | None
    batch: dict[str, object] | None
    tally: dict[str, object] | None
    digest: str | None
    previous: str
    hash: str


class LedgerDocument(TypedDict):
    """`migrate ledger show`"""

    entries: list[EntryDocument]


class VerifyDocument(TypedDict):
    """`migrate ledger verify`. `broken`: the first number at which the chain does not hold."""

    entries: int
    head: str
    broken: int | None
    exit: int


class CrashCheck(TypedDict):
    """What was compared after all kills: same or different."""

    check: str
    result: str
    detail: str


class CrashDocument(TypedDict):
    """`migrate selftest crash`. Processes killed in `opening` a run, and after that; `commits` when nobody kills it."""

    opening: int
    moving: int
    commits: int
    checks: list[CrashCheck]
    seconds: float
    exit: int


class DeploymentDocument(TypedDict):
    """A deployment: created, updated or, with --dry-run, planned. `schedule` is null where a person starts it."""

    deployment: str
    entrypoint: str
    schedule: str | None
    state: str


class DeployDocument(TypedDict):
    """`migrate deploy`. `server` is null where none was asked."""

    server: str | None
    pool: str
    pool_created: bool
    deployments: list[DeploymentDocument]
    dry_run: bool


class DrillCount(TypedDict):
    """Faults that were planted, and those that were caught."""

    planted: int
    caught: int


class DemoDocument(TypedDict):
    """`migrate demo`. The first run loads, the second finds nothing to write, the sweep follows a day of changes.

    differing:  differences that the first reconciliation found; the named one, after everything was read again, has
                the verdict. `reports` are its pages.
    """

    project: str
    clients: int
    seed: int
    first: RunDocument
    second: RunDocument
    sweep: RunDocument
    quarantine: list[QuarantineCount]
    differing: int
    reconciliation: str
    verdict: str
    drill: DrillCount
    reports: list[str]
    seconds: float
    exit: int


CheckDocument = TypedDict(
    "CheckDocument",
    {
        "check": str,
        "entity": str,
        "subject": str,
        "result": str,
        "unit": str,
        "legacy": str | None,
        "platform": str | None,
        "difference": str | None,
        "compared": int,
        "differing": int,
        "in_flight": int,
        "allowed": int,
        "explained": dict[str, str],
        "kinds": dict[str, int],
        "keys": list[str],
        "class": str,
    },
)


class DrillClass(TypedDict):
    """One class of faults; `missed` says where, by table and column."""

    planted: int
    caught: int
    missed: list[str]


class DrillDocument(TypedDict):
    """`migrate drill`. `idle` changed no row; `unplanted` found no place."""

    at: str
    seed: int
    planted: int
    caught: int
    missed: int
    classes: dict[str, DrillClass]
    idle: list[str]
    unplanted: list[str]
    dry_run: bool
    exit: int


class ReconcileDocument(TypedDict):
    """`migrate reconcile`. A verdict of same, different or incomplete; figures are text, so that no digit is lost."""

    reconciliation: str
    verdict: str
    evidence: str
    evidence_sha256: str
    checks: list[CheckDocument]
    seconds: float
    exit: int


DOCUMENTS: dict[str, type] = {
    "error": ErrorDocument,
    "init": InitDocument,
    "demo": DemoDocument,
    "doctor": DoctorDocument,
    "sample-make": SampleDocument,
    "sample-age": AgingDocument,
    "mapping-check": MappingCheckDocument,
    "mapping-show": MappingShowDocument,
    "mapping-coverage": CoverageDocument,
    "transforms": TransformsDocument,
    "platform-upgrade": UpgradeDocument,
    "schema-check": SchemaComparisonDocument,
    "schema-accept": SchemaComparisonDocument,
    "plan": PlanDocument,
    "run": RunDocument,
    "undo": UndoDocument,
    "status": StatusDocument,
    "quarantine-list": QuarantineDocument,
    "quarantine-show": QuarantineDocument,
    "quarantine-history": HistoryDocument,
    "quarantine-redrive": RedriveDocument,
    "quarantine-waive": WaiveDocument,
    "report": ReportDocument,
    "crosswalk": CrosswalkDocument,
    "reconcile": ReconcileDocument,
    "drill": DrillDocument,
    "ledger-show": LedgerDocument,
    "ledger-verify": VerifyDocument,
    "deploy": DeployDocument,
    "selftest-crash": CrashDocument,
}
"""Command, its words joined by '-' -> its document. `mapping schema` prints a JSON schema in any case."""
