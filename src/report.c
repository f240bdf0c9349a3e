/* report.c - what `sheaf solve` prints for people: the answer stands alone on the first line, so
 * that `head -1` is the answer; everything a reader may doubt comes below it. */
#include "src/report.h"

#include <math.h>
#include <stdio.h>

#include "src/cli_io.h"
#include "src/table.h"

#define ANSWER_WIDTH 48
#define VOTES_SHOWN 12

static const char *const bold[] = {"", "\033[1m"}, *const plain[] = {"", "\033[0m"};

static void print_answer(strbuf *out, const sheaf_result *r, const struct report_options *o)
{
    strbuf_str(out, bold[o->color]);
    cli_add_printable(out, text_of(r->answer ? r->answer : "no answer"), false);
    strbuf_str(out, plain[o->color]);
    strbuf_char(out, '\n');
}

static void print_votes(strbuf *out, const sheaf_result *r)
{
    struct table t;
    if (r->n_votes == 0)
        return;
    table_init(&t, "lrrr");
    table_str(&t, "answer");
    table_str(&t, "ballots");
    table_str(&t, "weight");
    table_str(&t, "share");
    for (size_t i = 0; i < r->n_votes && i < VOTES_SHOWN; i++) {
        const sheaf_vote *v = &r->votes[i];
        table_str(&t, v->answer);
        table_printf(&t, "%u", v->ballots);
        table_printf(&t, "%.2f", v->weight);
        table_printf(&t, "%.1f %%", 100 * v->share);
    }
    strbuf_char(out, '\n');
    table_print(&t, out, TABLE_PLAIN, 2, ANSWER_WIDTH);
    if (r->n_votes > VOTES_SHOWN)
        strbuf_printf(out, "  ... and %zu more values\n", r->n_votes - VOTES_SHOWN);
    table_free(&t);
}

static void label(strbuf *out, const char *name)
{
    strbuf_printf(out, "%-11s", name);
}

static void print_confidence(strbuf *out, const sheaf_result *r)
{
    if (!r->answer)
        return;
    label(out, "confidence");
    strbuf_printf(out, "%.2f nats (mean of the winning ballots), share %.1f %%\n", r->confidence,
                  100 * r->share);
}

static void count(strbuf *out, size_t n, const char *what, bool *first)
{
    if (n == 0)
        return;
    strbuf_printf(out, "%s%zu %s", *first ? ": " : ", ", n, what);
    *first = false;
}

static void print_traces(strbuf *out, const sheaf_result *r)
{
    bool first = true;
    label(out, "traces");
    strbuf_printf(out, "%zu of %zu run", r->n_traces, r->n_wanted);
    count(out, r->n_stopped, "finished", &first);
    count(out, r->n_length, "at the token limit", &first);
    count(out, r->n_cut, "cut", &first);
    count(out, r->n_looped, "looped", &first);
    count(out, r->n_unfinished, "unfinished", &first);
    strbuf_printf(out, "; %zu at once\n", r->parallel);
}

static void print_tokens(strbuf *out, const sheaf_result *r)
{
    char used[32], full[32];
    label(out, "tokens");
    strbuf_str(out, cli_thousands(used, sizeof used, r->tokens));
    if (r->tokens_full) {
        double change = 100 * ((double)r->tokens / (double)r->tokens_full - 1);
        strbuf_printf(out, " of about %s for %zu full trace%s (%+.0f %%)",
                      cli_thousands(full, sizeof full, r->tokens_full), r->n_wanted,
                      r->n_wanted == 1 ? "" : "s", change);
    }
    if (r->tokens_warmup)
        strbuf_printf(out, "; warm-up %s", cli_thousands(used, sizeof used, r->tokens_warmup));
    if (r->tokens_cut)
        strbuf_printf(out, ", in cut traces %s", cli_thousands(used, sizeof used, r->tokens_cut));
    if (r->tokens_probe)
        strbuf_printf(out, ", in probes %s", cli_thousands(used, sizeof used, r->tokens_probe));
    if (r->tokens_overshoot)
        strbuf_printf(out, ", past the decision %s",
                      cli_thousands(used, sizeof used, r->tokens_overshoot));
    strbuf_char(out, '\n');
}

static void print_run(strbuf *out, const sheaf_result *r)
{
    char bytes[32];
    label(out, "run");
    strbuf_printf(out, "%s, seed %llu, ended by %s", r->strategy, (unsigned long long)r->seed,
                  sheaf_stop_name(r->stop));
    if (isfinite(r->threshold))
        strbuf_printf(out, "; threshold %.3f, window %zu", r->threshold, r->window);
    strbuf_char(out, '\n');
    if (r->cut) {
        label(out, "rules");
        strbuf_printf(out, "cut %s, vote %s, stop %s\n", r->cut, r->vote, r->stop_rule);
    }
    if (r->why) {
        label(out, "chosen");
        strbuf_printf(out, "%s\n", r->why);
    }
    label(out, "time");
    strbuf_printf(out, "%.2f s", r->seconds);
    if (r->decode_s > 0)
        strbuf_printf(out, " (prompt %.2f s, then %.1f tokens/s)", r->prefill_s,
                      (double)r->tokens / r->decode_s);
    strbuf_printf(out, ", memory %s\n", cli_bytes(bytes, sizeof bytes, r->memory.total_bytes));
}

/* The winning trace, or the only one. */
static void print_winner(strbuf *out, const sheaf_result *r)
{
    if (r->winner < 0 && r->n_traces != 1)
        return;
    const sheaf_trace *t = &r->traces[r->winner < 0 ? 0 : r->winner];
    strbuf_printf(out, "\ntrace %u, %zu tokens, mean confidence %.2f, lowest group %.2f\n\n", t->id,
                  t->n_tokens, (double)t->mean, (double)t->lgc);
    cli_add_printable(out, (text){t->text, t->text_len}, true);
    strbuf_char(out, '\n');
}

void report_text(strbuf *out, const sheaf_result *r, const struct report_options *o)
{
    print_answer(out, r, o);
    if (o->answer_only)
        return;
    if (r->partial)
        strbuf_printf(out, "partial: stopped by %s after %zu of %zu traces\n",
                      r->stop == SHEAF_STOP_CANCELLED ? "a signal" : sheaf_stop_name(r->stop),
                      r->n_traces - r->n_unfinished, r->n_wanted);
    print_votes(out, r);
    strbuf_char(out, '\n');
    print_confidence(out, r);
    print_traces(out, r);
    print_tokens(out, r);
    print_run(out, r);
    if (o->traces)
        print_winner(out, r);
}
