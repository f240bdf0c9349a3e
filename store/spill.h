/* spill.h - traces of a part of a run that come before their turn.
 *
 * The records of a run stand in one order, that of its parts (runs of a problem one after the
 * other), however many parts are in work. What a part records before its turn goes into a directory
 * of its own, DIR/pending-NUMBER, in the same format, and from there to the end of the run's
 * records when the parts before it are complete. A move that is broken off is done again: what is
 * there already is not copied. */
#ifndef STORE_SPILL_H
#define STORE_SPILL_H

#include "store/trace_log.h"

struct spill {
    struct rundir dir;
    struct trace_log log;
};

/* Is there one of that part? */
bool spill_exists(const struct rundir *whole, size_t number);

/* Opens or makes it. `out` stays where it is until it is closed. Errors: those of rundir_open_part
 * and trace_log_open. */
sheaf_code spill_open(struct spill *out, const struct rundir *whole, size_t number,
                      const char *run_id, sheaf_error *err);

/* Copies its traces behind those of `log`, syncs these and removes the directory. The table of
 * s->log stays. Errors: IO, NOMEM, FORMAT. */
sheaf_code spill_move(struct spill *s, struct trace_log *log, sheaf_error *err);

void spill_close(struct spill *s); /* a zeroed one is fine */

#endif
