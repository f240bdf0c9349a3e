/* run_reader.h - a run directory read without its lock, also while a run writes it. */
#ifndef STORE_RUN_READER_H
#define STORE_RUN_READER_H

#include "base/json.h"
#include "store/trace_table.h"

struct run_reader {
    char *dir;
    cJSON *run;          /* run.json */
    const cJSON *config; /* its settings */
    const char *run_id;
    bool done;           /* the run is over */
    struct trace_files files;
    struct trace_table table;
};

/* Errors: IO (no such directory or run.json), USAGE (a run of another format, with both names),
 * FORMAT (run.json), NOMEM. Release with run_reader_close. */
sheaf_code run_reader_open(struct run_reader *out, const char *dir, sheaf_error *err);
void run_reader_close(struct run_reader *r); /* a zeroed one is fine */

/* The i-th problem or strategy that has traces, in order of the first record; NULL past the last.
 * Strings live as long as the reader. */
const char *run_reader_problem(const struct run_reader *r, size_t i);
const char *run_reader_strategy(const struct run_reader *r, size_t i);

#endif
