/* run.h - the state of one question: traces, slots, values seen, the vote so far.
 *
 * A run is prepared (prompt, rules, memory), seated in a decoder that it may share with other runs
 * (crew.h), and taken on step by step. What it decides depends on its own traces alone.
 * Everything a decode step writes is allocated in run_prepare; a finished trace allocates its
 * text. */
#ifndef TTS_RUN_H
#define TTS_RUN_H

#include <sheaf/tts.h>

#include "base/text.h"
#include "tts/confidence.h"
#include "tts/force.h"
#include "tts/loop_guard.h"
#include "tts/plan.h"
#include "tts/probe.h"
#include "tts/strategy.h"
#include "tts/vote.h"
#include "tts/watch.h"

#define DISPLAY_WINDOW 128 /* running confidence shown before the real window is known */

enum trace_state { TRACE_WAITING, TRACE_RUNNING, TRACE_DONE };

/* A trace and its memory. `pub.tokens` and `pub.confidence` point into the run's store. */
struct trace {
    sheaf_trace pub;
    enum trace_state state;
    int32_t *tokens;
    float *confidence;
    double self_certainty_sum;
    double lowest;  /* pub.lgc before rounding: what the threshold is compared with */
    size_t summed;  /* window of the statistics that are set, 0: none */
    char *answer;   /* owned copies behind pub.answer and pub.text */
    char *text;
    bool fits;      /* the answer is of the problem's type */
};

/* A row of the batch. */
struct slot {
    struct trace *trace; /* NULL: free */
    const sheaf_trace *known; /* played back (known.h); NULL: decoded in `session` */
    size_t wait;              /* steps that it spent on probes then, to be spent first */
    sheaf_session *session;
    struct conf_tracker conf;
    struct loop_guard loop;
    struct probe probe;
    struct force force;
    struct watch watch;
    int32_t next; /* token drawn but not yet fed */
    bool drawn;   /* this step has a draw for it */
};

/* A distinct answer value. */
struct value {
    const char *answer;  /* first spelling, owned by its trace */
};

/* What a run took (run_clock.c): all of what is done for it alone, and of a step that several runs
 * share the part that its rows are of all rows. The seconds of all runs are those of the crew. */
struct run_clock {
    double spent_s, since_s;
    bool running;
    uint64_t rows; /* that the model decoded */
    double steps;  /* shares of steps */
};

struct run {
    sheaf_engine *e;
    sheaf_job job;
    sheaf_solve_options options;
    const sheaf_solve_options *o; /* those */
    struct rules rules;
    const sheaf_judge *judge;
    sheaf_decoder *d;      /* the crew's; NULL without a model */
    int32_t *prompt_tokens; /* [n_prompt] */
    sheaf_session *prompt; /* forked per trace, NULL when none is left to start */
    float *prompt_logits;  /* [n_vocab] copy: first token of every trace */
    size_t n_vocab, n_prompt, n_context;
    int32_t *probe_prompt; /* [n_probe_prompt] */
    size_t n_probe_prompt;
    struct force_plan force;

    struct trace *traces; /* [n_wanted] by id */
    size_t n_wanted, first_id, next; /* ids first_id .. first_id + n_wanted - 1; next to launch */
    int32_t *token_store;
    float *conf_store;
    float *rings;         /* [n_slots][ring_cap] */
    size_t ring_cap;
    char *lines;          /* [n_slots][WATCH_LINE], NULL without the rule "steps" */
    size_t max_tokens;

    struct slot *slots; /* [n_slots] */
    size_t n_slots, n_live, n_slots_wanted;
    size_t n_unknown;   /* traces to start that the model must decode */
    size_t n_decoding;  /* live ones that it decodes */
    sheaf_slot *views;  /* [n_slots] for events */

    struct value *values; /* [n_wanted] */
    size_t n_values;
    struct vote_entry *entries; /* [n_wanted] and */
    struct stop_cges_answer *cges; /* [n_wanted] behind the stopper */
    struct stopper stopper;
    size_t n_cast;    /* traces that the stopper has seen */
    size_t n_counted; /* ids below vote: all, or those up to the stop of a rule by order of ids */

    size_t n_warmup, window;
    bool threshold_known;
    double threshold;
    double *scratch; /* [scratch_cap] */

    size_t n_done;
    uint64_t tokens, warmup_tokens, probe_tokens;
    bool stopped;
    enum sheaf_stop stop;
    size_t n_cached; /* tokens of the prompt that came from the cache */
    struct run_clock clock;
    double prefill_s, prepared_s, last_event_s;
    struct plan_request need;
    sheaf_memory_plan memory;
    sheaf_result view;      /* for events */
    sheaf_vote *view_votes; /* [n_wanted] */
};

/* Checks the job (solver.c), chooses the rules unless they wait for the prompt. Errors: USAGE. */
sheaf_code run_check(struct run *r, sheaf_error *err);

/* The prompt's tokens (ask.c): r->prompt_tokens, n_prompt, n_vocab, n_context; max_tokens is
 * lowered to what the context has left. Errors as sheaf_solve. */
sheaf_code run_ask(struct run *r, const char *question, sheaf_error *err);

/* Prompt, rules, memory plan within limit_bytes (plan_limit) as if alone; nothing is decoded yet.
 * Errors as sheaf_solve. Release with run_close. */
sheaf_code run_prepare(struct run *r, const char *question, uint64_t limit_bytes,
                       sheaf_error *err);
/* What it asks of a decoder if its traces have up to max_tokens. */
struct plan_request run_request(const struct run *r, size_t max_tokens, uint64_t limit_bytes);
/* Prefills the prompt in `d`, which must outlive the run; NULL without a model. */
sheaf_code run_seat(struct run *r, sheaf_decoder *d, sheaf_error *err);
/* Gives its sessions back, too. */
void run_close(struct run *r);

/* Rows of a step that the run may still come to need: never rises. */
size_t run_demand(const struct run *r);

/* Starts traces and plays known ones as far as that goes without the model. *over: every trace is
 * done or a rule or budget has stopped the run; else a step follows. */
sheaf_code run_advance(struct run *r, bool *over, sheaf_error *err);

/* A step: a span for each trace that is decoded (or its probe) into `spans` [run_demand], returns
 * their number; once they have run, draws for those that want one, returns theirs; then takes the
 * draws. */
size_t run_spans(struct run *r, sheaf_span *spans);
size_t run_draws(struct run *r, sheaf_draw *draws, const sheaf_span *spans);
sheaf_code run_accept(struct run *r, const sheaf_draw *draws, sheaf_error *err);

/* The value class of an answer, numbered by first appearance. */
int run_classify(struct run *r, const char *answer);

/* Fixes r->window: the caller's, else from the warm-up traces that ended by themselves. */
void run_choose_window(struct run *r);

/* A slot's ring of confidences. */
float *run_ring(const struct run *r, const struct slot *s);

/* Statistics of a finished trace with the run's window (while it is not chosen, DISPLAY_WINDOW). */
void run_summarize(struct run *r, struct trace *t);

/* The run counts votes (cast.c). Ended with an answer of its own that fits. */
bool run_can_vote(const struct trace *t);
/* That, and sure enough for the threshold. */
bool run_counts(const struct run *r, const struct trace *t);
/* What a rule looks at in a finished trace, from the public statistics. */
struct vote_ballot run_ballot(const sheaf_trace *t, struct vote_calibration c);
struct vote_calibration run_calibration(const sheaf_solve_options *o);
/* A trace has ended and can be judged: the stop rule sees it, now or when it is its turn. */
void cast_trace(struct run *r, struct trace *t);

/* The confidence cut (online.c). A trace of the batch has ended. */
void online_trace_done(struct run *r, struct trace *t);
/* All tokens of a step are in: sets the threshold once the warm-up is done. */
sheaf_code online_after_step(struct run *r, sheaf_error *err);
/* Traces are judged by a threshold that is not known yet. */
bool online_waits(const struct run *r);
/* Cuts a slot whose group confidence is below the threshold: true when it must end. */
bool online_must_cut(const struct run *r, const struct slot *s);

/* Seconds so far; the clock runs while something is done for this run alone. */
double run_seconds(const struct run *r);
void run_clock_start(struct run *r);
void run_clock_stop(struct run *r);
/* A common step took `seconds` for n_all rows, n_rows of them of this run. */
void run_clock_share(struct run *r, double seconds, size_t n_rows, size_t n_all);

/* The threshold, NaN while there is none. */
double run_threshold(const struct run *r);

/* Adds a finished trace to the counts of a result. */
void run_count(sheaf_result *v, const sheaf_trace *t);

/* Tells the caller's callback. */
void run_event(struct run *r, enum sheaf_event_kind kind, const struct trace *t);

/* Ends a slot's trace and frees the slot (retire.c). */
sheaf_code run_retire(struct run *r, struct slot *s, enum sheaf_finish finish, sheaf_error *err);

/* Final vote and result; the traces move into it (result.c). */
sheaf_code run_result(sheaf_result **out, struct run *r, sheaf_error *err);

#endif
