/* jinja.c - compile and render: the outside of the interpreter. */
#include "engine/jinja.h"

#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "engine/jinja_exec.h"

const struct jinja_limits jinja_default_limits = {
    .max_source = (size_t)1 << 20,
    .max_output = (size_t)4 << 20,
    .max_memory = (size_t)96 << 20,
    .max_steps = 4000000,
    .max_depth = 400,
};

struct jinja_template {
    arena mem; /* source, nodes, constants */
    const jinja_node *body;
    struct jinja_limits limits;
};

/* The source with "\n" for every newline and without the last one. */
static sheaf_code copy_source(arena *mem, text *out, text source, sheaf_error *err)
{
    char *copy = arena_take(mem, source.n + 1, 1);
    if (copy == NULL)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "chat template", "no memory for %zu bytes",
                          source.n);
    size_t n = 0;
    for (size_t i = 0; i < source.n; i++) {
        bool cr = source.p[i] == '\r';
        copy[n++] = cr ? '\n' : source.p[i];
        i += cr && i + 1 < source.n && source.p[i + 1] == '\n';
    }
    *out = (text){copy, n > 0 && copy[n - 1] == '\n' ? n - 1 : n};
    return SHEAF_OK;
}

static sheaf_code parse_source(jinja_template *t, text source, sheaf_error *err)
{
    struct jinja_tokens tokens = {0};
    sheaf_code code = copy_source(&t->mem, &source, source, err);
    if (code == SHEAF_OK)
        code = jinja_lex(&tokens, &t->mem, source, err);
    if (code == SHEAF_OK) {
        struct jinja_parser p = {.mem = &t->mem,
                                 .at = tokens.items,
                                 .end = tokens.items + tokens.n - 1,
                                 .max_depth = t->limits.max_depth,
                                 .err = err};
        t->body = jinja_parse(&p);
        code = p.code;
    }
    alloc_free(tokens.items);
    return code;
}

sheaf_code jinja_compile(jinja_template **out, text source, const struct jinja_limits *limits,
                         sheaf_error *err)
{
    if (source.n > limits->max_source)
        return SHEAF_FAIL(err, SHEAF_ERR_LIMIT, "chat template", "%zu bytes; at most %zu are read",
                          source.n, limits->max_source);
    jinja_template *t = alloc_zero(1, sizeof *t);
    if (t == NULL)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "chat template", "no memory");
    t->limits = *limits;
    arena_init(&t->mem, limits->max_memory);
    sheaf_code code = parse_source(t, source, err);
    if (code == SHEAF_OK)
        *out = t;
    else
        jinja_free(t);
    return code;
}

void jinja_free(jinja_template *t)
{
    if (t == NULL)
        return;
    arena_free(&t->mem);
    alloc_free(t);
}

void jinja_output_free(struct jinja_output *o)
{
    strbuf_free(&o->text);
    alloc_free(o->segments);
    *o = (struct jinja_output){0};
}

static sheaf_code add_segment(struct jinja_output *out, struct jinja_segment s, sheaf_error *err)
{
    struct jinja_segment *segments =
        alloc_grow(out->segments, out->n_segments, &out->cap_segments, sizeof *segments);
    if (segments == NULL)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "chat template", "no memory for the segments");
    out->segments = segments;
    out->segments[out->n_segments++] = s;
    return SHEAF_OK;
}

/* Hands over the text and turns its marks into runs. */
static sheaf_code take_output(jinja_run *r, struct jinja_output *out)
{
    sheaf_code code = SHEAF_OK;
    for (size_t at = 0, n; at < r->out.n && code == SHEAF_OK; at += n) {
        const char *end = memchr(r->marks.p + at, r->marks.p[at] ^ 1, r->out.n - at);
        n = end != NULL ? (size_t)(end - r->marks.p) - at : r->out.n - at;
        code = add_segment(out, (struct jinja_segment){at, n, r->marks.p[at] == 0}, r->err);
    }
    if (code == SHEAF_OK) {
        out->text = r->out;
        out->text.limit = 0;
        r->out = (strbuf){0};
    } else {
        jinja_output_free(out);
    }
    return code;
}

static bool valid_time(const struct jinja_time *t)
{
    return t->year >= 1 && t->year <= 9999 && t->month >= 1 && t->month <= 12 && t->day >= 1 &&
           t->day <= 31 && t->hour >= 0 && t->hour <= 23 && t->minute >= 0 && t->minute <= 59 &&
           t->second >= 0 && t->second <= 60;
}

sheaf_code jinja_render(const jinja_template *t, struct jinja_output *out, jinja_bind_fn *bind,
                        const void *ctx, const struct jinja_time *now, sheaf_error *err)
{
    if (!valid_time(now))
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "chat template", "the date %d-%d-%d does not exist",
                          now->year, now->month, now->day);
    jinja_run r = {.limits = t->limits, .now = *now, .err = err, .piped = JV_NOTHING};
    struct jinja_scope globals = {0};
    arena_init(&r.mem, t->limits.max_memory);
    r.scope = &globals;
    bind(&r, ctx);
    if (jinja_push_scope(&r, &globals))
        jinja_exec(&r, t->body);
    sheaf_code code = r.code == SHEAF_OK ? take_output(&r, out) : r.code;
    strbuf_free(&r.out);
    strbuf_free(&r.marks);
    arena_free(&r.mem);
    return code;
}
