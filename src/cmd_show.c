/* cmd_show.c - `sheaf show MODEL`: what a model file is and what it will take. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "src/cli.h"
#include "src/cli_io.h"
#include "src/model_args.h"
#include "src/show_gguf.h"
#include "src/table.h"

struct show_args {
    struct model_args model;
    bool metadata, tensors;
    size_t traces, max_tokens, prompt, context; /* context 0: prompt and max_tokens */
    const char *format;
};

#define AT(member) offsetof(struct show_args, member)

static const struct cli_option options[] = {
    MODEL_OPTIONS(struct show_args, model),
    {.name = "metadata", .kind = CLI_ON, .at = AT(metadata),
     .help = "list the metadata of the file instead"},
    {.name = "tensors", .kind = CLI_ON, .at = AT(tensors),
     .help = "list the tensors of the file instead"},
    {.name = "traces", .letter = 'N', .synonyms = "budget", .kind = CLI_SIZE, .at = AT(traces),
     .min = 1, .max = 4096, .value = "N", .help = "traces decoded at once in the memory plan (32)"},
    {.name = "max-tokens", .letter = 'n', .synonyms = "n-predict", .kind = CLI_SIZE,
     .at = AT(max_tokens), .min = 1, .max = 1 << 20, .value = "N",
     .help = "tokens of a trace in the memory plan (1024)"},
    {.name = "prompt", .kind = CLI_SIZE, .at = AT(prompt), .min = 1, .max = 1 << 20, .value = "N",
     .help = "tokens of the prompt in the memory plan (256)"},
    {.name = "ctx-size", .letter = 'c', .synonyms = "ctx", .kind = CLI_SIZE, .at = AT(context),
     .min = 2, .max = 1 << 21, .value = "N",
     .help = "prompt and trace together in the memory plan, instead of --max-tokens"},
    {.name = "format", .kind = CLI_CHOICE, .at = AT(format), .choices = "text json",
     .help = "what standard output gets (text)"},
    CLI_END};

struct field {
    const char *key, *label;
    enum { WORD, COUNT, BYTES, HASH } kind;
    const char *word;
    uint64_t number;
    bool optional; /* not in the text when it is 0 */
};

static void field_text(struct table *t, const struct field *f)
{
    char number[32];
    table_str(t, f->label);
    if (f->kind == WORD)
        table_str(t, f->word ? f->word : "-");
    else if (f->kind == HASH)
        table_printf(t, "%016" PRIx64, f->number);
    else if (f->kind == BYTES)
        table_str(t, cli_bytes(number, sizeof number, f->number));
    else
        table_str(t, cli_thousands(number, sizeof number, f->number));
}

static void field_json(strbuf *b, const struct field *f)
{
    char hash[24];
    jsonw_key(b, f->key);
    snprintf(hash, sizeof hash, "%016" PRIx64, f->number);
    if (f->kind == WORD && !f->word)
        jsonw_null(b);
    else if (f->kind == WORD || f->kind == HASH)
        jsonw_str(b, f->kind == WORD ? f->word : hash);
    else
        jsonw_u64(b, f->number);
}

static uint64_t count_of(int n)
{
    return n > 0 ? (uint64_t)n : 0;
}

#define W(key, label, value) {key, label, WORD, (value), 0, false}
#define N(key, label, value) {key, label, COUNT, NULL, count_of(value), false}
#define U(key, label, kind, value) {key, label, kind, NULL, (value), false}
#define OPTIONAL(key, label, kind, value) {key, label, kind, NULL, (value), true}

static void print_fields(strbuf *b, bool json, const struct field *fields, size_t n)
{
    struct table t;
    table_init(&t, "ll");
    for (size_t i = 0; i < n; i++) {
        if (json)
            field_json(b, &fields[i]);
        else if (fields[i].number || !fields[i].optional)
            field_text(&t, &fields[i]);
    }
    if (!json)
        table_print(&t, b, TABLE_PLAIN, 0, 0);
    table_free(&t);
}

static void print_info(strbuf *b, const sheaf_model_info *m, bool json)
{
    const struct field fields[] = {
        W("path", "file", m->path),
        W("name", "name", m->name),
        W("architecture", "architecture", m->architecture),
        W("quantization", "quantisation", m->quantization),
        W("license", "licence", m->license),
        U("hash", "hash", HASH, m->hash),
        U("file_bytes", "file size", BYTES, m->file_bytes),
        U("n_params", "parameters", COUNT, m->n_params),
        N("n_layers", "layers", m->n_layers),
        N("width", "width", m->width),
        N("n_heads", "heads", m->n_heads),
        N("n_kv_heads", "KV heads", m->n_kv_heads),
        N("head_width", "head width", m->head_width),
        N("n_ff", "feed-forward", m->n_ff),
        OPTIONAL("n_experts", "experts", COUNT, count_of(m->n_experts)),
        OPTIONAL("n_experts_used", "experts of a token", COUNT, count_of(m->n_experts_used)),
        N("n_vocab", "vocabulary", m->n_vocab),
        N("n_context", "context", m->n_context),
        W("tokenizer", "tokenizer", m->tokenizer),
        W("chat_template", "chat template", m->chat_template),
        W("cpu", "CPU tier", m->cpu),
        N("threads", "threads", m->threads),
        U("weights_bytes", "weights in memory", BYTES, m->weights_bytes),
        U("kv_bytes_per_token", "KV cache per token", BYTES, m->kv_bytes_per_token),
        OPTIONAL("n_window", "window", COUNT, count_of(m->n_window)),
        OPTIONAL("kv_limited_bytes", "KV cache of windows", BYTES, m->kv_limited_bytes),
        U("state_bytes", "state per trace", BYTES, m->state_bytes),
    };
    print_fields(b, json, fields, sizeof fields / sizeof *fields);
}

static sheaf_memory_plan plan_of(const sheaf_engine *engine, size_t traces, size_t prompt,
                                 size_t max_tokens)
{
    sheaf_memory_plan p = {0};
    const sheaf_decoder_options o = {.max_sessions = traces + 1, /* the prompt's own */
                                     .prefix_tokens = prompt,
                                     .session_tokens = max_tokens};
    sheaf_decoder_plan(engine, &o, &p);
    return p;
}

/* What one more trace takes, and one more token of each trace: both from plans a good deal larger,
 * as the KV cache grows by pages. */
static uint64_t trace_bytes(const sheaf_engine *engine, const struct show_args *a)
{
    enum { MORE = 64 };
    return (plan_of(engine, a->traces + MORE, a->prompt, a->max_tokens).total_bytes -
            plan_of(engine, a->traces, a->prompt, a->max_tokens).total_bytes) /
           MORE;
}

static uint64_t token_bytes(const sheaf_engine *engine, const struct show_args *a)
{
    enum { MORE = 1024 };
    return (plan_of(engine, a->traces, a->prompt, a->max_tokens + MORE).total_bytes -
            plan_of(engine, a->traces, a->prompt, a->max_tokens).total_bytes) /
           MORE / (a->traces + 1);
}

/* What the file lacks and Sheaf puts back. */
static void print_factor(strbuf *b, const sheaf_model_info *m, bool json)
{
    if (json) {
        jsonw_key(b, "logit_factor");
        jsonw_f32(b, m->logit_factor);
    } else if (m->logit_factor != 1.0f) {
        strbuf_printf(b,
                      "logits x %.6g: the multiplier of the tied head, which the file has lost "
                      "(--logit-factor)\n",
                      (double)m->logit_factor);
    }
}

static void print_plan(strbuf *b, const sheaf_engine *engine, const struct show_args *a, bool json)
{
    sheaf_memory_plan p = plan_of(engine, a->traces, a->prompt, a->max_tokens);
    const struct field fields[] = {
        U("weights", "  weights", BYTES, p.weights_bytes),
        U("kv", "  KV cache", BYTES, p.kv_bytes),
        U("state", "  recurrent state", BYTES, p.state_bytes),
        U("scratch", "  scratch", BYTES, p.scratch_bytes),
        U("total", "  total", BYTES, p.total_bytes),
        U("trace", "  each trace", BYTES, trace_bytes(engine, a)),
        U("token", "  each token of a trace", BYTES, token_bytes(engine, a)),
    };
    if (json) {
        jsonw_key(b, "plan");
        jsonw_open(b, '{');
        const struct field asked[] = {U("traces", "", COUNT, a->traces),
                                      U("max_tokens", "", COUNT, a->max_tokens),
                                      U("prompt", "", COUNT, a->prompt)};
        print_fields(b, true, asked, sizeof asked / sizeof *asked);
    } else {
        strbuf_printf(b, "\nmemory for %zu traces of %zu tokens after a prompt of %zu\n", a->traces,
                      a->max_tokens, a->prompt);
    }
    print_fields(b, json, fields, sizeof fields / sizeof *fields);
    if (json)
        jsonw_close(b, '}');
}

static int show_engine(strbuf *b, const struct show_args *a, bool json)
{
    sheaf_error err = {0};
    sheaf_engine *engine = NULL;
    sheaf_model_info info;
    if (model_args_open(&engine, &a->model, &err))
        return cli_fail_error(&err, CLI_AT_MODEL);
    sheaf_engine_info(engine, &info);
    if (json)
        jsonw_open(b, '{');
    print_info(b, &info, json);
    print_factor(b, &info, json);
    print_plan(b, engine, a, json);
    if (json) {
        jsonw_close(b, '}');
        strbuf_char(b, '\n');
    }
    sheaf_engine_close(engine);
    return CLI_OK;
}

/* The file as it is: also for files that no engine here can run. */
static int show_file(strbuf *b, const struct show_args *a, bool json)
{
    sheaf_error err = {0};
    char *path = NULL;
    gguf *g = NULL;
    sheaf_code rc = model_args_path(&path, &a->model, &err);
    if (!rc)
        rc = gguf_open(&g, path, &err);
    if (!rc)
        show_gguf(b, g, a->metadata, a->tensors, json);
    gguf_close(g);
    alloc_free(path);
    return rc ? cli_fail_error(&err, CLI_AT_MODEL) : CLI_OK;
}

static int run(const struct cli_command *self, int argc, char **argv)
{
    struct show_args a = {.model = MODEL_ARGS_DEFAULT, .traces = 32, .max_tokens = 1024,
                          .prompt = 256, .format = "text"};
    strbuf b = {0};
    int rc = cli_parse(self, &a, &argc, argv);
    if (rc == CLI_GO)
        rc = cli_operands(self, argc, argv, 1);
    if (rc != CLI_GO)
        return rc;
    if (argc)
        a.model.model = argv[0];
    if (a.context && a.context <= a.prompt)
        return cli_fail(CLI_USAGE, "--ctx-size", "%zu tokens; more than the prompt's %zu wanted",
                        a.context, a.prompt);
    if (a.context)
        a.max_tokens = a.context - a.prompt;
    bool json = strcmp(a.format, "json") == 0;
    rc = a.metadata || a.tensors ? show_file(&b, &a, json) : show_engine(&b, &a, json);
    if (!rc && b.failed)
        rc = cli_fail(CLI_MEMORY, "show", "no memory");
    if (!rc)
        rc = cli_write(NULL, strbuf_view(&b));
    strbuf_free(&b);
    return rc;
}

const struct cli_command cmd_show = {
    "show", "[MODEL]", "describe a model file and the memory it will take",
    "Metadata and tensors are read from the file alone, whatever its architecture.", options, run};
