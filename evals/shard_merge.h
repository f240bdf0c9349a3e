/* shard_merge.h - the shards of a run put together: a run directory that is the unsharded run's but
 * for its times. */
#ifndef EVALS_SHARD_MERGE_H
#define EVALS_SHARD_MERGE_H

#include <sheaf/error.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* Merges the run directories dirs [n] of all shards of one run into `out`, which holds no run or,
 * with `redo`, loses it. Nothing is written unless the shards have equal settings, each is there
 * once and whole, and no problem is in two of them.
 *
 *   diff  gets one line per setting that is not the same everywhere, for a message; empty otherwise
 *
 * Errors: USAGE (settings that differ; a shard that is missing, given twice or not finished; no
 * shard of a run; `out` holds a run), FORMAT (records that do not fit their run), IO, NOMEM. */
sheaf_code shard_merge(strbuf *diff, const char *out, const char *const *dirs, size_t n, bool redo,
                       sheaf_error *err);

#endif
