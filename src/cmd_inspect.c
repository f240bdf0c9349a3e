/* cmd_inspect.c - `sheaf inspect WHAT`: one JSON line in, one JSON line out, flushed before the
 * next is read, so that it can be driven through a pipe. A line that cannot be answered gets an
 * error object in its place; the exit status tells only whether every line got its line. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/file.h"
#include "src/cli.h"
#include "src/cli_io.h"
#include "src/inspect.h"
#include "src/inspect_dequant.h"
#include "src/inspect_env.h"

#define LINE_BYTES ((size_t)64 << 20)

#define AT(member) offsetof(struct inspect_env, member)

static const struct cli_option options[] = {
    MODEL_OPTIONS(struct inspect_env, model),
    {.name = "state-type", .kind = CLI_CHOICE, .at = AT(state_type), .choices = "f32",
     .help = "precision of recurrent state (f32)"},
    {.name = "type", .kind = CLI_TEXT, .at = AT(type), .value = "TYPE",
     .help = "tensor type of dequant, such as Q4_K"},
    {.name = "json", .kind = CLI_TEXT, .at = AT(json_file), .value = "FILE",
     .help = "answer the one JSON document in this file instead of lines"},
    CLI_END};

static const struct inspect_entry *const tables[] = {inspect_text, inspect_model, inspect_vote,
                                                     inspect_verify};

static const struct inspect_entry *find(const char *what)
{
    for (size_t k = 0; k < sizeof tables / sizeof *tables; k++)
        for (const struct inspect_entry *e = tables[k]; e->what; e++)
            if (strcmp(e->what, what) == 0)
                return e;
    return NULL;
}

static bool is_in(const struct inspect_entry *table, const struct inspect_entry *e)
{
    for (; table->what; table++)
        if (table == e)
            return true;
    return false;
}

/* The text below the options, from the tables. */
static void describe(strbuf *b)
{
    strbuf_str(b, "Reads JSON lines from standard input and answers each with one line. Unknown "
                  "fields are\nignored, `id` is copied, a fault answers "
                  "{\"error\":{\"code\",\"message\"}}.\n\nWHAT\n");
    for (size_t k = 0; k < sizeof tables / sizeof *tables; k++)
        for (const struct inspect_entry *e = tables[k]; e->what; e++)
            strbuf_printf(b, "  %-14s %s\n", e->what, e->fields);
    strbuf_str(b, "  dequant        raw blocks of --type on standard input -> raw f32\n\n"
                  "Example\n  echo '{\"text\":\"Hello\"}' | sheaf inspect tokenize -m model.gguf");
}

/* ---- one line ------------------------------------------------------------------------------- */

static void open_answer(strbuf *out, const cJSON *in)
{
    strbuf_reset(out);
    jsonw_open(out, '{');
    const cJSON *id = json_get(in, "id");
    char *printed = id ? cJSON_PrintUnformatted(id) : NULL;
    if (printed) {
        jsonw_key(out, "id");
        strbuf_str(out, printed);
        cJSON_free(printed);
    }
}

static void close_answer(strbuf *out)
{
    jsonw_close(out, '}');
    strbuf_char(out, '\n');
}

static void answer_error(strbuf *out, const cJSON *in, const sheaf_error *err)
{
    open_answer(out, in);
    jsonw_key(out, "error");
    jsonw_open(out, '{');
    jsonw_key(out, "code");
    jsonw_str(out, sheaf_code_name(err->code));
    jsonw_key(out, "message");
    jsonw_str(out, err->message);
    jsonw_close(out, '}');
    close_answer(out);
}

static void answer_line(strbuf *out, struct inspect_env *env, const struct inspect_entry *e,
                        text line)
{
    sheaf_error err = {0};
    cJSON *in = NULL;
    sheaf_code rc = json_parse(&in, line, NULL, &err);
    if (!rc && !cJSON_IsObject(in))
        rc = SHEAF_FAIL(&err, SHEAF_ERR_FORMAT, NULL, "the line is no JSON object");
    if (!rc) {
        open_answer(out, in);
        rc = e->fn(env, in, out, &err);
    }
    if (!rc && out->failed)
        rc = SHEAF_FAIL(&err, SHEAF_ERR_NOMEM, NULL, "no memory for the answer");
    if (rc) {
        strbuf_free(out);
        answer_error(out, in, &err);
    } else {
        close_answer(out);
    }
    cJSON_Delete(in);
}

/* ---- lines from standard input -------------------------------------------------------------- */

struct lines {
    strbuf buffer;
    size_t start;   /* of the next line in the buffer               */
    size_t searched; /* bytes from `start` known to hold no line end */
    bool skipping;  /* in a line that was too long                  */
    bool ended;
};

/* More input behind the buffer; what was consumed is dropped first. */
static int fill(struct lines *l)
{
    char chunk[65536];
    ssize_t n = read(STDIN_FILENO, chunk, sizeof chunk);
    if (n < 0 && errno == EINTR)
        return CLI_OK;
    if (n < 0)
        return cli_fail(CLI_RUNTIME, "standard input", "cannot read: %s", strerror(errno));
    if (l->start) {
        memmove(l->buffer.p, l->buffer.p + l->start, l->buffer.n - l->start);
        l->buffer.n -= l->start;
        l->start = 0;
    }
    strbuf_add(&l->buffer, chunk, (size_t)n);
    l->ended = n == 0;
    return l->buffer.failed ? cli_fail(CLI_MEMORY, "standard input", "no memory") : CLI_OK;
}

/* A whole line in *line, without its end; false when more must be read first. */
static bool take(struct lines *l, text *line)
{
    text rest = {l->buffer.p + l->start, l->buffer.n - l->start};
    size_t end = text_find(text_slice(rest, l->searched, rest.n), TEXT("\n"));
    if (end == SIZE_MAX && !(l->ended && (rest.n || l->skipping))) {
        l->searched = rest.n;
        return false;
    }
    size_t n = end == SIZE_MAX ? rest.n : l->searched + end;
    *line = text_slice(rest, 0, n);
    l->start += end == SIZE_MAX ? n : n + 1;
    l->searched = 0;
    return true;
}

/* Keeps the memory bounded: of an over-long line only the fact remains. */
static void drop_long(struct lines *l)
{
    if (l->buffer.n - l->start > LINE_BYTES) {
        l->skipping = true;
        l->start = l->buffer.n;
        l->searched = 0;
    }
}

static int answer(struct lines *l, strbuf *out, struct inspect_env *env,
                  const struct inspect_entry *e, text line)
{
    if (l->skipping) {
        sheaf_error err = {0};
        (void)SHEAF_FAIL(&err, SHEAF_ERR_LIMIT, NULL, "the line is longer than %zu bytes",
                         LINE_BYTES);
        answer_error(out, NULL, &err);
        l->skipping = false;
    } else {
        answer_line(out, env, e, line);
    }
    return out->failed ? cli_fail(CLI_MEMORY, e->what, "no memory")
                       : cli_write(NULL, strbuf_view(out));
}

static int answer_stdin(struct inspect_env *env, const struct inspect_entry *e)
{
    struct lines l = {0};
    strbuf out = {0};
    int status = CLI_OK;
    while (!status && !l.ended) {
        text line;
        status = fill(&l);
        while (!status && take(&l, &line))
            status = answer(&l, &out, env, e, line);
        drop_long(&l);
    }
    strbuf_free(&l.buffer);
    strbuf_free(&out);
    return status;
}

static int answer_file(struct inspect_env *env, const struct inspect_entry *e)
{
    sheaf_error err = {0};
    strbuf document = {0}, out = {0};
    int status;
    if (file_read(&document, env->json_file, (size_t)1 << 30, &err)) {
        status = cli_fail_error(&err, CLI_AT_RUN);
    } else {
        answer_line(&out, env, e, text_trim(strbuf_view(&document)));
        status = cli_write(NULL, strbuf_view(&out));
    }
    strbuf_free(&document);
    strbuf_free(&out);
    return status;
}

/* ---- the command ---------------------------------------------------------------------------- */

/* A bad model is told once, not once per line. */
static int open_early(struct inspect_env *env, const struct inspect_entry *e)
{
    sheaf_error err = {0};
    const tokenizer *vocabulary;
    sheaf_engine *engine;
    sheaf_code rc = SHEAF_OK;
    if (is_in(inspect_model, e))
        rc = inspect_env_engine(env, &engine, &err);
    else if (is_in(inspect_text, e))
        rc = inspect_env_tokenizer(env, &vocabulary, &err);
    if (!rc && is_in(inspect_text, e) && !env->model.model && strcmp(e->what, "render") != 0)
        return cli_fail(CLI_USAGE, "--model", "none given; inspect %s needs one", e->what);
    return rc ? cli_fail_error(&err, CLI_AT_MODEL) : CLI_OK;
}

static int inspect(struct inspect_env *env, const char *what)
{
    if (strcmp(what, "dequant") == 0)
        return inspect_dequant(env->type);
    const struct inspect_entry *e = find(what);
    if (!e)
        return cli_fail(CLI_USAGE, what, "nothing of this name; `sheaf inspect --help` lists all");
    int status = open_early(env, e);
    if (status)
        return status;
    return env->json_file ? answer_file(env, e) : answer_stdin(env, e);
}

static int run(const struct cli_command *self, int argc, char **argv)
{
    struct inspect_env env = {.model = MODEL_ARGS_DEFAULT, .state_type = "f32"};
    struct cli_command with_tables = *self;
    strbuf details = {0};
    env.model.model = NULL;
    describe(&details);
    with_tables.details = details.failed ? NULL : details.p;
    int rc = cli_parse(&with_tables, &env, &argc, argv);
    strbuf_free(&details);
    if (rc == CLI_GO)
        rc = cli_operands(self, argc, argv, 1);
    if (rc == CLI_GO && argc == 0)
        rc = cli_fail(CLI_USAGE, "inspect", "WHAT is missing; `sheaf inspect --help` lists all");
    if (rc == CLI_GO)
        rc = inspect(&env, argv[0]);
    inspect_env_reset(&env);
    return rc;
}

const struct cli_command cmd_inspect = {
    "inspect", "WHAT", "ask an inner part: one JSON line in, one out", NULL, options, run};
