/* run_judge.h - the grader that a stored run was made with. */
#ifndef SRC_RUN_JUDGE_H
#define SRC_RUN_JUDGE_H

#include "evals/grader.h"
#include "store/run_reader.h"

/* By "filter", "task" and "answer_type" of the run's settings; a run without them reads any
 * answer. */
struct grader run_judge(const struct run_reader *run);

#endif
