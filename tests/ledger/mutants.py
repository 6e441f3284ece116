"""Small faults in the ledger's SQL, one at a time: `python -m tests.ledger.mutants`.

Every function and view of the migrated database is read from its catalog. Each rule below makes a
mutant wherever it fits: a lock less, a condition less, `>` for `>=`. A mutant is put into a copy of
that database and the ledger's tests run on it until one fails, those first that noticed another in
the same function or by the same rule. What survives shows a test that is missing, or a line that
nobody needs.

Where files are slow to make, `--data /dev/shm/mutants` keeps the databases in memory: a test that
wants one of its own then waits a tenth as long.

The verdicts are kept in `var/mutants/verdicts.jsonl`: a run that was stopped goes on where it was,
and one that is repeated asks again only what was not killed. It ends with 0 when everything was
killed or is listed in `EQUIVALENT`; with 1 when something survived, or has no verdict: a run that
took too long or broke off proves nothing, and is named.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import SimpleQueue

import psycopg
from tqdm import tqdm

from ontwikkelrekening.postgres import own_server
from tests.forking import LIMIT_S

ROOT = Path(__file__).parents[2]
VAR = ROOT / "var" / "mutants"
KEPT = VAR / "verdicts.jsonl"
TESTS = [
    f"tests/ledger/test_{name}.py"
    for name in (
        "accounts", "posting", "rolling_up", "locks", "machine", "closing", "guards", "races",
        "tampering", "roles", "sealing", "reading", "bulk", "missing_values",
    )
]  # fmt: skip
# They change the text of a function themselves, so a mutant can fail them without being wrong.
NOT_THESE = "not without"
SETTLED = {"killed", "no SQL"}
FINE = {*SETTLED, "equivalent"}

DEEP = r"\((?:[^()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))*\)"
ONE = rf"(?:[^();,]|{DEEP})"
PART = rf"{ONE}+?"
END = r"(?=\s+(?:AND|OR|GROUP|ORDER|LIMIT|THEN|ELSE|LOOP|FOR|UNION|ON|RETURNING|LEFT|USING|INTO)\b|\s*[;),]|\s*$)"
LAST = r"(?=\s*[;)]|\s*$|\s+(?:GROUP|ORDER|LIMIT|OFFSET|FOR|UNION|RETURNING|LEFT)\b)"
RULES = {
    "no lock": (r"\s+FOR (?:NO KEY )?UPDATE(?: SKIP LOCKED)?\b", ""),
    "no skip": (r"\s+SKIP LOCKED\b", ""),
    "no table lock": (r"LOCK TABLE [^;]+;", ""),
    "no order": (rf"\s+ORDER BY (?:{PART},?)+?(?=\s+(?:LIMIT|FOR|LOOP)\b|\s*[;)]|\s*$)", ""),
    "no limit": (r"\s+LIMIT \w+", ""),
    "no conflict": (r"\s+ON CONFLICT \([^)]*\) DO (?:NOTHING|UPDATE\s+SET [^;]*(?=;))", ""),
    "no distinct": (r"\bDISTINCT (?!FROM)", ""),
    "no default": (rf"\b(?i:coalesce)\(({PART}), {PART}\)", r"\1"),
    "no condition": (rf"\s+(?:AND|OR) {PART}{END}", ""),
    "no first condition": (rf"\b(WHERE|IF|ON|OR) {PART}\s+(?:AND|OR)\b", r"\1"),
    "always": (rf"\bWHERE (?:(?!\s(?:AND|OR)\s){ONE})+?{LAST}", "WHERE true"),
    "no statement": (r"(?m)^\s+(?:PERFORM|UPDATE|INSERT|RETURN|\w+ :=)\b[^;]*;", ""),
    "other way": (rf"\bIF ({PART}) THEN", r"IF NOT (\1) THEN"),
    "no not": (r"\bNOT (?!NULL)", ""),
    "stricter": (r"(?<=\s)([<>])=(?=\s)", r"\1"),
    "looser": (r"(?<=\s)([<>])(?=\s)", r"\1="),
    "equal": (r"(?<=\s)<>(?=\s)", "="),
    "less": (r"(?<=\s)\+(?= (?!0 ))", "-"),
    "more": (r"(?<=\s)-(?=\s)", "+"),
    "least": (r"\bgreatest\(", "least("),
    "first": (r"\bmax\(", "min("),
    "inner": (r"\b(?:LEFT|FULL) JOIN\b", "JOIN"),
    "once": (r"\bUNION ALL\b", "UNION"),
    "credit": (r"debit", "credit"),
    "debit": (r"credit", "debit"),
    "other error": (r"\bLG\d+\b", "LG000"),
}  # fmt: skip
HEAD_RULES = {
    "own rights": (r" SECURITY DEFINER", ""),
    "no setting": (r"(?m)^ SET .*$", ""),
}
BODY = re.compile(r"(?s)(?<=\$function\$)(.*)(?=\$function\$)")
OF_THE_FIRST = "the names of the first half are those of both"
TO_ITSELF = "it says which booking: that a transfer in it is to itself is known by then"
EQUIVALENT = {
    "ledger_add_seal: no limit: SELECT * INTO last FROM ledger_seal ORDER BY number DESC"
    "[LIMIT 1 -> ];": "INTO takes the first row; the limit spares the rest",
    "ledger_entry: once: [UNION ALL -> UNION]": "no two sides are alike; ALL spares comparing them",
    "ledger_entry: credit: 0 AS [debit -> credit],": OF_THE_FIRST,
    "ledger_entry: debit: ledger_transfer.amount AS [credit -> debit],": OF_THE_FIRST,
    "ledger_is_same: no first condition: FROM ledger_booking b JOIN ledger_transfer t "
    "[ON t.xid = b.xid AND -> ON] t.booking_id = b.id": "by their transaction they are found",
    "ledger_leaves: no order: WHERE (xid, seq) > (p_after_xid, p_after_seq) AND (xid, seq) <= (p_last_xid, "
    "p_last_seq)[ORDER BY xid, seq -> ] LIMIT p_limit": "the range is read by its index, today",
    "ledger_next_leaves: no order: SELECT string_agg(sha256('\\x00'::bytea || convert_to(content, 'UTF8')), "
    "''::bytea[ORDER BY xid, seq -> ]),": "the leaves come in that order, today",
    "ledger_next_leaves: no order: count(*), max(xid), (array_agg(seq[ORDER BY xid, seq -> ]))[count(*)]": (
        "the leaves come in that order, today"
    ),
    "ledger_now: once: [UNION ALL -> UNION]": "no account is in both; ALL spares comparing them",
    "ledger_post: no first condition: [WHERE w.xid = this_xid AND -> WHERE] w.booking_id = p_id": (
        "by their transaction they are found"
    ),
    "ledger_post: looser: IF found_cold [< -> <=] 2 THEN": (
        "of two cold accounts it then asks for the hot ones, which are none"
    ),
    "ledger_post_many: credit: ELSIF coalesce(cardinality(p_[debit -> credit]s), 0) = 0 THEN": (
        "when only one is empty, the others lack an account and are refused"
    ),
    "ledger_post_many: credit: PERFORM ledger_refuse_to_move(p_id, '{}', p_[debit -> credit]s, "
    "p_credits);": TO_ITSELF,
    "ledger_post_many: debit: PERFORM ledger_refuse_to_move(p_id, '{}', p_debits, "
    "p_[credit -> debit]s);": TO_ITSELF,
    "ledger_roll_up: stricter: IF horizon [<= -> <] books.rolled_to THEN": (
        "nothing new is settled: it would add nothing and return 0 as well"
    ),
    "ledger_roll_up: no order: GROUP BY 1, 2, 3[ORDER BY 1 -> ]": (
        "to group so few sorts them as well; test_locks.py tries another order"
    ),
    "ledger_take: no order: WHERE account_id = p_account AND free >= p_amount"
    "[ORDER BY (number + own) % slots -> ] LIMIT 1 FOR UPDATE SKIP LOCKED);": (
        "any slot that is free will do; the order keeps writers apart"
    ),
    "ledger_take: less: ORDER BY (number [+ -> -] own) % slots LIMIT 1 FOR UPDATE SKIP LOCKED);": (
        "any slot that is free will do; the order keeps writers apart"
    ),
    "ledger_take: no statement: [RETURN; -> ] #2": "what it took is let go, and taken the slow way",
    "ledger_post_many: no order: FROM ledger_add_many(p_debits, p_credits, p_amounts) "
    "LEFT JOIN ledger_total ON account_id = other_id[ORDER BY other_id -> ]": (
        "ledger_add_many gives that order, today; test_locks.py tries another"
    ),
    "ledger_totals_on: no first condition: [WHERE a.hot AND -> WHERE] d.account_id = a.id "
    "AND d.effective_on <= p_on": "spares cold accounts, which have none, the look",
    "ledger_totals_on: stricter: WHERE o.account_id = a.id AND o.closed_through [<= -> <] p_on "
    "AND p_known_on IS NULL": "any opening up to the day will do; that of the day leaves nothing to add",
    "ledger_totals_on: no order: WHERE o.account_id = a.id AND o.closed_through <= p_on "
    "AND p_known_on IS NULL[ORDER BY o.closed_through DESC -> ] LIMIT 1": (
        "any opening before the day will do; the last one leaves least to add"
    ),
}

DEFINITIONS = r"""
    SELECT proname, pg_get_functiondef(oid) FROM pg_proc
    WHERE proname LIKE 'ledger\_%' AND prorettype <> 'trigger'::regtype
    UNION ALL
    SELECT relname, format(
        'DO $$ BEGIN EXECUTE ''CREATE OR REPLACE VIEW %s AS '' || $function$%s$function$; END $$',
        relname, pg_get_viewdef(oid))
    FROM pg_class WHERE relname LIKE 'ledger\_%' AND relkind = 'v'
    ORDER BY 1
"""
FOR_NOBODY = r"""
    SELECT proname FROM pg_proc WHERE proname LIKE 'ledger\_%'
        AND NOT EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0) AND proacl IS NOT NULL
    ORDER BY 1
"""


@dataclass(frozen=True)
class Mutant:
    """What is wrong with it, in words that stay when lines move, and the SQL that brings it in."""

    name: str
    sql: str

    @property
    def key(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Verdict:
    """`killed` by a test, `no SQL` (the server refuses it), `equivalent`; `survived`; `too long` or
    `broken off`: the tests gave no answer.
    """

    name: str
    key: str
    verdict: str
    by: str
    seconds: int


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.ledger.mutants", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", default=[""], help="mutants with one of these in their name"
    )
    parser.add_argument("--list", action="store_true", help="name them and run nothing")
    parser.add_argument("--jobs", type=int, default=2, help="mutants at a time")
    parser.add_argument("--again", action="store_true", help="forget the verdicts of earlier runs")
    parser.add_argument("--data", type=Path, default=VAR, help="where the servers keep their files")
    chosen = parser.parse_args()
    if chosen.again:
        KEPT.unlink(missing_ok=True)
    threads = ThreadPoolExecutor(chosen.jobs)
    try:
        print("The tests, without a mutant ...")
        tests = ["tests/ledger/test_accounts.py"] if chosen.list else TESTS
        laboratories = [
            Laboratory(chosen.data / f"postgres-{number}", tests) for number in range(chosen.jobs)
        ]
        found = set(threads.map(Laboratory.prepare, laboratories))
        if found != {"survived"}:
            print("They do not pass:", *found)
            return 1
        everyone = list(laboratories[0].mutants())
        mutants = [
            mutant for mutant in everyone if any(part in mutant.name for part in chosen.only)
        ]
        if chosen.list:
            print(*(mutant.name for mutant in mutants), sep="\n")
            return 0
        stale = set(EQUIVALENT) - {mutant.name for mutant in everyone}
        return report(judged(threads, laboratories, mutants), stale)
    finally:
        threads.shutdown(cancel_futures=True)


def judged(
    threads: ThreadPoolExecutor, laboratories: list[Laboratory], mutants: list[Mutant]
) -> list[Verdict]:
    """The verdict on each, as it was or newly asked; what is settled is not asked again."""
    VAR.mkdir(parents=True, exist_ok=True)
    lines = KEPT.read_text().splitlines() if KEPT.exists() else []
    known = {
        verdict.key: verdict
        for verdict in (Verdict(**json.loads(line)) for line in lines)
        if verdict.verdict in SETTLED
    } | {
        mutant.key: Verdict(mutant.name, mutant.key, "equivalent", EQUIVALENT[mutant.name], 0)
        for mutant in mutants
        if mutant.name in EQUIVALENT
    }
    free = SimpleQueue[Laboratory]()
    for laboratory in laboratories:
        free.put(laboratory)
    killers = Killers()
    for verdict in known.values():
        killers.learn(verdict)

    def judge(mutant: Mutant) -> Verdict:
        laboratory = free.get()
        try:
            verdict = laboratory.judge(mutant, killers.of(mutant))
        finally:
            free.put(laboratory)
        killers.learn(verdict)
        with KEPT.open("a") as file:
            file.write(json.dumps(asdict(verdict)) + "\n")
        return verdict

    due = [mutant for mutant in mutants if mutant.key not in known]
    for verdict in tqdm(threads.map(judge, due), total=len(due), disable=None):
        known[verdict.key] = verdict
    return [known[mutant.key] for mutant in mutants]


class Killers:
    """The tests that killed, by function and by rule: the last one first."""

    def __init__(self) -> None:
        self._tests = defaultdict[str, list[str]](list)

    def learn(self, verdict: Verdict) -> None:
        if verdict.verdict == "killed":
            for about in verdict.name.split(": ")[:2]:
                if verdict.by in self._tests[about]:
                    self._tests[about].remove(verdict.by)
                self._tests[about].insert(0, verdict.by)

    def of(self, mutant: Mutant) -> list[str]:
        return [test for about in mutant.name.split(": ")[:2] for test in self._tests[about]]


def report(verdicts: list[Verdict], stale: set[str]) -> int:
    """Say what came of it; 1 when anything survived, has no verdict, or is excused and not there."""
    for verdict in verdicts:
        if verdict.verdict not in FINE:
            print(f"{verdict.verdict}: {verdict.name} {verdict.by}".rstrip())
    for name in stale:
        print(f"no such mutant: {name}")
    counts = Counter(verdict.verdict for verdict in verdicts)
    print(json.dumps(counts))
    return 0 if set(counts) <= FINE and not stale else 1


class Laboratory:
    """A server of its own, with the migrated database and one copy at a time with a mutant in it, and
    a process that has imported the tests and runs them in forks.
    """

    def __init__(self, data: Path, tests: list[str]) -> None:
        self.url = own_server(data)
        self.output = data.with_suffix(".txt")
        with self.output.open("w") as output:
            self.tests = subprocess.Popen(
                [sys.executable, "-m", "tests.forking", "-k", NOT_THESE, *tests],
                cwd=ROOT,
                env=os.environ | {"DATABASE_URL": self.url, "MACHINE_EXAMPLES": "5"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
            )
        self.execute(
            "ALTER SYSTEM SET fsync = off",  # nothing here is worth keeping
            "SELECT pg_reload_conf()",
        )

    def execute(self, *statements: str, database: str = "postgres") -> list[tuple[str, ...]]:
        with psycopg.connect(self.url, dbname=database, autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def prepare(self) -> str:
        """Migrate, run the tests, and keep what they leave as the database that is copied."""
        self.forget("pristine")
        found, by = self.run([])
        if found == "survived":
            self.execute("ALTER DATABASE test_ontwikkelrekening RENAME TO pristine")
        return by or found

    def forget(self, *also: str) -> None:
        """Drop the copy, and what a run that was stopped left."""
        for (name,) in self.execute(
            r"SELECT datname FROM pg_database WHERE datname LIKE 'test\_%'"
        ):
            self.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        for name in also:
            self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def mutants(self) -> Iterator[Mutant]:
        names = Counter[str]()
        for mutant in self._derived():
            names[mutant.name] += 1
            again = f" #{names[mutant.name]}" if names[mutant.name] > 1 else ""
            yield Mutant(mutant.name + again, mutant.sql)

    def _derived(self) -> Iterator[Mutant]:
        """Rule by rule, so that a run that is stopped has tried the dearest faults everywhere."""
        parts = []
        for name, definition in self.execute(DEFINITIONS, database="pristine"):
            head, body, end = BODY.split(definition)
            parts.append((name, head, re.sub(r"--.*", "", body), end))
        for rule, change in HEAD_RULES.items():
            for name, head, body, end in parts:
                yield from derived(name, rule, change, "", head, body + end)
        for (name,) in self.execute(FOR_NOBODY, database="pristine"):
            yield Mutant(f"{name}: for all", f"GRANT EXECUTE ON FUNCTION {name} TO PUBLIC")
        for rule, change in RULES.items():
            for name, head, body, end in parts:
                yield from derived(name, rule, change, head, body, end)

    def judge(self, mutant: Mutant, killers: list[str]) -> Verdict:
        began = time.monotonic()
        self.forget()
        self.execute("CREATE DATABASE test_ontwikkelrekening TEMPLATE pristine")
        try:
            self.execute(mutant.sql, database="test_ontwikkelrekening")
            found, by = self.run(killers)
        except psycopg.Error as error:
            found, by = "no SQL", str(error).splitlines()[0]
        return Verdict(mutant.name, mutant.key, found, by, round(time.monotonic() - began))

    def run(self, first: list[str]) -> tuple[str, str]:
        """Run the tests until one fails; say how that ended, and which one it was."""
        assert self.tests.stdin
        assert self.tests.stdout
        print(json.dumps(first), file=self.tests.stdin, flush=True)
        answer = self.tests.stdout.readline()  # empty when its process has ended
        code, failed = json.loads(answer) if answer else (-1, "")
        if code == 1 and failed:
            return "killed", failed
        if code == 0:
            return "survived", ""
        if code is None:
            return "too long", f"more than {LIMIT_S} s"
        return "broken off", self.output.read_text()[-500:]


def derived(
    name: str, rule: str, change: tuple[str, str], before: str, text: str, after: str
) -> Iterator[Mutant]:
    """A mutant for each place in a text where a rule fits."""
    pattern, replacement = change
    for match in re.finditer(pattern, text):
        new = match.expand(replacement)
        left = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        right = text[match.end() :].partition("\n")[0]
        shown = f"{left}[{match.group().strip()} -> {new.strip()}]{right}"
        yield Mutant(
            f"{name}: {rule}: {' '.join(shown.split())}",
            before + text[: match.start()] + new + text[match.end() :] + after,
        )


if __name__ == "__main__":
    sys.exit(main())
