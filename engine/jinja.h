/* jinja.h - a small interpreter for the Jinja2 dialect of chat templates.
 *
 * What it follows: jinja2 3.1 with trim_blocks, lstrip_blocks and loopcontrols, without autoescape,
 * plus what Hugging Face adds for chat templates (tojson without HTML escapes, raise_exception,
 * strftime_now, generation blocks). Left out on purpose: everything that reads files or other
 * templates (include, import, extends) and all access to Python internals.
 *
 * Templates are untrusted: source size, steps, nesting, memory and output are bounded, and passing
 * a bound is an error (SHEAF_ERR_LIMIT), never a crash.
 *
 * Every byte of the output knows where it came from: template text and values bound as trusted, or
 * values bound as untrusted (message contents). A tokenizer recognises control tokens in trusted
 * bytes only, so that a message cannot forge the end of its own turn. */
#ifndef ENGINE_JINJA_H
#define ENGINE_JINJA_H

#include <sheaf/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct jinja_limits {
    size_t max_source;  /* bytes of the template */
    size_t max_output;  /* bytes of the output, and of any string built on the way */
    size_t max_memory;  /* bytes of values; the same again for the compiled template */
    uint64_t max_steps; /* statements, expressions, and work on values in small units */
    int max_depth;      /* nesting of statements, expressions, calls and values */
};

/* 1 MiB of source, 4 MiB of output, 96 MiB of memory, 4 million steps, 400 levels. */
extern const struct jinja_limits jinja_default_limits;

/* A run of output bytes of one origin. */
struct jinja_segment {
    size_t offset, length;
    bool trusted;
};

/* What a rendering gives. Zero-initialise; release with jinja_output_free. The segments cover the
 * text without gaps, neighbours differ in `trusted`, none is empty. */
struct jinja_output {
    strbuf text;
    struct jinja_segment *segments;
    size_t n_segments, cap_segments;
};

void jinja_output_free(struct jinja_output *o);

/* Minutes do not matter to a template, days do: the clock is given, never read. */
struct jinja_time {
    int year, month, day; /* 2026, 1..12, 1..31 */
    int hour, minute, second;
};

typedef struct jinja_template jinja_template;
typedef struct jinja_run jinja_run; /* one rendering: jinja_value.h */

/* Defines the variables of a rendering with jinja_bind and the constructors of jinja_value.h;
 * faults stay in the run. */
typedef void jinja_bind_fn(jinja_run *r, const void *ctx);

/* Compiles `source` (copied). Errors: FORMAT with the line, UNSUPPORTED naming the feature, LIMIT,
 * NOMEM. Release with jinja_free. A template is constant afterwards and may be shared by
 * threads. */
sheaf_code jinja_compile(jinja_template **out, text source, const struct jinja_limits *limits,
                         sheaf_error *err);
void jinja_free(jinja_template *t);

/* Renders into `out` (which must be empty; written only on success). Errors: FORMAT for what Python
 * would raise (undefined values, wrong types, raise_exception), UNSUPPORTED, LIMIT, NOMEM. */
sheaf_code jinja_render(const jinja_template *t, struct jinja_output *out, jinja_bind_fn *bind,
                        const void *ctx, const struct jinja_time *now, sheaf_error *err);

#endif
