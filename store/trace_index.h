/* trace_index.h - index.sqlite: the table of traces, kept so that a large run opens without
 * reading every record, and for queries of one's own (`sqlite3 RUN/index.sqlite`).
 *
 * It is derived and never needed: without it, or when it does not fit the records, they are read
 * instead. It fits when the records that it was made from still begin samples.jsonl byte for byte
 * (length and XXH3-64) and it holds as many rows as it says. */
#ifndef STORE_TRACE_INDEX_H
#define STORE_TRACE_INDEX_H

#include "store/trace_table.h"

#define TRACE_INDEX_NAME "index.sqlite"

/* Fills an empty table up to where the index goes; leaves it empty when there is none that fits. */
void trace_index_load(struct trace_table *t, const struct trace_files *f, const char *dir,
                      const char *run_id);

/* Replaces the index, whole or not at all; a directory that cannot be written keeps what it has.
 * Returns whether there is a new one. */
bool trace_index_save(const struct trace_table *t, const struct trace_files *f, const char *dir,
                      const char *run_id);

#endif
