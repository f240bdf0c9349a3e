/* crew.h - runs that share one decoder: the traces of all of them are one batch.
 *
 * A run begins when those in work need fewer rows than `batch`, in the order in which the jobs
 * come. It has the slots that it has alone and its own steps; the crew joins the steps of all runs
 * into one of the decoder. A row has the same bits whatever stands beside it, so a run does not
 * notice the others.
 *
 * Before a run begins its prompt is prefilled, while the others wait. Runs whose next step needs no
 * model (traces that are known) do not wait for those that do. */
#ifndef TTS_CREW_H
#define TTS_CREW_H

#include <sheaf/tts.h>

/* Works on all jobs. `e` NULL: replays, one at a time. Errors as sheaf_solve_many. */
sheaf_code crew_run(sheaf_engine *e, const sheaf_jobs *jobs, sheaf_error *err);

#endif
