/* trace_table.h - the traces that a run directory holds: its records and where they are.
 *
 * A trace is named by problem, strategy and id; the table has each once. A record counts when its
 * seal and its frame are whole; one that does not is left where it is and passed over, and a
 * later record of the same trace takes its place. */
#ifndef STORE_TRACE_TABLE_H
#define STORE_TRACE_TABLE_H

#include "base/file.h"
#include "store/trace_record.h"

struct trace_entry {
    struct trace_record r; /* without its body, nothing but strings of the table in it */
    size_t line_at, line_bytes; /* in samples.jsonl, without the line break */
};

struct trace_table {
    arena memory;
    struct trace_entry *items; /* [n] in order of the file */
    size_t n, cap;
    size_t *slots; /* [n_slots] index + 1 into items, 0: free */
    size_t n_slots;
    size_t size;     /* bytes of samples.jsonl that were read: up to the last line break */
    size_t n_passed; /* lines passed over: damaged, of another run, or there already */
};

/* The two files of traces, mapped. */
struct trace_files {
    file_view records, tokens;
};

void trace_table_init(struct trace_table *t);
void trace_table_free(struct trace_table *t);

/* Maps DIR/samples.jsonl and DIR/tokens.zst; a missing file is an empty one. Records are mapped
 * first: whatever they speak of is in the tokens then, also while another process writes.
 * Errors: IO, NOMEM. */
sheaf_code trace_files_open(struct trace_files *out, const char *dir, sheaf_error *err);
void trace_files_close(struct trace_files *f);

/* Reads the records from t->size on. Errors: NOMEM. */
sheaf_code trace_table_scan(struct trace_table *t, const struct trace_files *f, const char *run_id,
                            sheaf_error *err);

/* Adds one entry; its strings must live in t->memory. Errors: NOMEM. */
sheaf_code trace_table_add(struct trace_table *t, const struct trace_entry *e, sheaf_error *err);

/* NULL when it is not there. */
const struct trace_entry *trace_table_find(const struct trace_table *t, const char *problem,
                                           const char *strategy, uint32_t id);

/* Is the frame there, and as it was written? */
bool trace_frame_intact(const struct trace_files *f, const struct frame_ref *ref);

/* The bytes of an entry's frame and of its line. */
text trace_frame(const struct trace_files *f, const struct frame_ref *ref);
text trace_line(const struct trace_files *f, const struct trace_entry *e);

#endif
