/* cmd_merge.c - `sheaf merge OUT SHARD...`: the shards of an evaluation put together. */
#include <sheaf/eval.h>

#include "evals/scorebook.h"
#include "evals/shard_merge.h"
#include "src/cli.h"
#include "src/cli_io.h"
#include "src/eval_report.h"

struct merge_args {
    bool redo, quiet;
};

#define AT(member) offsetof(struct merge_args, member)

static const struct cli_option options[] = {
    {.name = "redo", .kind = CLI_ON, .at = AT(redo), .help = "throw away the run that OUT holds"},
    {.name = "quiet", .letter = 'q', .kind = CLI_ON, .at = AT(quiet), .help = "print no table"},
    CLI_END};

static const char details[] =
    "SHARD is a directory of `sheaf eval --shard`. OUT becomes the directory of the unsharded\n"
    "run: the same records in the same order, but for times. Refused, with nothing written:\n"
    "shards of different settings (each difference is printed), a shard that is missing, not\n"
    "finished or given twice, a problem that is in two.\n\n"
    "Example\n"
    "  sheaf eval gsm8k -N 16 -o run --shard 1/2 && sheaf eval gsm8k -N 16 -o run --shard 2/2\n"
    "  sheaf merge run/whole run/shard-*";

static int print_table(const char *dir, const struct eval_report *r, bool quiet)
{
    strbuf table = {0}, path = {0};
    eval_report_print(&table, r, TABLE_MARKDOWN);
    strbuf_printf(&path, "%s/table.md", dir);
    int status = table.failed || path.failed ? cli_fail(CLI_MEMORY, dir, "no memory")
                                             : cli_write(path.p, strbuf_view(&table));
    if (!status && !quiet)
        status = cli_write(NULL, strbuf_view(&table));
    strbuf_free(&table);
    strbuf_free(&path);
    return status;
}

static int report(const char *dir, bool quiet)
{
    sheaf_error err = {0};
    struct run_reader run = {.dir = NULL};
    struct scorebook book = {.n = 0};
    int status;
    if (run_reader_open(&run, dir, &err) || scorebook_open(&book, &run, &err)) {
        status = cli_fail_error(&err, CLI_AT_RUN);
    } else {
        const struct eval_report r = {.summary = &book.summary.pub, .config = run.config};
        status = print_table(dir, &r, quiet);
    }
    scorebook_close(&book);
    run_reader_close(&run);
    return status;
}

static int merge(const struct merge_args *a, const char *out, const char *const *shards, size_t n)
{
    sheaf_error err = {0};
    strbuf diff = {0};
    int status;
    if (shard_merge(&diff, out, shards, n, a->redo, &err)) {
        status = cli_fail_error(&err, CLI_AT_RUN);
        if (diff.n)
            fputs(diff.p, stderr);
    } else {
        status = report(out, a->quiet);
    }
    strbuf_free(&diff);
    return status;
}

static int run(const struct cli_command *self, int argc, char **argv)
{
    struct merge_args a = {.redo = false};
    int rc = cli_parse(self, &a, &argc, argv);
    if (rc != CLI_GO)
        return rc;
    if (argc < 2)
        return cli_fail(CLI_USAGE, "merge", "OUT and the directories of all shards wanted");
    if (!a.quiet && (rc = cli_check_output(NULL)) != CLI_OK)
        return rc;
    return merge(&a, argv[0], (const char *const *)argv + 1, (size_t)argc - 1);
}

const struct cli_command cmd_merge = {
    "merge", "OUT SHARD...", "put the shards of an evaluation together", details, options, run};
