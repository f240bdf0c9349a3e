/* eval_plan.c - see eval_plan.h. */
#include "src/eval_plan.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "evals/answer_kind.h"
#include "evals/grader.h"
#include "evals/lineup.h"
#include "evals/scorebook.h"
#include "src/cli_io.h"

#define QUESTION_COLUMNS 60

void eval_plan_list(strbuf *out, const sheaf_dataset *d)
{
    for (size_t i = 0; i < sheaf_dataset_count(d); i++) {
        const sheaf_problem *p = sheaf_dataset_problem(d, i);
        strbuf question = {0};
        cli_add_printable(&question, text_of(p->question), false);
        cli_add_printable(out, text_of(p->id), false);
        strbuf_printf(out, "\t%s\t", p->answer_type);
        strbuf_text(out, cli_fit(strbuf_view(&question), QUESTION_COLUMNS));
        strbuf_char(out, '\n');
        out->failed = out->failed || question.failed;
        strbuf_free(&question);
    }
}

/* ---- what would run ------------------------------------------------------------------------- */

static void write_problems(strbuf *out, const struct eval_set *set)
{
    const sheaf_dataset *d = set->data;
    strbuf_printf(out, "problems: %zu of %zu in %s", sheaf_dataset_count(d), sheaf_dataset_total(d),
                  set->path);
    if (set->task)
        strbuf_printf(out, ", task %s", set->task->name);
    if (set->shard.n > 1)
        strbuf_printf(out, ", shard %zu/%zu (%s) of %zu", set->shard.index, set->shard.n,
                      set->shard.from, sheaf_dataset_selected(d));
    strbuf_char(out, '\n');
}

static void write_reading(strbuf *out, const struct eval_set *set, const sheaf_eval_options *o)
{
    strbuf_printf(out, "answers: filter %s, task %s, type %s\n", sheaf_eval_filter_name(o->filter),
                  grader_task_name(o->task),
                  o->answer_type ? o->answer_type : answer_kind_name(answer_kind_of(set->data)));
    strbuf_printf(out, "prompt: %s", set->layout ? set->layout : "plain");
    if (set->n_shots)
        strbuf_printf(out, ", %zu examples (hash %016" PRIx64 ")", set->n_shots, set->shots_hash);
    if (o->solve.instruction) {
        strbuf_str(out, ", instruction: ");
        cli_add_printable(out, text_of(o->solve.instruction), false);
    }
    strbuf_char(out, '\n');
}

static void write_runs(strbuf *out, const struct lineup *l, const struct eval_set *set,
                       const sheaf_eval_options *o)
{
    char most[32];
    size_t n = sheaf_dataset_count(set->data);
    strbuf_str(out, "strategies:");
    for (size_t i = 0; i < l->n_runs; i++)
        strbuf_printf(out, " %s", l->runs[i]->name);
    double tokens = (double)n * (double)l->n_runs * (double)o->solve.traces *
                    (double)o->solve.max_tokens;
    cli_thousands(most, sizeof most, tokens < 1e18 ? (uint64_t)tokens : UINT64_MAX);
    strbuf_printf(out,
                  "\nbudget: %zu traces of at most %zu tokens for each problem and strategy, at "
                  "most %s tokens in all\n",
                  o->solve.traces, o->solve.max_tokens, most);
}

/* ---- the estimate --------------------------------------------------------------------------- */

/* Mean cost of a problem, all strategies together. */
struct cost {
    double tokens, seconds;
};

static struct cost mean_cost(const struct scorebook *b)
{
    struct cost sum = {0, 0};
    for (size_t i = 0; i < b->n; i++)
        for (size_t r = 0; r < b->lineup.n_runs; r++) {
            sum.tokens += (double)b->scores[i].runs[r].tokens;
            sum.seconds += b->scores[i].runs[r].seconds;
        }
    return (struct cost){sum.tokens / (double)b->n, sum.seconds / (double)b->n};
}

static bool same_number(const struct run_reader *run, const char *key, size_t wanted)
{
    const cJSON *v = json_get(run->config, key);
    return cJSON_IsNumber(v) && v->valuedouble == (double)wanted;
}

static bool is_alike(const struct scorebook *b, const struct run_reader *run,
                     const struct lineup *l, const sheaf_eval_options *o)
{
    if (b->lineup.n_runs != l->n_runs || !same_number(run, "traces", o->solve.traces) ||
        !same_number(run, "max_tokens", o->solve.max_tokens))
        return false;
    for (size_t i = 0; i < l->n_runs; i++)
        if (b->lineup.runs[i] != l->runs[i])
            return false;
    return b->n > 0;
}

static void write_cost(strbuf *out, const struct scorebook *b, const struct run_reader *run,
                       size_t n_problems)
{
    char tokens[32], time[32];
    const cJSON *model = json_get(run->config, "model");
    struct cost mean = mean_cost(b);
    double n = (double)n_problems;
    cli_thousands(tokens, sizeof tokens, (uint64_t)fmin(mean.tokens * n, 1e18));
    strbuf_printf(out, "estimate: %s tokens, %s, by %zu problems of %s", tokens,
                  cli_duration(time, sizeof time, mean.seconds * n), b->n, run->dir);
    if (cJSON_IsString(model)) {
        strbuf_str(out, " with ");
        cli_add_printable(out, text_of(model->valuestring), false);
    }
    strbuf_char(out, '\n');
}

static void write_estimate(strbuf *out, const struct lineup *l, const struct eval_set *set,
                           const sheaf_eval_options *o, const char *like)
{
    struct run_reader run = {.dir = NULL};
    struct scorebook book = {.n = 0};
    if (!like || run_reader_open(&run, like, NULL))
        strbuf_str(out, "estimate: none without the records of a run (-o DIR or --like DIR)\n");
    else if (scorebook_open(&book, &run, NULL) || !is_alike(&book, &run, l, o))
        strbuf_printf(out, "estimate: none, %s has no votes of these strategies and budget\n",
                      like);
    else
        write_cost(out, &book, &run, sheaf_dataset_count(set->data));
    scorebook_close(&book);
    run_reader_close(&run);
}

sheaf_code eval_plan_write(strbuf *out, const struct eval_set *set, const sheaf_eval_options *o,
                           const char *like, sheaf_error *err)
{
    struct lineup l;
    sheaf_code rc = lineup_make(&l, o->strategies, o->n_strategies, err);
    if (rc)
        return rc;
    write_problems(out, set);
    write_reading(out, set, o);
    write_runs(out, &l, set, o);
    strbuf_printf(out, "records: %s", o->dir ? o->dir : "sheaf-eval-ID by the settings");
    if (set->shard.n > 1)
        strbuf_printf(out, "/shard-%zu-of-%zu", set->shard.index, set->shard.n);
    strbuf_char(out, '\n');
    write_estimate(out, &l, set, o, like ? like : o->dir);
    return SHEAF_OK;
}
