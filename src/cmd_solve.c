/* cmd_solve.c - `sheaf solve`: one question, many traces, one voted answer. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/cli.h"
#include "src/cli_io.h"
#include "src/live.h"
#include "src/maths_judge.h"
#include "src/model_args.h"
#include "src/question.h"
#include "src/report.h"
#include "src/table.h"

struct solve_args {
    struct model_args model;
    sheaf_solve_options solve;
    const char *prompt, *file;
    const char *variant, *thinking;
    const char *format, *out, *color;
    bool no_instruction, quiet;
    int verbose;
    double min_share;
};

#define AT(member) offsetof(struct solve_args, member)

static const struct cli_option options[] = {
    {.name = "", .kind = CLI_HEADING, .help = "Question"},
    {.name = "prompt", .letter = 'p', .kind = CLI_TEXT, .at = AT(prompt), .value = "TEXT",
     .help = "the question"},
    {.name = "file", .letter = 'f', .kind = CLI_TEXT, .at = AT(file), .value = "FILE",
     .help = "read the question from a file, - for standard input"},
    {.name = "system", .kind = CLI_TEXT, .at = AT(solve.system), .value = "TEXT",
     .help = "system text (the template's)"},
    {.name = "instruction", .kind = CLI_TEXT, .at = AT(solve.instruction), .value = "TEXT",
     .help = "line put after the question (asks for a boxed answer)"},
    {.name = "no-instruction", .kind = CLI_ON, .at = AT(no_instruction),
     .help = "put nothing after the question"},
    {.name = "thinking", .kind = CLI_CHOICE, .at = AT(thinking), .choices = "auto on off",
     .help = "thinking switch of the template (auto)"},
    {.name = "raw", .kind = CLI_ON, .at = AT(solve.raw),
     .help = "the question is the whole prompt, without a template"},

    {.name = "", .kind = CLI_HEADING, .help = "Model"},
    MODEL_OPTIONS(struct solve_args, model),

    {.name = "", .kind = CLI_HEADING, .help = "Budget"},
    {.name = "traces", .letter = 'N', .synonyms = "budget", .kind = CLI_SIZE,
     .at = AT(solve.traces), .min = 1, .max = 4096, .value = "N", .env = true,
     .help = "reasoning traces in all (32)"},
    {.name = "parallel", .kind = CLI_SIZE, .at = AT(solve.parallel), .min = 0, .max = 4096,
     .value = "N", .env = true, .help = "traces decoded at once, 0 for as many as fit (0)"},
    {.name = "max-tokens", .letter = 'n', .synonyms = "n-predict", .kind = CLI_SIZE,
     .at = AT(solve.max_tokens), .min = 1, .max = 1 << 20, .value = "N", .env = true,
     .help = "most tokens of one trace (1024)"},
    {.name = "max-total-tokens", .kind = CLI_U64, .at = AT(solve.max_total_tokens), .min = 0,
     .max = 1e15, .value = "N", .help = "most tokens of all traces, 0 for no limit (0)"},
    {.name = "max-seconds", .kind = CLI_F64, .at = AT(solve.max_seconds), .min = 0, .max = 1e7,
     .value = "S", .help = "vote on what there is after S seconds, 0 for no limit (0)"},
    {.name = "mem", .kind = CLI_BYTES, .at = AT(solve.mem_bytes), .min = 0, .max = 1e15,
     .value = "BYTES", .env = true, .help = "memory budget, such as 4G (what is free)"},

    {.name = "", .kind = CLI_HEADING, .help = "Sampling"},
    {.name = "seed", .letter = 's', .kind = CLI_U64, .at = AT(solve.seed), .value = "N",
     .env = true, .help = "seed of the run: same seed, same traces (0)"},
    {.name = "temperature", .synonyms = "temp", .kind = CLI_F32,
     .at = AT(solve.sampling.temperature), .min = 0, .max = 10, .value = "T", .env = true,
     .help = "0 for greedy (0.7)"},
    {.name = "top-k", .kind = CLI_INT, .at = AT(solve.sampling.top_k), .min = 0, .max = 1000000,
     .value = "K", .help = "keep the K most probable tokens, 0 for all (0)"},
    {.name = "top-p", .kind = CLI_F32, .at = AT(solve.sampling.top_p), .min = 0, .max = 1,
     .value = "P", .help = "keep the most probable tokens that sum to P (0.95)"},
    {.name = "min-p", .kind = CLI_F32, .at = AT(solve.sampling.min_p), .min = 0, .max = 1,
     .value = "P", .help = "drop tokens below P times the most probable (0)"},

    {.name = "", .kind = CLI_HEADING, .help = "Strategy"},
    {.name = "strategy", .kind = CLI_TEXT, .at = AT(solve.strategy), .value = "NAME", .env = true,
     .help = "how traces are run and voted, `list` shows all (deepconf-online)"},
    {.name = "vote", .kind = CLI_TEXT, .at = AT(solve.vote), .value = "RULE",
     .help = "rule of an offline vote, `list` shows all (the strategy's)"},
    {.name = "warmup", .kind = CLI_SIZE, .at = AT(solve.warmup), .min = 1, .max = 4096,
     .value = "N", .help = "traces that set the threshold (16, at most half the budget)"},
    {.name = "keep", .kind = CLI_F64, .at = AT(solve.keep), .min = 0.01, .max = 1, .value = "SHARE",
     .help = "share of traces that the threshold keeps (0.9)"},
    {.name = "variant", .kind = CLI_CHOICE, .at = AT(variant), .choices = "low high",
     .help = "the paper's names for --keep 0.1 and --keep 0.9"},
    {.name = "window", .kind = CLI_SIZE, .at = AT(solve.window), .min = 0, .max = 1 << 20,
     .value = "N", .help = "tokens of a confidence group, 0 from the warm-up lengths (0)"},
    {.name = "tau", .kind = CLI_F64, .at = AT(solve.tau), .min = 0.01, .max = 2, .value = "SHARE",
     .help = "stop when the leader has this share, above 1 never (0.95)"},
    {.name = "min-ballots", .kind = CLI_SIZE, .at = AT(solve.min_ballots), .min = 1, .max = 4096,
     .value = "N", .help = "ballots needed before --tau can stop the run (4)"},
    {.name = "no-certificate", .kind = CLI_OFF, .at = AT(solve.certificate),
     .help = "do not stop a majority vote that is already decided"},
    {.name = "no-loop-guard", .kind = CLI_OFF, .at = AT(solve.loop_guard),
     .help = "let traces repeat themselves to their limit"},
    {.name = "only-trace", .kind = CLI_I64, .at = AT(solve.only_trace), .min = 0, .max = 4095,
     .value = "ID", .help = "replay this trace of the run alone"},

    {.name = "", .kind = CLI_HEADING, .help = "Output"},
    {.name = "format", .kind = CLI_CHOICE, .at = AT(format), .choices = "text json",
     .help = "what standard output gets (text)"},
    {.name = "output", .letter = 'o', .kind = CLI_TEXT, .at = AT(out), .value = "PATH",
     .help = "write the result to a file, whole or not at all"},
    {.name = "min-share", .kind = CLI_F64, .at = AT(min_share), .min = 0, .max = 1,
     .value = "SHARE", .help = "exit status 3 when the leader's share is smaller (0)"},
    {.name = "verbose", .letter = 'v', .kind = CLI_COUNT, .at = AT(verbose),
     .help = "show the winning trace; in JSON every trace"},
    {.name = "quiet", .letter = 'q', .kind = CLI_ON, .at = AT(quiet),
     .help = "the answer alone, no progress"},
    {.name = "color", .kind = CLI_CHOICE, .at = AT(color), .choices = "auto always never",
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

typedef const char *name_fn(size_t i);

/* `about` may be NULL. */
static int list_names(name_fn *name, name_fn *about)
{
    struct table t;
    strbuf b = {0};
    table_init(&t, about ? "ll" : "l");
    for (size_t i = 0; name(i); i++) {
        table_str(&t, name(i));
        if (about)
            table_str(&t, about(i));
    }
    table_print(&t, &b, TABLE_PLAIN, 0, 0);
    int status = b.failed ? cli_fail(CLI_MEMORY, NULL, "no memory")
                          : cli_write(NULL, strbuf_view(&b));
    table_free(&t);
    strbuf_free(&b);
    return status;
}

/* CLI_GO when `given` is one of the names. */
static int check_name(const char *option, const char *given, name_fn *name)
{
    const char *nearest = NULL;
    size_t least = 4;
    for (size_t i = 0; name(i); i++) {
        size_t d = cli_distance(given, name(i));
        if (d == 0)
            return CLI_GO;
        if (d < least) {
            least = d;
            nearest = name(i);
        }
    }
    if (nearest)
        return cli_fail(CLI_USAGE, option, "'%.40s' given; did you mean %s?", given, nearest);
    return cli_fail(CLI_USAGE, option, "'%.40s' given; one shown by `%s list` wanted", given,
                    option);
}

static int check_names(const struct solve_args *a)
{
    const char *vote = a->solve.vote;
    if (strcmp(a->solve.strategy, "list") == 0)
        return list_names(sheaf_strategy_name, sheaf_strategy_about);
    if (vote && strcmp(vote, "list") == 0)
        return list_names(sheaf_vote_rule_name, NULL);
    int rc = check_name("--strategy", a->solve.strategy, sheaf_strategy_name);
    return rc == CLI_GO && vote ? check_name("--vote", vote, sheaf_vote_rule_name) : rc;
}

/* ---- the run -------------------------------------------------------------------------------- */

struct watcher {
    struct live live;
    size_t parallel_wanted;
    bool quiet, verbose;
};

static void note_plan(const struct watcher *w, const sheaf_event *e)
{
    char total[32], kv[32];
    const sheaf_result *r = e->so_far;
    if (w->verbose)
        cli_note("plan: %zu traces, %zu at once, memory %s, of it %s KV cache", e->n_wanted,
                 r->parallel, cli_bytes(total, sizeof total, r->memory.total_bytes),
                 cli_bytes(kv, sizeof kv, r->memory.kv_bytes));
    else if (!w->quiet && r->parallel < w->parallel_wanted)
        cli_note("memory for %zu traces at once, not %zu", r->parallel, w->parallel_wanted);
}

static void on_event(void *ctx, const sheaf_event *e)
{
    struct watcher *w = ctx;
    if (e->kind == SHEAF_EVENT_PLAN && e->so_far)
        note_plan(w, e);
    live_event(&w->live, e);
}

/* Exit status that a result deserves, with one line when it is not 0. */
static int judge_result(const sheaf_result *r, const struct solve_args *a)
{
    if (cli_signal && r->partial)
        return cli_status_after_signal(CLI_OK);
    if (!r->answer)
        return cli_fail(CLI_NO_ANSWER, "answer", "none in %zu traces", r->n_traces);
    if (r->share < a->min_share)
        return cli_fail(CLI_NO_ANSWER, "answer", "share %.4g of the weight; --min-share %.4g wanted",
                        r->share, a->min_share);
    return CLI_OK;
}

static int print_result(const sheaf_result *r, const struct solve_args *a)
{
    strbuf b = {0};
    struct report_options o = {.answer_only = a->quiet,
                               .traces = a->verbose > 0,
                               .color = !a->out && cli_use_color(a->color, stdout),
                               .n_wanted = a->solve.traces};
    if (strcmp(a->format, "json") == 0)
        report_json(&b, r, &o);
    else
        report_text(&b, r, &o);
    int status = b.failed ? cli_fail(CLI_MEMORY, "report", "no memory")
                          : cli_write(a->out, strbuf_view(&b));
    strbuf_free(&b);
    return status ? status : judge_result(r, a);
}

static int solve_with(sheaf_engine *engine, const char *question, struct solve_args *a)
{
    sheaf_error err = {0};
    sheaf_result *result = NULL;
    sheaf_judge judge = maths_judge();
    size_t parallel = a->solve.parallel ? a->solve.parallel : a->solve.traces;
    struct watcher w = {.parallel_wanted = parallel < a->solve.traces ? parallel : a->solve.traces,
                        .quiet = a->quiet,
                        .verbose = a->verbose > 0};
    live_init(&w.live, a->quiet, cli_use_color(a->color, stderr));
    a->solve.on_event = on_event;
    a->solve.on_event_ctx = &w;
    a->solve.cancel = &cli_signal;
    cli_catch_signals();
    sheaf_code rc = sheaf_solve(&result, engine, question, &a->solve, &judge, &err);
    live_end(&w.live);
    int status = rc ? cli_fail_error(&err, CLI_AT_RUN) : print_result(result, a);
    sheaf_result_free(result);
    return status;
}

static int load_and_solve(const char *question, struct solve_args *a)
{
    sheaf_error err = {0};
    sheaf_engine *engine = NULL;
    if (model_args_open(&engine, &a->model, &err))
        return cli_fail_error(&err, CLI_AT_MODEL);
    int status = solve_with(engine, question, a);
    sheaf_engine_close(engine);
    return status;
}

/* Options that stand for others. */
static void settle(struct solve_args *a)
{
    if (a->variant)
        a->solve.keep = strcmp(a->variant, "low") == 0 ? 0.1 : 0.9;
    if (a->no_instruction)
        a->solve.instruction = NULL;
    if (strcmp(a->thinking, "auto") != 0)
        a->solve.thinking = strcmp(a->thinking, "on") == 0;
}

static int run(const struct cli_command *self, int argc, char **argv)
{
    struct solve_args a = {.model = MODEL_ARGS_DEFAULT,
                           .solve = sheaf_solve_defaults(),
                           .thinking = "auto",
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
                                                                .verbatim = a.solve.raw});
    if (rc == CLI_GO && (rc = cli_check_output(a.out)) == CLI_OK) {
        settle(&a);
        rc = load_and_solve(question.p, &a);
    }
    strbuf_free(&question);
    return rc;
}

const struct cli_command cmd_solve = {
    "solve", "[QUESTION]", "answer a question by many voted traces (the default command)", details,
    options, run};
