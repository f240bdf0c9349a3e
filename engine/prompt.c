/* prompt.c - see prompt.h. */
#include "engine/prompt.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "engine/chat.h"
#include "engine/detokenize.h"
#include "engine/tokenizer.h"

#define MAX_MESSAGES 1024
#define MAX_PROMPT_BYTES ((size_t)16 << 20)

/* ---- template ------------------------------------------------------------------------------- */

static text special_text(const struct sheaf_engine *e, int32_t id)
{
    return id < 0 ? (text){"", 0} : tokenizer_text(e->tokens, id);
}

/* Source of the template and what it is called: the user's choice, the file's, or a default. */
static sheaf_code choose_template(const struct sheaf_engine *e, const char *choice, text *source,
                                  const char **name, sheaf_error *err)
{
    *source = (text){"", 0};
    *name = choice;
    if (choice) {
        *source = chat_builtin(text_of(choice));
        bool is_source = text_find(text_of(choice), TEXT("{")) != SIZE_MAX;
        if (source->n == 0 && !is_source)
            return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "chat template",
                              "\"%.40s\" is neither a built-in name nor Jinja source", choice);
        if (source->n == 0) {
            *source = text_of(choice);
            *name = "given";
        }
        return SHEAF_OK;
    }
    sheaf_code rc = gguf_get_text(e->file, "tokenizer.chat_template", source, err);
    *name = "of the file";
    if (!rc && source->n == 0) {
        *name = chat_default_name(tokenizer_find(e->tokens, TEXT("<|im_start|>")) >= 0);
        *source = chat_builtin(text_of(*name));
    }
    return rc;
}

sheaf_code prompt_open(struct sheaf_engine *e, const char *choice, sheaf_error *err)
{
    text source;
    const char *name;
    sheaf_code rc = choose_template(e, choice, &source, &name, err);
    if (rc)
        return rc;
    const struct tokenizer_info *t = tokenizer_info(e->tokens);
    snprintf(e->chat_name, sizeof e->chat_name, "%s", name);
    return chat_template_create(&e->chat, source, special_text(e, t->bos), special_text(e, t->eos),
                                err);
}

void prompt_close(struct sheaf_engine *e)
{
    chat_template_free(e->chat);
}

/* ---- prompts -------------------------------------------------------------------------------- */

static sheaf_code check_messages(struct chat_message *out, const sheaf_message *messages, size_t n,
                                 sheaf_error *err)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = (struct chat_message){text_of(messages[i].role), text_of(messages[i].content)};
        if (!utf8_valid(out[i].role) || !utf8_valid(out[i].content))
            return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, "message", "number %zu is not valid UTF-8",
                              i + 1);
        if (out[i].content.n > MAX_PROMPT_BYTES)
            return SHEAF_FAIL(err, SHEAF_ERR_LIMIT, "message",
                              "%zu bytes; at most %zu are possible", out[i].content.n,
                              MAX_PROMPT_BYTES);
    }
    return SHEAF_OK;
}

static text segment_text(const struct jinja_output *rendered, size_t i)
{
    const struct jinja_segment *s = &rendered->segments[i];
    return text_slice(strbuf_view(&rendered->text), s->offset, s->length);
}

sheaf_code prompt_encode(const struct tokenizer *t, int32_t **ids, size_t *n,
                         const struct jinja_output *rendered, bool add_special, sheaf_error *err)
{
    struct prompt_part *parts = alloc_zero(rendered->n_segments, sizeof *parts);
    if (!parts)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "prompt", "no memory for %zu segments",
                          rendered->n_segments);
    for (size_t i = 0; i < rendered->n_segments; i++)
        parts[i] = (struct prompt_part){segment_text(rendered, i), rendered->segments[i].trusted};
    sheaf_code rc =
        tokenizer_encode_parts(t, ids, n, parts, rendered->n_segments, add_special, err);
    alloc_free(parts);
    return rc;
}

/* Does the template itself (not a message) write the BOS string? */
static bool writes_bos(const struct sheaf_engine *e, const struct jinja_output *rendered)
{
    text bos = special_text(e, tokenizer_info(e->tokens)->bos);
    for (size_t i = 0; i < rendered->n_segments && bos.n; i++)
        if (rendered->segments[i].trusted && text_find(segment_text(rendered, i), bos) != SIZE_MAX)
            return true;
    return false;
}

sheaf_code sheaf_engine_prompt(const sheaf_engine *e, int32_t **tokens, size_t *n,
                               const sheaf_message *messages, size_t n_messages, int thinking,
                               sheaf_error *err)
{
    if (n_messages == 0 || n_messages > MAX_MESSAGES)
        return SHEAF_FAIL(err, SHEAF_ERR_LIMIT, "prompt", "%zu messages; 1 to %d are possible",
                          n_messages, MAX_MESSAGES);
    struct jinja_output rendered = {0};
    struct chat_options options = chat_default_options;
    options.thinking = thinking;
    struct chat_message *list = alloc_zero(n_messages, sizeof *list);
    if (!list)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "prompt", "no memory for %zu messages", n_messages);
    sheaf_code rc = check_messages(list, messages, n_messages, err);
    if (!rc)
        rc = chat_render(e->chat, &rendered, list, n_messages, &options, err);
    if (!rc) /* BOS is added, if the model wants it, only when the template has none */
        rc = prompt_encode(e->tokens, tokens, n, &rendered, !writes_bos(e, &rendered), err);
    jinja_output_free(&rendered);
    alloc_free(list);
    return rc;
}

sheaf_code sheaf_engine_tokenize(const sheaf_engine *e, int32_t **tokens, size_t *n,
                                 const char *input, size_t len, bool bos, bool special,
                                 sheaf_error *err)
{
    return tokenizer_encode(e->tokens, tokens, n, (text){input, len}, bos, special, err);
}

sheaf_code sheaf_engine_detokenize(const sheaf_engine *e, char **out, size_t *len,
                                   const int32_t *tokens, size_t n, sheaf_error *err)
{
    struct detok d;
    strbuf b = {0};
    detok_init(&d, e->tokens, false);
    strbuf_add(&b, "", 0);
    for (size_t i = 0; i < n; i++)
        detok_push(&d, &b, tokens[i]);
    detok_flush(&d, &b);
    if (b.failed) {
        strbuf_free(&b);
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "text", "no memory for %zu tokens", n);
    }
    *out = b.p;
    *len = b.n;
    return SHEAF_OK;
}

sheaf_code sheaf_engine_text_bytes(const sheaf_engine *e, uint32_t *bytes, const int32_t *tokens,
                                   size_t n, sheaf_error *err)
{
    struct detok d;
    strbuf b = {0};
    size_t before = 0;
    detok_init(&d, e->tokens, false);
    for (size_t i = 0; i < n; i++) {
        detok_push(&d, &b, tokens[i]);
        if (i + 1 == n)
            detok_flush(&d, &b);
        bytes[i] = (uint32_t)(b.n - before);
        before = b.n;
    }
    bool failed = b.failed;
    strbuf_free(&b);
    return failed ? SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "text", "no memory for %zu tokens", n)
                  : SHEAF_OK;
}

bool sheaf_engine_is_end(const sheaf_engine *e, int32_t token)
{
    return token >= 0 && (size_t)token < tokenizer_info(e->tokens)->n_tokens &&
           tokenizer_is_eog(e->tokens, token);
}
