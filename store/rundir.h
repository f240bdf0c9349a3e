/* rundir.h - the directory of a run: settings, append-only records, derived files.
 *
 *     run.json      format, run id, status "started" or "done", machine, settings
 *     samples.jsonl a record per trace (trace_record.h)
 *     tokens.zst    tokens and confidences of every trace (frame.h)
 *     votes.jsonl   a record per problem and rule
 *     pending-NAME/ records of a part whose turn has not come (spill.h)
 *
 * Records are appended with one write() each; derived files are replaced whole. One process writes
 * at a time: the directory is locked while it is open. Readers need no lock. */
#ifndef STORE_RUNDIR_H
#define STORE_RUNDIR_H

#include <sheaf/error.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "base/text.h"

#define RUNDIR_SCHEMA "sheaf.run/3"
#define RUNDIR_JSON "run.json"
#define RUNDIR_JSON_BYTES ((size_t)16 << 20)

enum rundir_file { RUNDIR_TRACES, RUNDIR_TOKENS, RUNDIR_VOTES, RUNDIR_FILES };

struct rundir {
    char *path;
    int lock_fd;
    int fds[RUNDIR_FILES];
    bool open;
};

/* What names a run. */
struct rundir_identity {
    const char *run_id;
    text config; /* a JSON object: equal settings have equal members */
    text machine; /* a JSON object: what changes seconds and no bits; empty: left out */
};

/* Opens or creates `path`. A directory that holds a run is taken up when its settings are equal;
 * `redo` removes its files first (those that Sheaf writes, nothing else). Errors: USAGE (other
 * settings, naming the first that differs; records without run.json; locked), IO, FORMAT
 * (run.json), NOMEM. A run of another format is USAGE, too. */
sheaf_code rundir_open(struct rundir *out, const char *path, const struct rundir_identity *id,
                       bool redo, sheaf_error *err);
void rundir_close(struct rundir *d);

/* A directory of record files inside an open one: WHOLE/pending-NAME, made unless it is there.
 * Errors: IO, USAGE (locked), NOMEM. Release with rundir_close. */
sheaf_code rundir_open_part(struct rundir *out, const struct rundir *whole, const char *name,
                            sheaf_error *err);
bool rundir_has_part(const struct rundir *whole, const char *name);
/* Removes the files of an open part and its directory; it stays open. Errors: IO. */
sheaf_code rundir_remove_part(const struct rundir *part, sheaf_error *err);

/* Path of a record file; release with alloc_free. NULL without memory. */
char *rundir_path(const struct rundir *d, enum rundir_file f);

/* Appends one record, whole or not at all. Errors: IO. */
sheaf_code rundir_append(struct rundir *d, enum rundir_file f, text record, sheaf_error *err);
sheaf_code rundir_sync(struct rundir *d, enum rundir_file f, sheaf_error *err);

/* Ends a record file after `size` bytes; what was behind moves to FILE.cut. Errors: IO, NOMEM. */
sheaf_code rundir_cut(struct rundir *d, enum rundir_file f, size_t size, sheaf_error *err);

/* Is this the content of a run.json of this format? Errors: FORMAT (of none), USAGE (of another,
 * with both names). */
sheaf_code rundir_check_schema(const cJSON *run, const char *path, sheaf_error *err);

/* USAGE for a setting that the run in `dir` has as `there` and another as `here` (NULL: not set).
 * `then`: what would help, or what follows. */
sheaf_code rundir_differ(const char *dir, const char *key, const cJSON *there, const cJSON *here,
                         const char *then, sheaf_error *err);

/* Replaces the derived file `name`. Errors: IO, NOMEM. */
sheaf_code rundir_write(const struct rundir *d, const char *name, text content, sheaf_error *err);

/* Rewrites run.json with the status "started" or "done". Errors: IO, NOMEM. */
sheaf_code rundir_status(const struct rundir *d, const struct rundir_identity *id,
                         const char *status, sheaf_error *err);

#endif
