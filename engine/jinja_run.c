/* jinja_run.c - the budgets and the output of one rendering.
 *
 * There is a single output buffer. A string under construction is simply the end of it (capture,
 * write, captured), which gives macros, block sets, str(), tojson and join one mechanism and one
 * limit: no intermediate string can be longer than the output may be. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "engine/jinja_value.h"

jv jinja_fail(jinja_run *r, sheaf_code code, const char *format, ...)
{
    if (r->code != SHEAF_OK)
        return JV_NOTHING;
    char message[200];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    r->code = SHEAF_FAIL(r->err, code, "chat template", "line %d: %s", r->line, message);
    return JV_NOTHING;
}

bool jinja_charge(jinja_run *r, size_t n)
{
    if (r->code != SHEAF_OK)
        return false;
    if (n > r->limits.max_steps - r->steps) {
        jinja_fail(r, SHEAF_ERR_LIMIT, "the template runs for more than %llu steps",
                   (unsigned long long)r->limits.max_steps);
        return false;
    }
    r->steps += n;
    return true;
}

bool jinja_enter(jinja_run *r)
{
    if (!jinja_step(r))
        return false;
    if (r->depth >= r->limits.max_depth) {
        jinja_fail(r, SHEAF_ERR_LIMIT, "the template nests deeper than %d levels",
                   r->limits.max_depth);
        return false;
    }
    r->depth++;
    return true;
}

void jinja_leave(jinja_run *r)
{
    r->depth--;
}

void *jinja_take(jinja_run *r, size_t count, size_t size)
{
    if (r->code != SHEAF_OK)
        return NULL;
    void *p = arena_take(&r->mem, count, size);
    if (p == NULL)
        jinja_fail(r, SHEAF_ERR_LIMIT, "the template needs more than %zu bytes of memory",
                   r->limits.max_memory);
    return p;
}

void jinja_bind(jinja_run *r, text name, jv value)
{
    jv_put(r, &r->scope->vars, jv_text(name, false), value);
}

size_t jinja_capture(jinja_run *r)
{
    return r->out.n;
}

/* Marks of the captured bytes when both origins occur, else NULL. */
static const uint8_t *copy_marks(jinja_run *r, const char *marks, size_t n)
{
    if (n == 0 || memchr(marks, marks[0] ^ 1, n) == NULL)
        return NULL;
    uint8_t *copy = jinja_take(r, n, 1);
    if (copy != NULL)
        memcpy(copy, marks, n);
    return copy;
}

jv jinja_captured(jinja_run *r, size_t start)
{
    if (r->code != SHEAF_OK || r->out.n == start)
        return jv_text(TEXT(""), false);
    size_t n = r->out.n - start;
    char *copy = jinja_take(r, n, 1);
    if (copy == NULL)
        return jv_text(TEXT(""), false);
    memcpy(copy, r->out.p + start, n);
    jv v = jv_text((text){copy, n}, r->marks.p[start] != 0);
    v.s.marks = copy_marks(r, r->marks.p + start, n);
    r->out.n = r->marks.n = start;
    return v;
}

/* Room for n bytes at the end of the output, checked against the limits. */
static bool reserve(jinja_run *r, size_t n)
{
    if (!jinja_charge(r, n / 64))
        return false;
    if (n > r->limits.max_output - r->out.n) {
        jinja_fail(r, SHEAF_ERR_LIMIT, "the template writes more than %zu bytes",
                   r->limits.max_output);
        return false;
    }
    return true;
}

static void check_buffers(jinja_run *r)
{
    if (r->out.failed || r->marks.failed)
        jinja_fail(r, SHEAF_ERR_NOMEM, "no memory for the output");
}

static void fill_marks(jinja_run *r, size_t n, bool untrusted)
{
    char block[256];
    memset(block, untrusted ? 1 : 0, sizeof block);
    for (size_t left = n; left > 0;) {
        size_t part = left < sizeof block ? left : sizeof block;
        strbuf_add(&r->marks, block, part);
        left -= part;
    }
}

void jinja_write_bytes(jinja_run *r, text t, bool untrusted)
{
    if (t.n == 0 || !reserve(r, t.n))
        return;
    strbuf_add(&r->out, t.p, t.n);
    fill_marks(r, t.n, untrusted);
    check_buffers(r);
}

void jinja_write(jinja_run *r, jv string)
{
    if (string.s.marks == NULL) {
        jinja_write_bytes(r, jv_view(string), string.untrusted);
        return;
    }
    if (!reserve(r, string.s.n))
        return;
    strbuf_add(&r->out, string.s.p, string.s.n);
    strbuf_add(&r->marks, string.s.marks, string.s.n);
    check_buffers(r);
}

void jinja_write_printf(jinja_run *r, const char *format, ...)
{
    char part[400];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(part, sizeof part, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof part)
        jinja_fail(r, SHEAF_ERR_LIMIT, "a number needs more than %zu digits", sizeof part - 1);
    else
        jinja_write_bytes(r, (text){part, (size_t)n}, false);
}
