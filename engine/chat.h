/* chat.h - conversations to prompts: a compiled chat template with the strings of its model.
 *
 * A template is Jinja source (of the model file, or of the user) or a built-in one picked by name.
 * The rendered prompt comes in segments: control tokens are recognised in trusted ones only.
 * Trusted is what the template itself writes, with bos_token and eos_token; everything that came in
 * as messages or options is not. */
#ifndef ENGINE_CHAT_H
#define ENGINE_CHAT_H

#include "base/json.h"
#include "engine/jinja.h"

typedef struct chat_template chat_template;

struct chat_message {
    text role; /* "system", "user", "assistant" */
    text content;
};

/* Start from chat_default_options. What is unset is undefined in the template. */
struct chat_options {
    int thinking;              /* enable_thinking: -1 unset, 0 off, 1 on            */
    bool add_generation_prompt;
    text reasoning_effort;     /* "low", "medium", "high"; empty: unset             */
    struct jinja_time now;     /* what strftime_now says; fixed, so that prompts repeat */
    const cJSON *extra;        /* object of further variables, borrowed; NULL: none */
};

/* Thinking unset, with generation prompt, 15 January 2026, 10:30. */
extern const struct chat_options chat_default_options;

/* Compiles a template; the strings are copied. `bos` and `eos` are what bos_token and eos_token
 * stand for, empty when the model has none. Errors: those of jinja_compile. */
sheaf_code chat_template_create(chat_template **out, text source, text bos, text eos,
                                sheaf_error *err);
void chat_template_free(chat_template *t);

/* Jinja source of a built-in template, or an empty text when there is none of that name. */
text chat_builtin(text name);
/* The i-th name, NULL behind the last. */
const char *chat_builtin_name(size_t i);
/* Name of the template for a model file that brings none. */
const char *chat_default_name(bool has_im_start);

/* Renders a conversation into `out` (empty; release with jinja_output_free). Errors: those of
 * jinja_render. */
sheaf_code chat_render(const chat_template *t, struct jinja_output *out,
                       const struct chat_message *messages, size_t n_messages,
                       const struct chat_options *options, sheaf_error *err);

/* The same from JSON: an array of objects with any members (tool_calls, reasoning_content, ...). */
sheaf_code chat_render_json(const chat_template *t, struct jinja_output *out, const cJSON *messages,
                            const struct chat_options *options, sheaf_error *err);

/* The template left the prompt inside an open think block: what follows is reasoning already. */
bool chat_opens_think(const struct jinja_output *prompt);

#endif
