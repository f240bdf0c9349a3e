/* cmd_eval.c - `sheaf eval`: strategies measured over a set of problems. */
#include <sheaf/eval.h>
#include <stdio.h>
#include <string.h>

#include "evals/grader.h"
#include "evals/lineup.h"
#include "evals/recheck.h"
#include "src/cli.h"
#include "src/cli_io.h"
#include "src/eval_plan.h"
#include "src/eval_report.h"
#include "src/eval_set.h"
#include "src/model_args.h"
#include "src/names.h"
#include "src/prompt_cache.h"
#include "src/solve_args.h"

struct eval_args {
    struct model_args model;
    struct solve_args run;
    struct eval_set_args set;
    const char *task, *filter, *like;
    struct cli_list strategies;
    const char *format, *out, *reuse, *only_problem;
    size_t batch;
    bool redo, quiet, dry_run, list;
};

#define AT(member) offsetof(struct eval_args, member)

static const struct cli_option options[] = {
    {.name = "", .kind = CLI_HEADING, .help = "Problems"},
    SET_OPTIONS(struct eval_args, set),
    {.name = "task", .kind = CLI_CHOICE, .at = AT(task),
     .choices = "auto generic gsm8k aime math choice",
     .help = "where answers are looked for, auto by the set (auto)"},
    {.name = "filter", .kind = CLI_CHOICE, .at = AT(filter), .value = "NAME",
     .choices = "exact strict-match strict flexible-extract flexible matharena",
     .help = "read and compare answers as lm-eval's GSM8K or MathArena does (exact)"},
    {.name = "list", .kind = CLI_ON, .at = AT(list),
     .help = "print the problems that would run, and stop"},
    {.name = "dry-run", .kind = CLI_ON, .at = AT(dry_run),
     .help = "print what would run and what it would take, and stop"},
    {.name = "like", .kind = CLI_TEXT, .at = AT(like), .value = "DIR",
     .help = "estimate --dry-run by the records of this run (that in -o)"},

    {.name = "", .kind = CLI_HEADING, .help = "Prompt"},
    LAYOUT_OPTIONS(struct eval_args, set),
    PROMPT_OPTIONS(struct eval_args, run),

    {.name = "", .kind = CLI_HEADING, .help = "Model"},
    MODEL_OPTIONS(struct eval_args, model),

    {.name = "", .kind = CLI_HEADING, .help = "Budget of a problem"},
    BUDGET_OPTIONS(struct eval_args, run),
    {.name = "batch", .kind = CLI_SIZE, .at = AT(batch), .min = 1, .max = 4096, .value = "N",
     .env = true,
     .help = "begin another problem while traces of those in work need fewer than N rows, 1 for "
             "one at a time (32)"},

    {.name = "", .kind = CLI_HEADING, .help = "Sampling"},
    SAMPLING_OPTIONS(struct eval_args, run),

    {.name = "", .kind = CLI_HEADING, .help = "Strategies"},
    {.name = "strategy", .kind = CLI_LIST, .at = AT(strategies), .value = "NAME[,NAME]",
     .help = "repeatable, `list` shows all (majority,deepconf-online-low,deepconf-online-high)"},
    STRATEGY_OPTIONS(struct eval_args, run),

    {.name = "", .kind = CLI_HEADING, .help = "Output"},
    {.name = "output", .letter = 'o', .kind = CLI_TEXT, .at = AT(out), .value = "DIR",
     .help = "directory of the records (./sheaf-eval-ID, where ID follows from the settings)"},
    {.name = "redo", .kind = CLI_ON, .at = AT(redo),
     .help = "throw away the records in the directory instead of going on"},
    {.name = "reuse", .kind = CLI_TEXT, .at = AT(reuse), .value = "DIR",
     .help = "take over whole traces that this earlier run has, say with fewer traces or problems"},
    {.name = "only-trace", .kind = CLI_I64, .at = AT(run.solve.only_trace), .min = 0, .max = 4095,
     .value = "ID", .help = "run this trace of the run in -o again, alone: the same bits?"},
    {.name = "only-problem", .kind = CLI_TEXT, .at = AT(only_problem), .value = "ID",
     .help = "the same, for one problem (all)"},
    {.name = "format", .kind = CLI_CHOICE, .at = AT(format), .choices = "md json csv",
     .help = "what standard output gets (md)"},
    {.name = "quiet", .letter = 'q', .kind = CLI_ON, .at = AT(quiet), .help = "no progress"},
    CLI_END};

static const char details[] =
    "majority, single and deepconf-offline share one run of whole traces: pass@1, the majority\n"
    "and every offline rule are computed on the same traces. The other strategies run on their\n"
    "own with the same seed, problem by problem in turns, so tokens and seconds compare.\n\n"
    "Traces of several problems are decoded side by side (--batch): no bit of a trace or a vote\n"
    "depends on it, a run may go on with another. The seconds of a strategy are what was done for\n"
    "it alone and its rows' share of common steps; those of all strategies add up to the time of\n"
    "the run. --max-seconds counts the same way.\n\n"
    "The directory gets samples.jsonl (one record per trace), tokens.zst (every token and its\n"
    "confidence), votes.jsonl, results.json and table.md; `sheaf vote` and `sheaf trace` read it.\n"
    "Started again with the same settings, a run goes on where it was: no recorded trace is\n"
    "decoded again. The first Ctrl-C ends the run and prints the table so far, marked partial.\n\n"
    "With --shard the directory is DIR/shard-2-of-4; `sheaf merge` puts shards together.\n\n"
    "Examples\n"
    "  sheaf eval --data gsm8k_test.jsonl --limit 50 -N 16\n"
    "  sheaf eval -m model.gguf --data multiarith.jsonl -L 50 -N 8 --strategy majority -o run1";

/* ---- progress ------------------------------------------------------------------------------- */

static void note_start(const sheaf_eval_progress *p)
{
    if (p->n_resumed)
        cli_note("records in %s; %zu of %zu problems are there", p->dir, p->n_resumed,
                 p->n_problems);
    else
        cli_note("records in %s", p->dir);
}

static void note_problem(const sheaf_eval_progress *p)
{
    char left[32];
    cli_note("%zu/%zu %.60s: gold %.40s, %s %.40s, %s; %zu of %zu right (%.1f %%), %.1f tokens/s, "
             "%s left",
             p->n_done, p->n_problems, p->problem->id, p->problem->answer, p->rule,
             p->answer ? p->answer : "none", p->correct ? "right" : "wrong", p->n_right, p->n_done,
             100.0 * (double)p->n_right / (double)p->n_done,
             p->seconds > 0 ? (double)p->tokens / p->seconds : 0.0,
             cli_duration(left, sizeof left, p->eta_s));
}

static void on_progress(void *ctx, const sheaf_eval_progress *p)
{
    (void)ctx;
    if (p->problem)
        note_problem(p);
    else
        note_start(p);
}

/* ---- the report ----------------------------------------------------------------------------- */

static int write_table(const char *dir, text table)
{
    strbuf path = {0};
    strbuf_printf(&path, "%s/table.md", dir);
    int status = path.failed ? cli_fail(CLI_MEMORY, dir, "no memory") : cli_write(path.p, table);
    strbuf_free(&path);
    return status;
}

static int print_tables(const sheaf_eval *ev, const struct eval_report *r, const char *format)
{
    strbuf table = {0}, csv = {0};
    eval_report_print(&table, r, TABLE_MARKDOWN);
    eval_report_csv(&csv, r);
    text shown = strcmp(format, "json") == 0  ? text_of(sheaf_eval_results(ev))
                 : strcmp(format, "csv") == 0 ? strbuf_view(&csv)
                                              : strbuf_view(&table);
    int status = table.failed || csv.failed ? cli_fail(CLI_MEMORY, "report", "no memory")
                                            : write_table(r->summary->dir, strbuf_view(&table));
    if (!status)
        status = cli_write(NULL, shown);
    strbuf_free(&table);
    strbuf_free(&csv);
    return !status && !r->summary->complete ? cli_status_after_signal(CLI_RUNTIME) : status;
}

static int print_report(const sheaf_engine *engine, const sheaf_eval *ev, const char *format)
{
    sheaf_model_info m;
    sheaf_engine_info(engine, &m);
    sheaf_error err = {0};
    cJSON *results = NULL;
    if (json_parse(&results, text_of(sheaf_eval_results(ev)), "results", &err))
        return cli_fail_error(&err, CLI_AT_RUN);
    const struct eval_report r = {.summary = sheaf_eval_summarize(ev),
                                  .config = json_get(results, "config"),
                                  .threads = m.threads};
    int status = print_tables(ev, &r, format);
    cJSON_Delete(results);
    return status;
}

/* ---- the run -------------------------------------------------------------------------------- */

static int eval_with(sheaf_engine *engine, const sheaf_dataset *data, struct eval_args *a,
                     sheaf_eval_options *o)
{
    sheaf_error err = {0};
    sheaf_eval *ev = NULL;
    o->solve.cancel = &cli_signal;
    cli_catch_signals();
    if (sheaf_eval_run(&ev, engine, data, o, &err))
        return cli_fail_error(&err, CLI_AT_RUN);
    int status = print_report(engine, ev, a->format);
    sheaf_eval_free(ev);
    return status;
}

/* ---- one trace again ------------------------------------------------------------------------ */

struct tally {
    size_t n, n_different;
};

static void tell_check(void *ctx, const struct recheck *r)
{
    struct tally *t = ctx;
    strbuf line = {0};
    recheck_describe(&line, r);
    t->n++;
    t->n_different += !r->same;
    if (!line.failed)
        cli_write(NULL, strbuf_view(&line));
    strbuf_free(&line);
}

/* Status 1 when a trace is not what it was. */
static int check_with(sheaf_engine *engine, const sheaf_dataset *data, const struct eval_args *a,
                      const sheaf_eval_options *o)
{
    sheaf_error err = {0};
    struct tally t = {.n = 0};
    const struct recheck_request q = {.id = (uint32_t)a->run.solve.only_trace,
                                      .problem = a->only_problem, .tell = tell_check, .ctx = &t};
    if (eval_recheck_on(engine, data, o, &q, &err))
        return cli_fail_error(&err, CLI_AT_RUN);
    if (t.n_different == 0)
        return CLI_OK;
    return cli_fail(CLI_RUNTIME, o->dir, "%zu of %zu traces differ from their records",
                    t.n_different, t.n);
}

static sheaf_eval_options options_of(const struct eval_set *set, const struct eval_args *a)
{
    sheaf_eval_options o = {.solve = a->run.solve,
                            .strategies = a->strategies.items,
                            .n_strategies = a->strategies.n,
                            .task = sheaf_eval_task(set->data),
                            .answer_type = strcmp(a->run.answer_type, "auto") == 0
                                               ? NULL
                                               : a->run.answer_type,
                            .filter = a->filter,
                            .layout = set->layout,
                            .n_shots = set->n_shots,
                            .shots_hash = set->shots_hash,
                            .dir = a->out,
                            .batch = a->batch,
                            .redo = a->redo,
                            .reuse = a->reuse,
                            .on_progress = a->quiet ? NULL : on_progress};
    if (strcmp(a->task, "auto") != 0)
        sheaf_task_parse(&o.task, a->task);
    if (set->layout && o.solve.instruction == sheaf_solve_defaults().instruction)
        o.solve.instruction = NULL;
    return o;
}

static int load_and_eval(const sheaf_dataset *data, struct eval_args *a, sheaf_eval_options *o)
{
    sheaf_error err = {0};
    sheaf_engine *engine = NULL;
    strbuf note = {0};
    model_args_note(&note, &a->model);
    o->engine_note = note.p;
    int status = note.failed ? cli_fail(CLI_MEMORY, NULL, "no memory") : CLI_OK;
    a->model.mem_bytes = a->run.solve.mem_bytes;
    if (!status && model_args_open(&engine, &a->model, &err))
        status = cli_fail_error(&err, CLI_AT_MODEL);
    if (!status && prompt_cache_open(&o->solve.prompt_cache, engine, &a->run, &err))
        status = cli_fail_error(&err, CLI_AT_MODEL);
    if (!status)
        status = a->run.solve.only_trace >= 0 ? check_with(engine, data, a, o)
                                              : eval_with(engine, data, a, o);
    if (prompt_cache_close(o->solve.prompt_cache, &a->run, &err) && !status)
        status = cli_fail_error(&err, CLI_AT_RUN);
    sheaf_engine_close(engine);
    strbuf_free(&note);
    return status;
}

/* --list and --dry-run. */
static int tell_plan(const struct eval_set *set, const struct eval_args *a,
                     const sheaf_eval_options *o)
{
    sheaf_error err = {0};
    strbuf out = {0};
    int status;
    if (a->list)
        eval_plan_list(&out, set->data);
    if (a->dry_run && eval_plan_write(&out, set, o, a->like, &err))
        status = cli_fail_error(&err, CLI_AT_RUN);
    else
        status = out.failed ? cli_fail(CLI_MEMORY, NULL, "no memory")
                            : cli_write(NULL, strbuf_view(&out));
    strbuf_free(&out);
    return status;
}

static int read_and_eval(struct eval_args *a)
{
    sheaf_error err = {0};
    struct eval_set set;
    int status;
    if (eval_set_open(&set, &a->set, a->run.solve.seed, &err)) {
        cli_fail_error(&err, CLI_AT_RUN);
        status = err.code == SHEAF_ERR_NOMEM ? CLI_MEMORY : CLI_USAGE;
    } else {
        sheaf_eval_options o = options_of(&set, a);
        status = a->list || a->dry_run ? tell_plan(&set, a, &o) : load_and_eval(set.data, a, &o);
    }
    eval_set_close(&set);
    return status;
}

/* ---- arguments ------------------------------------------------------------------------------ */

/* CLI_GO when all names are known. */
static int check_strategies(const struct cli_list *names)
{
    sheaf_error err = {0};
    struct lineup unused;
    if (names->n && strcmp(names->items[0], "list") == 0)
        return names_print(sheaf_eval_strategy_name, sheaf_eval_strategy_about);
    if (lineup_make(&unused, names->items, names->n, &err))
        return cli_fail_error(&err, CLI_AT_RUN);
    return CLI_GO;
}

static int choose_data(struct eval_args *a, int argc, char **argv)
{
    if (argc && a->set.data)
        return cli_fail(CLI_USAGE, "data", "given twice; an operand or --data wanted");
    if (argc)
        a->set.data = argv[0];
    return a->set.data ? CLI_GO
                       : cli_fail(CLI_USAGE, "--data", "not given; a file of problems wanted");
}

static int run(const struct cli_command *self, int argc, char **argv)
{
    struct eval_args a = {.model = MODEL_ARGS_DEFAULT,
                          .run = solve_args_defaults(),
                          .set.layout = "plain",
                          .task = "auto",
                          .format = "md"};
    int rc = cli_parse(self, &a, &argc, argv);
    if (rc == CLI_GO)
        rc = check_strategies(&a.strategies);
    if (rc == CLI_GO)
        rc = cli_operands(self, argc, argv, 1);
    if (rc == CLI_GO)
        rc = choose_data(&a, argc, argv);
    if (rc == CLI_GO && a.run.solve.only_trace >= 0 && !a.out)
        rc = cli_fail(CLI_USAGE, "--only-trace", "needs -o DIR with a stored run");
    if (rc != CLI_GO || (rc = cli_check_output(NULL)) != CLI_OK)
        return rc;
    solve_args_settle(&a.run);
    return read_and_eval(&a);
}

const struct cli_command cmd_eval = {
    "eval", "[FILE|TASK]", "measure strategies over a set of problems", details, options, run};
