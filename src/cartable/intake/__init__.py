"""Intake: the reader of files that come from outside, hostile until proved otherwise.

Nothing is imported here, so that the child process starts in a few milliseconds. What other rooms call:

Reading (`intake.reading`)
    read_table(path, contract, *, limits=WEB) -> Table
        CSV (plain, .gz, or alone in a zip), XLSX, ODS. Told apart by content, not by name.
    read_siecle_pupils(path, *, limits=WEB) -> Table
        SIECLE pupils' XML, bare or zipped. Keys: eleve_id national_id last_name usage_name first_name
        birth_date left_on class_label mef status uaj. Values are text as written in the file.
    read_siecle_guardians(path, *, limits=WEB) -> Table
        SIECLE guardians' XML: one row per link guardian-pupil. Keys: eleve_id personne_id legal relationship
        payer contact civility last_name usage_name first_name phone_home phone_mobile phone_work email
        line1 line2 line3 line4 postcode town country. `legal` is "1", "2" or "" (no legal authority).
    kind_of(path, *, limits=WEB) -> "table" | "siecle_pupils" | "siecle_guardians"
        Which reader to call; raises Refused like them.
    All take `limits=WEB` or `COMMAND`, and raise `foundation.refused.Refused(code, French sentence)` for a file that
    cannot be read as a whole, one without any line under its titles too (codes: `intake.sentences`): nothing is
    then read at all. The work is done by a limited child process; limits come before parsing.

Contracts (`intake.contracts`), plain frozen dataclasses
    Column(key, aliases=(), required=False)
        `aliases` are header names of every generation, best first, compared without accents, case, spaces,
        apostrophes, underscores or punctuation; the key itself is an alias. `required`: the *column* must be
        there (an empty cell is the importer's business).
    Group(key, columns, max_repeats=8)
        A block of columns that repeats to the right (the children of an ONDE guardian).
    Contract(name, columns, group=None, max_rows=None, pad_short=True)
        `name` is shown in sentences ("la liste des élèves"). Columns that are not listed never leave the child.
        `pad_short`: a line with too few cells is completed with empty ones if its required columns are there.
    Limits(max_bytes, max_rows, ...); WEB = 20 MB, 10,000 rows; COMMAND = 200 MB, 1,000,000 rows.
    Table: columns_found (keys), rows (list[Row]), rejects (list[Reject]), notes (French warnings),
        sha256 (hex, of the file as it came), lines (property: data lines read = rows + rejected lines).
    Row(line, cells, groups): `line` in the original file; `cells` has *every* key of the contract (""
        where the file has nothing), cleaned (NFC, no invisible characters, trimmed); `groups` is a tuple of
        dicts, one per repetition that is not empty.
    Reject(line, field, value, reason): `field` is a key or ""; `reason` a French sentence.

Values (`intake.values`): text of a cell -> value, or BadCell(reason in French). Empty text -> None (or "").
    date(text) -> date | None                yes_no(text) -> bool | None        whole(text) -> int | None
    uai(text) -> str                         phone(text, region="FR") -> str    email(text) -> str
    postcode(text) -> str                    siret(text) -> str                 imei(text) -> str
    serial(text) -> str                      iccid(text) -> tuple[str, str | None]  (number, French warning)
    uai_letter(seven_digits) -> str

Going out (`intake.exporting`), formulas always neutralised
    neutral(value) -> value                  write_rejects(path, rejects)       `ligne;champ;valeur;motif`
    write_csv(file, header, rows)            write_xlsx(file, header, rows, title=...)
    write_ods(file, header, rows, title=...) `file`: a binary file or a path

Runs (`intake.models`, `intake.actions`, `intake.queries`)
    begin_run(*, actor, kind, sha256, target="") -> ImportRun     takes over a run that was killed
    finish_run(*, actor, run, lines, created, changed, unchanged, rejected) -> ImportRun
    fail_run(*, actor, run, code) -> ImportRun
    finished_run(kind, sha256, target="") -> ImportRun | None     the same file, already imported
    `run` is a public_id; `actor` an account or None; the journal entry of an import is its importer's.
"""
