/* sheaf/tts.h - test-time scaling: many traces of one question, one voted answer.
 *
 *     sheaf_solve_options o = sheaf_solve_defaults();
 *     o.traces = 16;
 *     sheaf_result *r = NULL;
 *     if (sheaf_solve(&r, engine, "What is 17 * 24?", &o, &judge, &err) == SHEAF_OK)
 *         printf("%s\n", r->answer ? r->answer : "no answer");
 *
 * A strategy is three choices: what ends a trace early (cut), what its vote weighs (vote), what
 * ends the run early (stop). Named strategies are rows of a table; `cut`, `vote` and `stop` of the
 * options override parts of a row.
 *
 * Sources: Fu et al., Deep Think with Confidence, arXiv:2508.15260; Wang et al., Self-Consistency,
 * arXiv:2203.11171; the others beside their names (sheaf_strategy_about). */
#ifndef SHEAF_TTS_H
#define SHEAF_TTS_H

#include <sheaf/engine.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How answers are read and compared. All pointers but `fits` required; calls are thread-safe. */
typedef struct sheaf_judge {
    void *ctx;
    /* Final answer in `text` [len bytes] -> `out` [cap bytes, NUL-terminated]; false: there is
     * none. */
    bool (*extract)(void *ctx, char *out, size_t cap, const char *text, size_t len);
    /* Same value? An equivalence; consensus groups traces with it. */
    bool (*equal)(void *ctx, const char *a, const char *b);
    /* Is the answer of the type that the problem has? One that is not does not vote. NULL: all
     * are. */
    bool (*fits)(void *ctx, const char *answer);
} sheaf_judge;

enum sheaf_finish {
    SHEAF_FINISH_STOP,      /* the model ended its answer                               */
    SHEAF_FINISH_LENGTH,    /* token limit                                              */
    SHEAF_FINISH_CUT,       /* by the cut rule: unsure, or wrong; does not vote         */
    SHEAF_FINISH_LOOP,      /* a repeated tail; does not vote                           */
    SHEAF_FINISH_CONSENSUS, /* still running when the vote was decided                  */
    SHEAF_FINISH_CANCELLED, /* still running when the caller or a budget stopped the run */
    SHEAF_FINISH_PROBE,     /* its probes agree: their answer is its answer, and votes  */
};
SHEAF_API const char *sheaf_finish_name(enum sheaf_finish f); /* "stop", "length", ... */

/* Is the answer of a trace that ended so looked for in its text? A probed one has its probes'. */
SHEAF_API bool sheaf_finish_answers(enum sheaf_finish f);

enum sheaf_stop {
    SHEAF_STOP_BUDGET,      /* every trace ran                       */
    SHEAF_STOP_CONSENSUS,   /* leader's share reached tau            */
    SHEAF_STOP_CERTIFICATE, /* no remaining vote can change the answer */
    SHEAF_STOP_TOKENS,      /* total token budget                    */
    SHEAF_STOP_DEADLINE,    /* seconds                               */
    SHEAF_STOP_CANCELLED,   /* the caller's flag                     */
    SHEAF_STOP_ESC,         /* a window of traces was unanimous      */
    SHEAF_STOP_BETA,        /* the leader's posterior reached tau    */
    SHEAF_STOP_CGES,        /* an answer's posterior reached tau     */
};
SHEAF_API const char *sheaf_stop_name(enum sheaf_stop s);

typedef struct sheaf_trace {
    uint32_t id;               /* 0 .. traces - 1: names its random numbers   */
    enum sheaf_finish finish;
    const int32_t *tokens;     /* [n_tokens], the end token not included      */
    const float *confidence;   /* [n_tokens] token confidence, nats           */
    size_t n_tokens;
    const char *text;          /* [text_len] and NUL                          */
    size_t text_len;
    const char *answer;        /* as extracted; NULL: none                    */
    int answer_class; /* index of its value among the run's values in order of appearance; -1 */
    bool votes;                /* counted in the run's own vote               */
    double weight;             /* of that vote                                */
    float mean, tail, bottom10, lgc; /* confidence statistics, tts.h window   */
    float self_certainty;
    size_t overshoot; /* tokens that the rules, had all been known at once, would have saved: past
                         the cut, or the whole trace when its id is past the stop */
    double start_s, end_s;     /* since the run began                         */
    size_t steps_right, steps_wrong; /* arithmetic found in the text and checked */
    size_t n_forced;           /* tokens put in by budget forcing             */
    size_t n_probes;           /* probes that ran to an end                   */
    size_t n_probe_tokens;     /* steps that it waited for its probes         */
    const uint32_t *text_bytes; /* [n_tokens] of a known trace: bytes of text that each token adds;
                                   NULL: not known, and always in results */
} sheaf_trace;

typedef struct sheaf_vote {
    const char *answer; /* most frequent spelling of the value */
    int answer_class;
    unsigned ballots;
    double weight, share; /* share of all weight cast */
} sheaf_vote;

typedef struct sheaf_result {
    const char *strategy;     /* the name of its row */
    const char *cut, *vote, *stop_rule; /* the three rules that ran */
    const char *why;          /* of strategy "auto": the reason; else NULL */
    const char *answer;       /* NULL: no trace gave one */
    double share;             /* leader's share of the weight */
    double confidence;        /* mean trace confidence of the leader's ballots */
    int winner;               /* index in traces of the leader's surest ballot, -1 */
    bool partial;             /* stopped by deadline, token budget or the caller */
    enum sheaf_stop stop;
    uint64_t seed;
    size_t n_wanted;          /* traces of the budget */
    size_t parallel;          /* traces decoded at once (after the memory plan) */
    size_t parallel_wanted;   /* before it */
    size_t window;            /* group window used */
    double threshold;         /* online: s; else NaN */
    const sheaf_vote *votes;  /* [n_votes] heaviest first */
    size_t n_votes;
    const sheaf_trace *traces; /* [n_traces] by id; those launched */
    size_t n_traces;
    size_t n_stopped, n_length, n_cut, n_looped, n_unfinished;
    uint64_t prompt_tokens, prompt_cached; /* of them from the prompt cache */
    uint64_t tokens;           /* generated by all traces: warm-up, cut and overshoot included */
    uint64_t tokens_warmup, tokens_cut, tokens_overshoot;
    uint64_t tokens_probe;     /* of `tokens`: fed to and drawn by probes */
    uint64_t tokens_full;      /* estimate for the same number of full traces: mean length of the
                                  naturally finished traces x traces asked for */
    double seconds, prefill_s, decode_s; /* beside other questions: see sheaf_solve_many */
    uint64_t decode_rows;      /* tokens that went through the model after the prompt */
    double decode_steps;       /* in that many steps and parts of steps: the quotient is the rows
                                  of a step */
    sheaf_memory_plan memory;
} sheaf_result;

enum sheaf_event_kind {
    SHEAF_EVENT_PLAN,     /* memory and parallelism are known, nothing decoded yet */
    SHEAF_EVENT_PREFILL,  /* prompt done                                          */
    SHEAF_EVENT_STEP,     /* one decode step done; at most ~20 per second          */
    SHEAF_EVENT_TRACE,    /* a trace ended: `trace`                                */
    SHEAF_EVENT_THRESHOLD,/* online: warm-up done, threshold known                 */
    SHEAF_EVENT_DONE,
};

/* State of a slot, for live views. */
typedef struct sheaf_slot {
    uint32_t trace;
    size_t n_tokens;
    float confidence; /* running group confidence */
} sheaf_slot;

typedef struct sheaf_event {
    enum sheaf_event_kind kind;
    const sheaf_result *so_far;  /* votes, counts and tokens up to now */
    const sheaf_trace *trace;    /* SHEAF_EVENT_TRACE */
    const sheaf_slot *slots;     /* [n_slots] live traces */
    size_t n_slots;
    size_t n_wanted;             /* traces of the budget */
    double seconds;
} sheaf_event;

typedef struct sheaf_solve_options {
    const char *strategy;     /* sheaf_strategy_name(i), or "auto": see sheaf_strategy_about */
    const char *cut, *vote, *stop; /* sheaf_cut_rule_name, .. ; NULL: the strategy's */
    size_t traces;            /* budget N */
    size_t parallel; /* decoded at once, lowered to fit memory; 0: all traces, or where a rule may
                        save whole traces as many as warm up, at least 8 */
    size_t max_tokens;        /* per trace */
    uint64_t max_total_tokens; /* of all traces; 0: none */
    double max_seconds;       /* of sheaf_result.seconds; 0: none */
    size_t mem_bytes;         /* 0: what the system has free, cgroup limit respected */
    uint64_t seed;
    sheaf_sampling sampling;
    int64_t only_trace;       /* >= 0: run this trace id alone */

    const char *system;       /* system text; NULL: the template's default */
    const char *instruction;  /* appended to the question after a line break; NULL: none */
    int thinking;             /* -1 template's default, 0, 1 */
    bool raw;                 /* the question is the prompt, no template */

    size_t warmup;            /* online: traces 0 .. warmup-1 set the threshold */
    double keep;              /* share kept by the threshold or filter: 0.10 "low", 0.90 "high" */
    size_t window;            /* group window; 0: from the median warm-up length */
    double tau;               /* consensus share, or posterior of beta and cges; > 1: never */
    size_t min_ballots;       /* before a consensus can stop the run */
    bool certificate;         /* majority: stop when the lead cannot be lost */
    sheaf_prefix_cache *prompt_cache; /* beginnings of earlier prompts, the caller's; NULL: none */
    bool loop_guard;
    size_t esc_window;        /* traces of an ESC window */
    size_t probe_every;       /* tokens between the probes of a trace */
    size_t probe_agree;       /* probes in a row with one answer that end it */
    size_t think_tokens;      /* budget forcing ends the thinking here; 0: 7/8 of max_tokens */
    size_t waits;             /* budget forcing: ends of thinking that become "Wait" */
    double cges_centre, cges_slope; /* calibration of CGES: probability of an answer is
                                       1 / (1 + exp(-slope (mean confidence - centre))) */

    /* [n_known] traces of this question that were decoded before with the same seed and sampling,
     * in any order: they are played back instead of decoded, with the same outcome. Needed of each:
     * id, finish, tokens, confidence, n_tokens, text, text_len, answer, self_certainty, of a run
     * with probes n_probes and n_probe_tokens; without a model the cut rule "steps" needs
     * text_bytes as well. */
    const sheaf_trace *known;
    size_t n_known;

    void (*on_event)(void *ctx,
                     const sheaf_event *event); /* NULL allowed; called from sheaf_solve */
    void *on_event_ctx;
    const volatile int *cancel; /* NULL allowed: non-zero ends the run at the next step; may be set
                                   by a signal handler */
} sheaf_solve_options;

/* Defaults: deepconf-online, 32 traces, temperature 0.7, top-p 0.95, 1024 tokens, warm-up 16 (at
 * most half the budget), keep 0.9, tau 0.95, min_ballots 4, certificate and loop guard on, ESC
 * windows of 5, a probe every 64 tokens and 3 that agree, 1 wait, the calibration of the default
 * model (tts/vote.h), the boxed-answer instruction. */
SHEAF_API sheaf_solve_options sheaf_solve_defaults(void);

SHEAF_API extern const char sheaf_default_instruction[];

/* Names, with one line about each (and its paper); NULL past the end. "auto" is the last strategy:
 * sheaf_solve chooses one by the rule in tts/strategy_auto.c and says why in the result. */
SHEAF_API const char *sheaf_strategy_name(size_t i);
SHEAF_API const char *sheaf_strategy_about(size_t i);
SHEAF_API const char *sheaf_cut_rule_name(size_t i);
SHEAF_API const char *sheaf_cut_rule_about(size_t i);
SHEAF_API const char *sheaf_vote_rule_name(size_t i);
SHEAF_API const char *sheaf_vote_rule_about(size_t i);
SHEAF_API const char *sheaf_stop_rule_name(size_t i);
SHEAF_API const char *sheaf_stop_rule_about(size_t i);

/* Runs a question to its voted answer. The result is released with sheaf_result_free; it is also
 * given (partial) when the run was cancelled or ran into a budget: SHEAF_OK with result->partial.
 * `e` may be NULL when every trace that the run asks for is known: a replay without a model.
 * Errors: USAGE (options; a trace that is not known and no model), FORMAT (question; a known trace
 * that ended before this run is through with it), LIMIT (prompt longer than the context), NOMEM. */
SHEAF_API sheaf_code sheaf_solve(sheaf_result **out, sheaf_engine *e, const char *question,
                                 const sheaf_solve_options *options, const sheaf_judge *judge,
                                 sheaf_error *err);
SHEAF_API void sheaf_result_free(sheaf_result *r);

/* A question among others, as sheaf_solve takes it. What it points to lives until it is done. */
typedef struct sheaf_job {
    const char *question;
    const sheaf_solve_options *options; /* NULL: defaults */
    const sheaf_judge *judge;
    void *ctx; /* the caller's */
} sheaf_job;

/* Where questions come from and where results go; both are called from sheaf_solve_many. */
typedef struct sheaf_jobs {
    void *ctx;
    /* The next question; false: there is none (it is not asked again). */
    bool (*next)(void *ctx, sheaf_job *out);
    /* A question is done, not always in the order they came in. `result` is the callee's to
     * release; NULL when it failed: `fault` says why, and the other questions go on. */
    void (*done)(void *ctx, const sheaf_job *job, sheaf_result *result, const sheaf_error *fault);
    /* Traces decoded at once, of all questions together: another one is begun while those in work
     * need fewer, as far as memory allows. So there are up to batch - 1 + `parallel` of its
     * options. 0: one question at a time. */
    size_t batch;
} sheaf_jobs;

/* Many questions at once: their traces share the steps of one decoder, so that what one question
 * no longer needs goes to the next. Each result has the bits that it has alone, by sheaf_solve:
 * tokens, confidences, cuts, stops and votes; only its times differ. `seconds` of a result are what
 * was done for it alone and, of each common step, the part that its rows are of all rows; so those
 * of all results add up to the time of the whole, and max_seconds allows a question as much work
 * in company as alone, not as much time. Errors: those that end the work on all questions (each of
 * them is handed to `done` with it). */
SHEAF_API sheaf_code sheaf_solve_many(sheaf_engine *e, const sheaf_jobs *jobs, sheaf_error *err);

/* Re-votes the traces of a result with one offline rule, no model needed: the leader in votes[0].
 * out [cap] takes the tally, heaviest first; returns how many values got a ballot. */
SHEAF_API size_t sheaf_result_revote(const sheaf_result *r, const char *rule, sheaf_vote *out,
                                     size_t cap);

#ifdef __cplusplus
}
#endif
#endif
