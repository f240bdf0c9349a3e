/* sheaf/eval.h - strategies measured over a set of problems with known answers.
 *
 *     sheaf_eval_options o = sheaf_eval_defaults();
 *     sheaf_eval *ev = NULL;
 *     o.solve.traces = 16;
 *     o.task = sheaf_eval_task(set);
 *     if (sheaf_eval_run(&ev, engine, set, &o, &err) == SHEAF_OK)
 *         printf("majority %.1f %%\n", 100 * sheaf_eval_summarize(ev)->rules[1].value);
 *     sheaf_eval_free(ev);
 *
 * Strategies that need whole traces (single, majority, deepconf-offline) share one run of whole
 * traces per problem, on which pass@1, the majority and every offline rule are computed. Every
 * other strategy gets a run of its own with the same seed, so its tokens and seconds are
 * measured, not estimated. Traces of several problems share the steps of one decoder
 * (sheaf_solve_many): a run's seconds are the part of them that its rows are, and the runs of a
 * problem begin in turning order, so that drift of the machine hits all alike.
 *
 * A run has a directory; an interrupted run goes on when it is started again with the same
 * settings, and no trace that is recorded is decoded again:
 *     run.json      settings, and whether the run is "started" or "done"
 *     samples.jsonl one record per trace: text, answer, verdict, confidences, times
 *     tokens.zst    tokens and confidences of each trace
 *     votes.jsonl   one record per problem and rule
 *     pending-N/    records of runs whose turn has not come; none when the evaluation is done
 *     results.json  accuracy with standard errors as lm-evaluation-harness lays it out, and costs
 * Each record ends with "xxh3", the XXH3-64 (16 hex digits) of the line up to the comma before
 * it. */
#ifndef SHEAF_EVAL_H
#define SHEAF_EVAL_H

#include <sheaf/dataset.h>
#include <sheaf/tts.h>
#include <sheaf/verify.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sheaf_eval sheaf_eval;

#define SHEAF_EVAL_BATCH 32

/* A problem is done, and all those before it, or (problem NULL) the run is about to begin. */
typedef struct sheaf_eval_progress {
    const char *dir;
    size_t n_done, n_problems;    /* done now, those of an earlier start included; selected */
    size_t n_resumed;             /* found done in the directory                            */
    const sheaf_problem *problem; /* NULL: beginning                                        */
    const char *rule;             /* majority, or the first there is; the next three are its */
    const char *answer;           /* NULL: none                     */
    bool correct;
    size_t n_right;               /* of n_done                      */
    uint64_t tokens;              /* of this problem, all runs      */
    double seconds;               /* of this problem, all runs      */
    double eta_s;                 /* until the last problem is done, by the traces that ended in
                                     the time since the start */
} sheaf_eval_progress;

typedef struct sheaf_eval_options {
    /* Budget, sampling and settings of every run; `strategy`, `vote` and `only_trace` are not used.
     * Problem p runs with a seed made of `seed` and p's id; it is in the records. */
    sheaf_solve_options solve;
    /* [n_strategies] names of sheaf_eval_strategy_name, alone or several joined by commas; none:
     * majority and both variants of deepconf-online */
    const char *const *strategies;
    size_t n_strategies;
    sheaf_task task;         /* where answers are looked for, for votes and grades alike   */
    const char *answer_type; /* "any", "integer", "aime", "number" or "choice": other answers do
                                not vote; NULL: what the set has in common */
    /* "strict-match", "flexible-extract" or "matharena": answers are read and compared as those
     * harnesses do it, whatever task and answer_type say; NULL or "exact": the verifier */
    const char *filter;
    /* How the questions were put (sheaf_dataset_wrap), for the records: name of the layout, NULL
     * for none; examples before each question; hash of their texts. */
    const char *layout;
    size_t n_shots;
    uint64_t shots_hash;
    /* NULL: ./sheaf-eval-ID, where ID follows from the settings; a shard of `d` goes into
     * DIR/shard-2-of-4 */
    const char *dir;
    /* Traces that a decode step should have: another run begins while those in work need fewer
     * (sheaf_jobs), lowered to fit memory. 1: one run at a time; 0: SHEAF_EVAL_BATCH. No bit of any
     * record but times depends on it, and a run may go on with another. */
    size_t batch;
    bool redo;               /* throw away the records in the directory                    */
    /* Directory of an earlier run whose whole traces are taken over where this run has none yet:
     * the same bits as sampling them. NULL: none. */
    const char *reuse;
    const char *engine_note; /* engine settings that sheaf_model_info lacks; NULL: none    */
    void (*on_progress)(void *ctx, const sheaf_eval_progress *p); /* NULL allowed */
    void *on_progress_ctx;
} sheaf_eval_options;

SHEAF_API sheaf_eval_options sheaf_eval_defaults(void);

/* The task that suits the selected problems: aime for sets named aime* and amc*, choice when
 * every answer is a letter, gsm8k when every answer is an integer or a decimal, else math. */
SHEAF_API sheaf_task sheaf_eval_task(const sheaf_dataset *d);

/* Names of what can be compared, with one line about each; NULL past the end. */
SHEAF_API const char *sheaf_eval_strategy_name(size_t i);
SHEAF_API const char *sheaf_eval_strategy_about(size_t i);

/* Full name of a filter of sheaf_eval_options ("strict" is short for "strict-match"; NULL gives
 * "exact"); NULL: no such filter. */
SHEAF_API const char *sheaf_eval_filter_name(const char *filter);

/* Runs the selected problems, or those that are left. When solve.cancel is set the problems in
 * work are given up (their traces are recorded, they do not count) and what is done, up to the
 * first problem that is not, is returned with SHEAF_OK. *out borrows `d`. Errors: USAGE (options;
 * directory of another run, or one to reuse with other traces, naming the first difference; in use
 * by another process), IO (records:
 * disk full), FORMAT, and those of sheaf_solve with the problem's id: the problems in work beside
 * it are run to their end before. */
SHEAF_API sheaf_code sheaf_eval_run(sheaf_eval **out, sheaf_engine *e, const sheaf_dataset *d,
                                    const sheaf_eval_options *o, sheaf_error *err);
SHEAF_API void sheaf_eval_free(sheaf_eval *ev); /* NULL allowed */

/* Accuracy of one rule; what does not exist (one problem, no majority) is NaN. */
typedef struct sheaf_eval_rule {
    const char *name;     /* "pass@1", "majority", "lowest-keep10", "deepconf-online-low" */
    const char *strategy; /* the run it votes on: costs[i].strategy                       */
    double value, se;     /* mean score 0..1 over problems; standard error, clustered by problem */
    double ballots;       /* mean number that counted per problem                         */
    double diff, diff_se; /* minus majority, problem by problem                           */
    double p;             /* two-sided: exact McNemar; pass@1: sign-flip test             */
} sheaf_eval_rule;

/* What the run of one strategy took, all problems together. */
typedef struct sheaf_eval_cost {
    const char *strategy;
    uint64_t tokens;
    double seconds;        /* of sheaf_result, summed: adds up over strategies to the whole time */
    uint64_t decode_rows;  /* the same; rows per step of the decoder are their quotient */
    double decode_steps;
    size_t n_traces, n_cut, n_looped, n_length, n_unfinished;
    double accuracy;       /* of the strategy's own vote */
} sheaf_eval_cost;

/* Unbiased estimates for k traces out of those that ran, mean over problems. */
typedef struct sheaf_eval_point {
    size_t k;
    double pass, cons; /* pass@k, cons@k (a tie for the lead counts its share) */
    double pass_se, cons_se; /* their standard errors, clustered by problem */
} sheaf_eval_point;

typedef struct sheaf_eval_summary {
    const char *data, *dir, *run_id;
    size_t n_done, n_selected, n_total;
    bool complete; /* every selected problem is done                       */
    bool partial;  /* the selection is not the whole file, or not complete */
    double tokens_per_s;  /* of all runs by their seconds, prompts included; NaN: none ran */
    double rows_per_step; /* of the decoder, mean over its steps; NaN: not recorded */
    bool has_majority; /* rules[0] is pass@1, rules[1] and costs[0] the majority */
    const sheaf_eval_rule *rules; /* [n_rules] */
    size_t n_rules;
    const sheaf_eval_cost *costs; /* [n_costs] */
    size_t n_costs;
    const sheaf_eval_point *points; /* [n_points] k = 1, 2, 4, .. traces; of the majority */
    size_t n_points;
} sheaf_eval_summary;

/* Lives as long as `ev`. */
SHEAF_API const sheaf_eval_summary *sheaf_eval_summarize(const sheaf_eval *ev);

/* The content of results.json; lives as long as `ev`. */
SHEAF_API const char *sheaf_eval_results(const sheaf_eval *ev);

#ifdef __cplusplus
}
#endif
#endif
