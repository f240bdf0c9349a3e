/* cmd_bench.c - `sheaf bench`: prompt and decode speed for several numbers of traces.
 *
 * What is timed is what `sheaf solve` does: one shared prompt, forks, one token per trace and step,
 * sampling and confidence included. End tokens are ignored so that every run has the same
 * length. */
#include <string.h>

#include "base/alloc.h"
#include "src/bench_compare.h"
#include "src/bench_report.h"
#include "src/cli.h"
#include "src/cli_io.h"
#include "src/model_args.h"

struct bench_args {
    struct model_args model;
    struct bench_shape shape;
    size_t repeats;
    const char *traces, *format, *ceilings, *old_binary;
    bool profile, details, quiet;
};

#define AT(member) offsetof(struct bench_args, member)

static const struct cli_option options[] = {
    MODEL_OPTIONS(struct bench_args, model),
    {.name = "prompt", .letter = 'p', .kind = CLI_SIZE, .at = AT(shape.prompt), .min = 1,
     .max = 1 << 20, .value = "N", .help = "tokens of the shared prompt (128)"},
    {.name = "gen", .letter = 'n', .kind = CLI_SIZE, .at = AT(shape.gen), .min = 1, .max = 1 << 20,
     .value = "N", .help = "tokens decoded by each trace (64)"},
    {.name = "traces", .letter = 'N', .kind = CLI_TEXT, .at = AT(traces), .value = "LIST",
     .help = "traces decoded at once, one row each (1,8,32)"},
    {.name = "repeats", .letter = 'r', .kind = CLI_SIZE, .at = AT(repeats), .min = 1,
     .max = BENCH_RUNS_MAX, .value = "N", .help = "runs per row, the median counts (3)"},
    {.name = "compare", .kind = CLI_TEXT, .at = AT(old_binary), .value = "OLD_BINARY",
     .help = "ratio to another build, the two interleaved; pairs of runs: -r, at least 5"},
    {.name = "ceilings", .kind = CLI_CHOICE, .at = AT(ceilings), .choices = "measure skip",
     .env = true, .help = "limits of the machine, about a second (measure)"},
    {.name = "mem", .kind = CLI_BYTES, .at = AT(shape.mem_bytes), .min = 0, .max = 1e15,
     .value = "BYTES", .help = "refuse rows that take more memory, such as 4G (no limit)"},
    {.name = "details", .kind = CLI_ON, .at = AT(details),
     .help = "also bytes moved and operations done by a step"},
    {.name = "profile", .kind = CLI_ON, .at = AT(profile),
     .help = "also the shares of matmul, attention, mixers, sampling and the rest"},
    {.name = "format", .kind = CLI_CHOICE, .at = AT(format), .choices = "text json md csv",
     .help = "what standard output gets (text)"},
    {.name = "quiet", .letter = 'q', .kind = CLI_ON, .at = AT(quiet), .help = "no progress"},
    CLI_END};

/* "1,8,32" into numbers; CLI_GO or a complaint. */
static int parse_traces(size_t *traces, size_t *n_rows, const char *list)
{
    text rest = text_of(list);
    for (*n_rows = 0; *n_rows < BENCH_ROWS_MAX;) {
        int64_t n = 0;
        size_t comma = text_find(rest, TEXT(","));
        text item = text_slice(rest, 0, comma == SIZE_MAX ? rest.n : comma);
        if (!text_to_i64(item, &n) || n < 1 || n > 4096)
            return cli_fail(CLI_USAGE, "--traces",
                            "'%.40s' given; whole numbers from 1 to 4096 with commas wanted", list);
        traces[(*n_rows)++] = (size_t)n;
        if (comma == SIZE_MAX)
            return CLI_GO;
        rest = text_slice(rest, comma + 1, rest.n);
    }
    return cli_fail(CLI_USAGE, "--traces", "more than %d numbers given", BENCH_ROWS_MAX);
}

/* The benchmark of one engine. */
struct bench_job {
    sheaf_engine *engine;
    const struct bench_args *args;
    sheaf_model_info info;
    struct bench_ceilings ceilings;
    size_t traces[BENCH_ROWS_MAX], n_rows;
    struct bench_row rows[BENCH_ROWS_MAX];
};

static sheaf_code measure_row(struct bench_job *job, size_t index, sheaf_error *err)
{
    const struct bench_args *a = job->args;
    struct bench_sample runs[BENCH_RUNS_MAX] = {0};
    struct bench_shape shape = a->shape;
    shape.traces = job->traces[index];
    for (size_t i = 0; i < a->repeats; i++) {
        sheaf_code rc = bench_run(&runs[i], job->engine, &shape, err);
        if (rc)
            return rc;
        if (!a->quiet)
            cli_note("%zu traces, run %zu of %zu: prompt %.1f, decode %.1f tokens/s", shape.traces,
                     i + 1, a->repeats, (double)shape.prompt / runs[i].prompt_s,
                     (double)(shape.gen * shape.traces) / runs[i].decode_s);
    }
    struct bench_cost cost = bench_cost_of(job->engine, &shape);
    bench_row_fill(&job->rows[index], &shape, runs, a->repeats, &cost);
    job->rows[index].v[BENCH_THREADS] = job->info.threads;
    return SHEAF_OK;
}

/* The ceilings before and after the rows: the better reading counts. */
static sheaf_code measure_all(struct bench_job *job, sheaf_error *err)
{
    bool ceilings = strcmp(job->args->ceilings, "measure") == 0;
    sheaf_code rc = ceilings ? bench_ceilings_raise(&job->ceilings, job->engine, err) : SHEAF_OK;
    for (size_t i = 0; i < job->n_rows && !rc; i++)
        rc = measure_row(job, i, err);
    if (!rc && ceilings)
        rc = bench_ceilings_raise(&job->ceilings, job->engine, err);
    for (size_t i = 0; i < job->n_rows && !rc; i++)
        bench_row_rate(&job->rows[i], &job->ceilings);
    return rc;
}

static int bench_model(struct bench_job *job)
{
    const struct bench_args *a = job->args;
    sheaf_error err = {0};
    strbuf b = {0};
    if (model_args_open(&job->engine, &a->model, &err))
        return cli_fail_error(&err, CLI_AT_MODEL);
    sheaf_engine_info(job->engine, &job->info);
    int status = CLI_OK;
    if (measure_all(job, &err)) {
        status = cli_fail_error(&err, CLI_AT_RUN);
    } else {
        const struct bench_report report = {job->rows, job->n_rows, &job->ceilings, &job->info,
                                            a->details, a->profile};
        bench_report(&b, &report, a->format);
        status = b.failed ? cli_fail(CLI_MEMORY, "bench", "no memory")
                          : cli_write(NULL, strbuf_view(&b));
    }
    strbuf_free(&b);
    sheaf_engine_close(job->engine);
    return status;
}

/* The command line for both builds: all of it but --compare. */
static size_t shared_arguments(const char **out, int argc, char *const *argv)
{
    size_t n = 0;
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--compare") == 0)
            i++;
        else if (strncmp(argv[i], "--compare=", 10) != 0)
            out[n++] = argv[i];
    }
    return n;
}

static int compare_builds(const struct bench_job *job, const char *const *args, size_t n_args)
{
    const struct bench_args *a = job->args;
    const struct bench_compare c = {
        .old_binary = a->old_binary, .args = args, .n_args = n_args, .n_rows = job->n_rows,
        .pairs = a->repeats < BENCH_PAIRS_MIN ? BENCH_PAIRS_MIN : a->repeats,
        .format = a->format, .quiet = a->quiet,
    };
    return bench_compare(&c);
}

static int bench(const struct cli_command *self, struct bench_job *job, struct bench_args *a,
                 int argc, char **argv)
{
    const char **args = alloc_zero((size_t)argc + 1, sizeof *args);
    if (!args)
        return cli_fail(CLI_MEMORY, "bench", "no memory");
    size_t n_args = shared_arguments(args, argc, argv); /* cli_parse moves them */
    int rc = cli_parse(self, a, &argc, argv);
    if (rc == CLI_GO)
        rc = cli_operands(self, argc, argv, 0);
    if (rc == CLI_GO)
        rc = parse_traces(job->traces, &job->n_rows, a->traces);
    if (rc == CLI_GO && (rc = cli_check_output(NULL)) == CLI_OK)
        rc = a->old_binary ? compare_builds(job, args, n_args) : bench_model(job);
    alloc_free(args);
    return rc;
}

static int run(const struct cli_command *self, int argc, char **argv)
{
    struct bench_args a = {.model = MODEL_ARGS_DEFAULT, .shape = {.prompt = 128, .gen = 64},
                           .repeats = 3, .traces = "1,8,32", .format = "text",
                           .ceilings = "measure"};
    struct bench_job *job = alloc_zero(1, sizeof *job);
    if (!job)
        return cli_fail(CLI_MEMORY, "bench", "no memory");
    job->args = &a;
    int status = bench(self, job, &a, argc, argv);
    alloc_free(job);
    return status;
}

const struct cli_command cmd_bench = {
    "bench",
    "",
    "measure prompt and decode speed, and what the machine allows",
    "One prompt is shared by all traces; tokens are drawn at temperature 0.7 and top-p 0.95, end "
    "tokens ignored.\n"
    "decode_tps     tokens of all traces together per second; +-% is half the range of the runs\n"
    "token_ms       milliseconds of a step, in which every trace gets a token\n"
    "read_%         bytes that a step moves, per second, of the memory read bandwidth\n"
    "product_%      its operations, per second, of the rate of the engine's own matrix product\n"
    "               on 64 rows with everything in the caches\n"
    "matmul_rate_%  the same while products run, as the decoder's clock tells\n\n"
    "The bytes are the least that must pass: packed weights once, keys and values of the shared\n"
    "prompt once and of each trace's own tokens, recurrent state read and written; of a mixture\n"
    "the experts visited on average when traces choose alone. Operations: 2 x the parameters that\n"
    "a token passes through x traces. Both limits are measured with the threads in use, before\n"
    "and after the rows; the better counts. json and csv hold every number under a name that\n"
    "tells its unit.\n\n"
    "Examples\n"
    "  sheaf bench -m model.gguf --prompt 128 --gen 64 --traces 1,8,32,64 -r 5 --details\n"
    "  sheaf bench -m model.gguf --compare ../old/build/sheaf -r 9",
    options,
    run};
