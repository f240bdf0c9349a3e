/* cmd_solve.c - `sheaf solve`: one question, many traces, one voted answer. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/cli.h"
#include "src/cli_io.h"
#include "src/live.h"
#include "src/model_args.h"
#include "src/names.h"
#include "src/question.h"
#include "src/prompt_cache.h"
#include "src/report.h"
#include "src/solve_args.h"
#include "src/solve_store.h"

struct command_args {
    struct model_args model;
    struct solve_args run;
    const char *prompt, *file;
    const char *format, *out, *color;
    const char *store; /* the run directory that -o names, or NULL */
    strbuf note; /* of the engine, for the records */
    bool redo;
    bool quiet;
    int verbose;
    double min_share;
};

#define AT(member) offsetof(struct command_args, member)

static const struct cli_option options[] = {
    {.name = "", .kind = CLI_HEADING, .help = "Question"},
    {.name = "prompt",
     .letter = 'p',
     .kind = CLI_TEXT,
     .at = AT(prompt),
     .value = "TEXT",
     .help = "the question"},
    {.name = "file",
     .letter = 'f',
     .kind = CLI_TEXT,
     .at = AT(file),
     .value = "FILE",
     .help = "read the question from a file, - for standard input"},
    PROMPT_OPTIONS(struct command_args, run),

    {.name = "", .kind = CLI_HEADING, .help = "Model"},
    MODEL_OPTIONS(struct command_args, model),

    {.name = "", .kind = CLI_HEADING, .help = "Budget"},
    BUDGET_OPTIONS(struct command_args, run),

    {.name = "", .kind = CLI_HEADING, .help = "Sampling"},
    SAMPLING_OPTIONS(struct command_args, run),

    {.name = "", .kind = CLI_HEADING, .help = "Strategy"},
    {.name = "strategy",
     .kind = CLI_TEXT,
     .at = AT(run.solve.strategy),
     .value = "NAME",
     .env = true,
     .help = "how traces are run and voted, `list` shows all, or auto (deepconf-online)"},
    RULE_OPTIONS(struct command_args, run),
    STRATEGY_OPTIONS(struct command_args, run),
    {.name = "no-certificate",
     .kind = CLI_OFF,
     .at = AT(run.solve.certificate),
     .help = "do not stop a majority vote that is already decided"},
    {.name = "only-trace",
     .kind = CLI_I64,
     .at = AT(run.solve.only_trace),
     .min = 0,
     .max = 4095,
     .value = "ID",
     .help = "run this trace alone; with -o DIR: is it the stored one, bit for bit?"},

    {.name = "", .kind = CLI_HEADING, .help = "Output"},
    {.name = "format",
     .kind = CLI_CHOICE,
     .at = AT(format),
     .choices = "text json",
     .help = "what standard output gets (text)"},
    {.name = "output",
     .letter = 'o',
     .kind = CLI_TEXT,
     .at = AT(out),
     .value = "PATH",
     .help = "write the result to a file, whole or not at all; a directory (or NAME/) keeps "
             "every trace and goes on where it was"},
    {.name = "redo",
     .kind = CLI_ON,
     .at = AT(redo),
     .help = "throw away the records in the directory of -o"},
    {.name = "min-share",
     .kind = CLI_F64,
     .at = AT(min_share),
     .min = 0,
     .max = 1,
     .value = "SHARE",
     .help = "exit status 3 when the leader's share is smaller (0)"},
    {.name = "verbose",
     .letter = 'v',
     .kind = CLI_COUNT,
     .at = AT(verbose),
     .help = "show the winning trace; in JSON every trace"},
    {.name = "quiet",
     .letter = 'q',
     .kind = CLI_ON,
     .at = AT(quiet),
     .help = "the answer alone, no progress"},
    {.name = "color",
     .kind = CLI_CHOICE,
     .at = AT(color),
     .choices = "auto always never",
     .help = "colours (auto: on a terminal unless NO_COLOR is set)"},
    CLI_END};

static const char details[] =
    "Without a question on the command line it is read from standard input.\n"
    "The answer is the first line of standard output; progress goes to standard error.\n"
    "The first Ctrl-C ends the run and prints the vote so far, marked partial; the second ends\n"
    "the program.\n\n"
    "Examples\n"
    "  sheaf \"What is 17 * 24?\"\n"
    "  sheaf solve -m model.gguf -N 64 --variant low --format json -f question.txt\n"
    "  sheaf solve -q --min-share 0.6 \"Is 221 prime?\" || echo unsure";

/* ---- names of strategies and rules ---------------------------------------------------------- */

/* CLI_GO when every name given is known; a `list` is printed. */
static int check_names(const struct command_args *a)
{
    const struct {
        const char *option, *given;
        name_fn *name, *about;
    } names[] = {
        {"--strategy", a->run.solve.strategy, sheaf_strategy_name, sheaf_strategy_about},
        {"--cut", a->run.solve.cut, sheaf_cut_rule_name, sheaf_cut_rule_about},
        {"--vote", a->run.solve.vote, sheaf_vote_rule_name, sheaf_vote_rule_about},
        {"--stop", a->run.solve.stop, sheaf_stop_rule_name, sheaf_stop_rule_about},
    };
    int rc = CLI_GO;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && rc == CLI_GO; i++) {
        if (!names[i].given)
            continue;
        if (strcmp(names[i].given, "list") == 0)
            return names_print(names[i].name, names[i].about);
        rc = names_check(names[i].option, names[i].given, names[i].name);
    }
    return rc;
}

/* ---- the run -------------------------------------------------------------------------------- */

struct watcher {
    struct live live;
    bool quiet;
};

static void note_plan(const struct watcher *w, const sheaf_event *e)
{
    char total[32], kv[32];
    const sheaf_result *r = e->so_far;
    if (w->quiet)
        return;
    cli_note("plan: %zu traces, %zu at once, memory %s, of it %s KV cache", e->n_wanted,
             r->parallel, cli_bytes(total, sizeof total, r->memory.total_bytes),
             cli_bytes(kv, sizeof kv, r->memory.kv_bytes));
    if (r->why)
        cli_note("strategy %s: %s", r->strategy, r->why);
    if (r->parallel < r->parallel_wanted)
        cli_note("memory for %zu traces at once, not %zu", r->parallel, r->parallel_wanted);
}

static void on_event(void *ctx, const sheaf_event *e)
{
    struct watcher *w = ctx;
    if (e->kind == SHEAF_EVENT_PLAN && e->so_far)
        note_plan(w, e);
    live_event(&w->live, e);
}

/* Exit status that a result deserves, with one line when it is not 0. */
static int judge_result(const sheaf_result *r, const struct command_args *a)
{
    if (cli_signal && r->partial)
        return cli_status_after_signal(CLI_OK);
    if (!r->answer)
        return cli_fail(CLI_NO_ANSWER, "answer", "none in %zu traces", r->n_traces);
    if (r->share < a->min_share)
        return cli_fail(CLI_NO_ANSWER, "answer",
                        "share %.4g of the weight; --min-share %.4g wanted", r->share,
                        a->min_share);
    return CLI_OK;
}

static int print_result(const sheaf_result *r, const struct command_args *a)
{
    strbuf b = {0};
    struct report_options o = {.answer_only = a->quiet,
                               .traces = a->verbose > 0,
                               .color = !a->out && cli_use_color(a->color, stdout)};
    if (strcmp(a->format, "json") == 0)
        report_json(&b, r, &o);
    else
        report_text(&b, r, &o);
    int status = b.failed ? cli_fail(CLI_MEMORY, "report", "no memory")
                          : cli_write(a->out, strbuf_view(&b));
    strbuf_free(&b);
    return status ? status : judge_result(r, a);
}

static struct solve_job job_of(sheaf_engine *engine, const char *question, struct command_args *a)
{
    enum answer_kind kind = solve_args_answer_kind(&a->run, ANSWER_ANY);
    model_args_note(&a->note, &a->model);
    return (struct solve_job){.engine = engine, .engine_note = a->note.p, .question = question,
                              .answer_type = answer_kind_name(kind),
                              .grader = grader_for(SHEAF_TASK_GENERIC, kind)};
}

static void note_records(const struct solve_store *s)
{
    if (s->recording && s->recorder.known.n)
        cli_note("%s: %zu traces are recorded", s->dir.path, s->recorder.known.n);
}

static int solve_with(sheaf_engine *engine, const char *question, struct command_args *a)
{
    sheaf_error err = {0};
    sheaf_result *result = NULL;
    struct solve_store store = {.recording = false};
    struct solve_job job = job_of(engine, question, a);
    struct watcher w = {.quiet = a->quiet};
    live_init(&w.live, a->quiet, cli_use_color(a->color, stderr));
    a->run.solve.on_event = on_event;
    a->run.solve.on_event_ctx = &w;
    a->run.solve.cancel = &cli_signal;
    cli_catch_signals();
    sheaf_code rc =
        a->store ? solve_store_open(&store, a->store, &job, &a->run.solve, a->redo, &err)
                 : SHEAF_OK;
    if (!a->quiet)
        note_records(&store);
    if (!rc)
        rc = sheaf_solve(&result, engine, question, &a->run.solve, &job.grader.judge, &err);
    if (store.recording)
        rc = solve_store_end(&store, result, rc, &err);
    live_end(&w.live);
    int status = rc ? cli_fail_error(&err, CLI_AT_RUN) : print_result(result, a);
    sheaf_result_free(result);
    solve_store_close(&store);
    return status;
}

/* Status 1 when the trace is not what it was. */
static int check_with(sheaf_engine *engine, const char *question, struct command_args *a)
{
    sheaf_error err = {0};
    strbuf line = {0};
    bool same = false;
    struct solve_job job = job_of(engine, question, a);
    sheaf_code rc = solve_store_check(&line, &same, a->store, &job, &a->run.solve, &err);
    int status = rc ? cli_fail_error(&err, CLI_AT_RUN) : cli_write(NULL, strbuf_view(&line));
    strbuf_free(&line);
    return status || same ? status
                          : cli_fail(CLI_RUNTIME, a->store, "the trace differs from its record");
}

static int run_with(sheaf_engine *engine, const char *question, struct command_args *a)
{
    bool check = a->store && a->run.solve.only_trace >= 0;
    return check ? check_with(engine, question, a) : solve_with(engine, question, a);
}

static int load_and_solve(const char *question, struct command_args *a)
{
    sheaf_error err = {0};
    sheaf_engine *engine = NULL;
    a->model.mem_bytes = a->run.solve.mem_bytes;
    if (model_args_open(&engine, &a->model, &err))
        return cli_fail_error(&err, CLI_AT_MODEL);
    int status = CLI_OK;
    bool file = a->run.prompt_cache != NULL; /* one question has nothing to share but with a file */
    if (file && prompt_cache_open(&a->run.solve.prompt_cache, engine, &a->run, &err))
        status = cli_fail_error(&err, CLI_AT_MODEL);
    if (!status)
        status = run_with(engine, question, a);
    if (prompt_cache_close(a->run.solve.prompt_cache, &a->run, &err) && !status)
        status = cli_fail_error(&err, CLI_AT_RUN);
    sheaf_engine_close(engine);
    return status;
}

static int run(const struct cli_command *self, int argc, char **argv)
{
    struct command_args a = {.model = MODEL_ARGS_DEFAULT,
                           .run = solve_args_defaults(),
                           .format = "text",
                           .color = "auto"};
    strbuf question = {0};
    int rc = cli_parse(self, &a, &argc, argv);
    if (rc == CLI_GO)
        rc = check_names(&a);
    if (rc == CLI_GO)
        rc = cli_operands(self, argc, argv, 1);
    if (rc == CLI_GO)
        rc = question_read(&question, &(struct question_source){.operand = argc ? argv[0] : NULL,
                                                                .prompt = a.prompt,
                                                                .file = a.file,
                                                                .verbatim = a.run.solve.raw});
    if (rc == CLI_GO && a.out && solve_store_is_dir(a.out)) {
        a.store = a.out;
        a.out = NULL;
    }
    if (rc == CLI_GO && (rc = cli_check_output(a.out)) == CLI_OK) {
        solve_args_settle(&a.run);
        rc = load_and_solve(question.p, &a);
    }
    strbuf_free(&question);
    strbuf_free(&a.note);
    return rc;
}

const struct cli_command cmd_solve = {
    "solve", "[QUESTION]", "answer a question by many voted traces (the default command)", details,
    options, run};
