/* report_json.c - the JSON object of `sheaf solve --format json`. */
#include <math.h>

#include "base/json.h"
#include "src/report.h"

struct number {
    const char *key;
    uint64_t value;
};

static void object(strbuf *b, const char *key, const struct number *numbers, size_t n)
{
    jsonw_key(b, key);
    jsonw_open(b, '{');
    for (size_t i = 0; i < n; i++) {
        jsonw_key(b, numbers[i].key);
        jsonw_u64(b, numbers[i].value);
    }
    jsonw_close(b, '}');
}

#define OBJECT(b, key, ...)                                                                        \
    do {                                                                                           \
        const struct number numbers_[] = {__VA_ARGS__};                                            \
        object((b), (key), numbers_, sizeof numbers_ / sizeof *numbers_);                          \
    } while (0)

static void text_or_null(strbuf *b, const char *key, const char *s)
{
    jsonw_key(b, key);
    if (s)
        jsonw_str(b, s);
    else
        jsonw_null(b);
}

static void real_or_null(strbuf *b, const char *key, double v)
{
    jsonw_key(b, key);
    if (isfinite(v))
        jsonw_f64(b, v);
    else
        jsonw_null(b);
}

static void add_votes(strbuf *b, const sheaf_result *r)
{
    jsonw_key(b, "votes");
    jsonw_open(b, '[');
    for (size_t i = 0; i < r->n_votes; i++) {
        const sheaf_vote *v = &r->votes[i];
        jsonw_open(b, '{');
        text_or_null(b, "answer", v->answer);
        jsonw_key(b, "ballots");
        jsonw_u64(b, v->ballots);
        real_or_null(b, "weight", v->weight);
        real_or_null(b, "share", v->share);
        jsonw_close(b, '}');
    }
    jsonw_close(b, ']');
}

static void add_trace(strbuf *b, const sheaf_trace *t)
{
    jsonw_open(b, '{');
    jsonw_key(b, "id");
    jsonw_u64(b, t->id);
    text_or_null(b, "finish", sheaf_finish_name(t->finish));
    jsonw_key(b, "n_tokens");
    jsonw_u64(b, t->n_tokens);
    text_or_null(b, "answer", t->answer);
    jsonw_key(b, "votes");
    jsonw_bool(b, t->votes);
    real_or_null(b, "weight", t->weight);
    real_or_null(b, "mean", (double)t->mean);
    real_or_null(b, "tail", (double)t->tail);
    real_or_null(b, "bottom10", (double)t->bottom10);
    real_or_null(b, "lgc", (double)t->lgc);
    real_or_null(b, "self_certainty", (double)t->self_certainty);
    OBJECT(b, "steps", {"right", t->steps_right}, {"wrong", t->steps_wrong});
    jsonw_key(b, "n_forced");
    jsonw_u64(b, t->n_forced);
    jsonw_key(b, "n_probes");
    jsonw_u64(b, t->n_probes);
    jsonw_key(b, "overshoot");
    jsonw_u64(b, t->overshoot);
    real_or_null(b, "start_s", t->start_s);
    real_or_null(b, "end_s", t->end_s);
    jsonw_key(b, "text");
    jsonw_text(b, (text){t->text ? t->text : "", t->text ? t->text_len : 0});
    jsonw_close(b, '}');
}

static void add_traces(strbuf *b, const sheaf_result *r)
{
    jsonw_key(b, "trace_list");
    jsonw_open(b, '[');
    for (size_t i = 0; i < r->n_traces; i++)
        add_trace(b, &r->traces[i]);
    jsonw_close(b, ']');
}

static void add_counts(strbuf *b, const sheaf_result *r)
{
    OBJECT(b, "traces", {"wanted", r->n_wanted}, {"launched", r->n_traces},
           {"stopped", r->n_stopped}, {"length", r->n_length}, {"cut", r->n_cut},
           {"looped", r->n_looped}, {"unfinished", r->n_unfinished}, {"parallel", r->parallel});
    OBJECT(b, "tokens", {"generated", r->tokens}, {"warmup", r->tokens_warmup},
           {"cut", r->tokens_cut}, {"overshoot", r->tokens_overshoot},
           {"probes", r->tokens_probe}, {"full_estimate", r->tokens_full},
           {"prompt", r->prompt_tokens}, {"prompt_cached", r->prompt_cached});
    OBJECT(b, "memory", {"weights", r->memory.weights_bytes}, {"kv", r->memory.kv_bytes},
           {"state", r->memory.state_bytes}, {"scratch", r->memory.scratch_bytes},
           {"total", r->memory.total_bytes});
}

void report_json(strbuf *b, const sheaf_result *r, const struct report_options *o)
{
    jsonw_open(b, '{');
    text_or_null(b, "answer", r->answer);
    real_or_null(b, "share", r->share);
    real_or_null(b, "confidence", r->answer ? r->confidence : NAN);
    text_or_null(b, "strategy", r->strategy);
    text_or_null(b, "cut_rule", r->cut);
    text_or_null(b, "vote_rule", r->vote);
    text_or_null(b, "stop_rule", r->stop_rule);
    text_or_null(b, "why", r->why);
    text_or_null(b, "stop", sheaf_stop_name(r->stop));
    jsonw_key(b, "partial");
    jsonw_bool(b, r->partial);
    jsonw_key(b, "seed");
    jsonw_u64(b, r->seed);
    add_votes(b, r);
    add_counts(b, r);
    real_or_null(b, "seconds", r->seconds);
    real_or_null(b, "prefill_s", r->prefill_s);
    real_or_null(b, "decode_s", r->decode_s);
    real_or_null(b, "threshold", r->threshold);
    jsonw_key(b, "window");
    jsonw_u64(b, r->window);
    if (o->traces)
        add_traces(b, r);
    jsonw_close(b, '}');
    strbuf_char(b, '\n');
}
