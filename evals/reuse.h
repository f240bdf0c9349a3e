/* reuse.h - whole traces of an earlier run taken over instead of being sampled again.
 *
 * A trace follows from model, prompt, sampling, seed and its own number; not from how many there
 * are, which problems run or what else is measured. So a run with more traces, more problems or
 * more strategies begins with the traces that another run has. */
#ifndef EVALS_REUSE_H
#define EVALS_REUSE_H

#include "evals/recorder.h"
#include "store/run_reader.h"

/* Opens the run in `dir` to take from. `config`: the settings of the run that takes, a JSON object.
 * Errors: USAGE (a setting that traces depend on differs, naming it), those of run_reader_open,
 * NOMEM. Release with run_reader_close. */
sheaf_code reuse_open(struct run_reader *out, const char *dir, text config, sheaf_error *err);

/* Records what `from` has of the problem and strategy of `rec`: whole traces with ids below
 * `n_traces`, graded anew, unless they are there. Errors: IO, FORMAT, NOMEM, LIMIT. */
sheaf_code reuse_traces(const struct run_reader *from, struct recorder *rec, size_t n_traces,
                        sheaf_error *err);

#endif
