/* cmd_vote.c - `sheaf vote`: strategies asked of the stored traces of a run. */
#include <string.h>

#include "base/arena.h"
#include "base/pool.h"
#include "evals/revote.h"
#include "src/cli.h"
#include "src/cli_io.h"
#include "src/names.h"
#include "src/run_judge.h"
#include "src/vote_plot.h"
#include "src/vote_report.h"

#define KS_MAX 32
#define THE_RUNS (-1) /* an option that was not given */

struct vote_args {
    struct cli_list strategies;
    const char *ks, *from, *problem, *format, *variant, *svg;
    size_t resamples;
    uint64_t seed;
    int64_t warmup, window, min_ballots, parallel;
    double keep, tau;
    int64_t threads;
};

#define AT(member) offsetof(struct vote_args, member)

static const struct cli_option options[] = {
    {.name = "", .kind = CLI_HEADING, .help = "Votes"},
    {.name = "strategy", .kind = CLI_LIST, .at = AT(strategies), .value = "NAME[,NAME]",
     .help = "strategies and vote rules, `list` shows both, `all` is all that need no model "
             "(majority,lowest,lowest-keep10,deepconf-online-low,deepconf-online-high)"},
    {.name = "k", .letter = 'k', .kind = CLI_TEXT, .at = AT(ks), .value = "N[,N]",
     .help = "votes over so many of the traces, drawn at random (all of them, once)"},
    {.name = "resamples", .kind = CLI_SIZE, .at = AT(resamples), .min = 1, .max = 1000000,
     .value = "N", .help = "draws per problem where -k is less than all (100)"},
    {.name = "seed", .letter = 's', .kind = CLI_U64, .at = AT(seed), .value = "N",
     .help = "seed of the draws (0)"},

    {.name = "", .kind = CLI_HEADING, .help = "Traces"},
    {.name = "problem", .kind = CLI_TEXT, .at = AT(problem), .value = "ID",
     .help = "this problem alone (all)"},
    {.name = "from", .kind = CLI_TEXT, .at = AT(from), .value = "STRATEGY",
     .help = "recorded strategy whose traces are used (the first with whole traces)"},

    {.name = "", .kind = CLI_HEADING, .help = "Replayed strategies (the settings of the run)"},
    {.name = "warmup", .kind = CLI_I64, .at = AT(warmup), .min = 1, .max = 4096, .value = "N",
     .help = "traces that set the threshold"},
    {.name = "keep", .kind = CLI_F64, .at = AT(keep), .min = 0.01, .max = 1, .value = "SHARE",
     .help = "share of traces that the threshold keeps"},
    {.name = "variant", .kind = CLI_CHOICE, .at = AT(variant), .choices = "low high",
     .help = "the paper's names for --keep 0.1 and --keep 0.9"},
    {.name = "window", .kind = CLI_I64, .at = AT(window), .min = 0, .max = 1 << 20, .value = "N",
     .help = "tokens of a confidence group, 0 from the warm-up lengths"},
    {.name = "tau", .kind = CLI_F64, .at = AT(tau), .min = 0.01, .max = 2, .value = "SHARE",
     .help = "stop when the leader has this share, above 1 never"},
    {.name = "min-ballots", .kind = CLI_I64, .at = AT(min_ballots), .min = 1, .max = 4096,
     .value = "N", .help = "ballots needed before --tau can stop"},
    {.name = "parallel", .kind = CLI_I64, .at = AT(parallel), .min = 0, .max = 4096, .value = "N",
     .help = "traces side by side: decides how far traces run past their cut"},

    {.name = "", .kind = CLI_HEADING, .help = "Output"},
    {.name = "format", .kind = CLI_CHOICE, .at = AT(format), .choices = "text md json csv",
     .help = "what standard output gets (text)"},
    {.name = "svg", .kind = CLI_TEXT, .at = AT(svg), .value = "FILE",
     .help = "also draw accuracy against tokens"},
    {.name = "threads", .letter = 't', .kind = CLI_I64, .at = AT(threads), .min = 1, .max = 256,
     .value = "N", .help = "problems side by side; changes no number (all CPUs)"},
    CLI_END};

static const char details[] =
    "RUN is a directory that `sheaf eval -o` or `sheaf solve -o` wrote, or is writing. No model\n"
    "is loaded: vote rules weigh stored statistics, every other strategy is replayed token for\n"
    "token over the stored confidences, with the cuts and stops of a real run. What asks the\n"
    "model while it runs (probe, budget forcing) cannot be replayed.\n\n"
    "Whole traces are wanted: those of `eval --strategy majority` or of `solve --strategy\n"
    "self-consistency`. Traces that a run cut or stopped serve only rules that cut as early.\n\n"
    "With -k less than the traces there are, each problem is voted on --resamples times, each\n"
    "time over other k traces, which get the ids 0 .. k - 1 in the order drawn; the draws are the\n"
    "same for all strategies. cons@k of the majority is computed exactly instead. Differences,\n"
    "their intervals and p are against the first strategy at the same k.\n\n"
    "Where the strategy majority and the rule majority are different things, the rule is the\n"
    "whole vote and majority-stop ends when its lead is safe; the same with cges and cges-stop.\n\n"
    "Examples\n"
    "  sheaf vote run1\n"
    "  sheaf vote run1 --strategy all -k 1,2,4,8,16,32 --svg curve.svg\n"
    "  sheaf vote run1 --strategy majority,deepconf-online-low,esc -k 8,16,32 --format md\n"
    "  sheaf vote run1 --problem set/3 --strategy lowest-keep10";

static const char *const default_strategies[] = {"majority", "lowest", "lowest-keep10",
                                                 "deepconf-online-low", "deepconf-online-high"};

/* ---- arguments ------------------------------------------------------------------------------ */

/* What the words of the command line stand for. */
struct request {
    arena memory;
    const char *names[REVOTE_NAMES_MAX];
    size_t n_names;
    bool all; /* not those, but all there are */
    size_t ks[KS_MAX];
    size_t n_ks;
};

/* The part of a list before its comma, or all of it; `rest` moves behind. False at the end. */
static bool next_item(text *item, text *rest)
{
    if (!rest->p)
        return false;
    size_t comma = text_find(*rest, TEXT(","));
    *item = text_slice(*rest, 0, comma);
    *rest = comma == SIZE_MAX ? (text){NULL, 0} : text_slice(*rest, comma + 1, rest->n);
    return true;
}

static int add_name(struct request *q, const char *name)
{
    sheaf_error err = {0};
    if (q->n_names == REVOTE_NAMES_MAX || !name)
        return cli_fail(CLI_USAGE, "--strategy", "more than %d names", REVOTE_NAMES_MAX);
    if (revote_check_name(name, &err))
        return cli_fail_error(&err, CLI_AT_RUN);
    q->names[q->n_names++] = name;
    return CLI_GO;
}

static int add_item(struct request *q, text item)
{
    q->all = q->all || text_equal(item, TEXT("all"));
    return q->all ? CLI_GO : add_name(q, arena_strndup(&q->memory, item.p, item.n));
}

/* "all" waits for the settings of the run. */
static int read_strategies(struct request *q, const struct cli_list *list)
{
    text item, rest;
    int rc = CLI_GO;
    const size_t n_default = sizeof default_strategies / sizeof default_strategies[0];
    for (size_t i = 0; i < n_default && list->n == 0 && rc == CLI_GO; i++)
        rc = add_name(q, default_strategies[i]);
    for (size_t i = 0; i < list->n && rc == CLI_GO; i++)
        for (rest = text_of(list->items[i]); rc == CLI_GO && next_item(&item, &rest);)
            rc = add_item(q, item);
    return rc;
}

static int read_ks(struct request *q, const char *list)
{
    text item, rest = list ? text_of(list) : (text){NULL, 0};
    while (next_item(&item, &rest)) {
        int64_t k = 0;
        if (!text_to_i64(item, &k) || k < 1 || k > 65536 || q->n_ks == KS_MAX)
            return cli_fail(CLI_USAGE, "--k",
                            "'%.60s' given; up to %d numbers from 1 to 65536 wanted", list,
                            KS_MAX);
        q->ks[q->n_ks++] = (size_t)k;
    }
    return CLI_GO;
}

static void override_size(size_t *out, int64_t given)
{
    if (given != THE_RUNS)
        *out = (size_t)given;
}

static sheaf_solve_options settings(const struct run_reader *run, const struct vote_args *a)
{
    sheaf_solve_options o = revote_settings(run);
    override_size(&o.warmup, a->warmup);
    override_size(&o.window, a->window);
    override_size(&o.min_ballots, a->min_ballots);
    override_size(&o.parallel, a->parallel);
    if (a->variant)
        o.keep = strcmp(a->variant, "low") == 0 ? 0.1 : 0.9;
    if (a->keep > 0)
        o.keep = a->keep;
    if (a->tau > 0)
        o.tau = a->tau;
    return o;
}

/* ---- the votes ------------------------------------------------------------------------------ */

static int print_votes(const struct revote *r, const char *dir, const char *format)
{
    strbuf b = {0};
    if (strcmp(format, "json") == 0)
        vote_report_json(&b, r, dir);
    else
        vote_report_table(&b, r, dir,
                          strcmp(format, "csv") == 0  ? TABLE_CSV
                          : strcmp(format, "md") == 0 ? TABLE_MARKDOWN
                                                      : TABLE_PLAIN);
    int status = b.failed ? cli_fail(CLI_MEMORY, "votes", "no memory")
                          : cli_write(NULL, strbuf_view(&b));
    strbuf_free(&b);
    return status;
}

static int draw_votes(const struct revote *r, const struct run_reader *run, const char *path)
{
    const cJSON *data = json_get(run->config, "data");
    strbuf b = {0};
    vote_plot(&b, r, cJSON_IsString(data) ? data->valuestring : run->dir);
    int status = b.failed ? cli_fail(CLI_MEMORY, "votes", "no memory for a drawing")
                          : cli_write(path, strbuf_view(&b));
    strbuf_free(&b);
    return status;
}

static int show_votes(const struct revote *r, const struct run_reader *run,
                      const struct vote_args *a)
{
    if (a->svg && !r->graded)
        return cli_fail(CLI_USAGE, "--svg", "%s has answers but no grades to draw", run->dir);
    int status = a->svg ? draw_votes(r, run, a->svg) : CLI_OK;
    return status ? status : print_votes(r, run->dir, a->format);
}

static int vote_on(const struct run_reader *run, struct request *q, const struct vote_args *a)
{
    sheaf_error err = {0};
    struct revote votes;
    struct grader grader = run_judge(run);
    struct revote_options o = {
        .strategies = q->names, .ks = q->ks, .n_ks = q->n_ks, .source = a->from,
        .problem = a->problem, .resamples = a->resamples, .seed = a->seed,
        .threads = (int)a->threads, .solve = settings(run, a), .judge = &grader.judge,
    };
    if (q->all)
        q->n_names = revote_all(q->names, o.solve.keep);
    o.n_strategies = q->n_names;
    if (!run->done)
        cli_note("%s: the run is not over; these are votes on what there is", run->dir);
    if (revote_run(&votes, run, &o, &err))
        return cli_fail_error(&err, CLI_AT_RUN);
    int status = show_votes(&votes, run, a);
    revote_free(&votes);
    return status;
}

static int read_and_vote(const char *dir, struct request *q, const struct vote_args *a)
{
    sheaf_error err = {0};
    struct run_reader run;
    if (run_reader_open(&run, dir, &err))
        return cli_fail_error(&err, CLI_AT_RUN);
    int status = vote_on(&run, q, a);
    run_reader_close(&run);
    return status;
}

static int print_names(void)
{
    int status = names_print(sheaf_strategy_name, sheaf_strategy_about);
    return status ? status : names_print(sheaf_vote_rule_name, sheaf_vote_rule_about);
}

static int run_request(const char *dir, const struct vote_args *a)
{
    struct request q = {.n_names = 0};
    arena_init(&q.memory, (size_t)1 << 20);
    int rc = read_strategies(&q, &a->strategies);
    if (rc == CLI_GO)
        rc = read_ks(&q, a->ks);
    if (rc == CLI_GO && (rc = cli_check_output(NULL)) == CLI_OK && a->svg)
        rc = cli_check_output(a->svg);
    if (rc == CLI_OK)
        rc = read_and_vote(dir, &q, a);
    arena_free(&q.memory);
    return rc;
}

static int run(const struct cli_command *self, int argc, char **argv)
{
    struct vote_args a = {.format = "text",
                          .resamples = 100,
                          .threads = pool_cpus(),
                          .warmup = THE_RUNS,
                          .window = THE_RUNS,
                          .min_ballots = THE_RUNS,
                          .parallel = THE_RUNS};
    int rc = cli_parse(self, &a, &argc, argv);
    if (rc == CLI_GO && a.strategies.n && strcmp(a.strategies.items[0], "list") == 0)
        return print_names();
    if (rc == CLI_GO)
        rc = cli_operands(self, argc, argv, 1);
    if (rc == CLI_GO && argc == 0)
        rc = cli_fail(CLI_USAGE, "RUN", "not given; a directory of `sheaf eval -o` wanted");
    return rc == CLI_GO ? run_request(argv[0], &a) : rc;
}

const struct cli_command cmd_vote = {
    "vote", "RUN", "vote on the stored traces of a run, without a model", details, options, run};
