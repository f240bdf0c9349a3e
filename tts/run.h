/* run.h - the state of one sheaf_solve: traces, slots, values seen, the vote so far.
 *
 * Everything a decode step writes is allocated in run_open; a finished trace allocates its text. */
#ifndef TTS_RUN_H
#define TTS_RUN_H

#include <sheaf/tts.h>

#include "base/text.h"
#include "tts/confidence.h"
#include "tts/force.h"
#include "tts/loop_guard.h"
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

struct run {
    sheaf_engine *e;
    const sheaf_solve_options *o;
    struct rules rules;
    const sheaf_judge *judge;
    sheaf_decoder *d;
    sheaf_session *prompt; /* forked per trace */
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
    sheaf_span *spans;  /* [n_slots] */
    sheaf_draw *draws;  /* [n_slots] */
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
    double start_s, prefill_s, decode_start_s, last_event_s;
    sheaf_memory_plan memory;
    sheaf_result view;      /* for events */
    sheaf_vote *view_votes; /* [n_wanted] */
};

/* Prompt, memory plan, decoder, prefill. Errors as sheaf_solve. Release with run_close. */
sheaf_code run_open(struct run *r, const char *question, sheaf_error *err);
void run_close(struct run *r);

/* Decodes until every trace is done or a stop rule holds. */
sheaf_code run_decode(struct run *r, sheaf_error *err);

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
