/* inspect_render.c - `sheaf inspect render`: a conversation through a chat template, and its
 * ids. */
#include "src/inspect_render.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "engine/prompt.h"
#include "src/inspect_env.h"

/* "2026-01-15 10:30", seconds optional, 'T' as good as the space. */
static sheaf_code read_now(const cJSON *in, struct jinja_time *out, sheaf_error *err)
{
    text t = {0};
    sheaf_code rc = json_text(in, "now", &t, err);
    if (rc || !t.p)
        return rc;
    struct jinja_time now = {0};
    char separator;
    int n = sscanf(t.p, "%4d-%2d-%2d%c%2d:%2d:%2d", &now.year, &now.month, &now.day, &separator,
                   &now.hour, &now.minute, &now.second);
    if (n < 3)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, "now", "\"%.*s\"; YYYY-MM-DD HH:MM wanted",
                          (int)(t.n < 40 ? t.n : 40), t.p);
    *out = now;
    return SHEAF_OK;
}

/* The template of the line, compiled into *owned, else the one of the command line. */
static sheaf_code find_template(struct inspect_env *env, const cJSON *in, chat_template **owned,
                                const chat_template **out, sheaf_error *err)
{
    text source = {0}, bos = TEXT(""), eos = TEXT("");
    sheaf_code rc = json_text(in, "template", &source, err);
    if (!rc)
        rc = json_text(in, "bos_token", &bos, err);
    if (!rc)
        rc = json_text(in, "eos_token", &eos, err);
    if (!rc && source.p) {
        rc = chat_template_create(owned, source, bos, eos, err);
        *out = *owned;
        return rc;
    }
    if (!rc)
        rc = inspect_env_template(env, out, err);
    if (!rc && !*out)
        rc = SHEAF_FAIL(err, SHEAF_ERR_USAGE, NULL,
                        "no template; \"template\", -m or --chat-template-file gives one");
    return rc;
}

static sheaf_code append_ids(const tokenizer *t, strbuf *out, const struct jinja_output *prompt,
                             sheaf_error *err)
{
    int32_t *ids;
    size_t n;
    sheaf_code rc = prompt_encode(t, &ids, &n, prompt, false, err);
    if (rc)
        return rc;
    jsonw_key(out, "ids");
    jsonw_i32s(out, ids, n);
    alloc_free(ids);
    return SHEAF_OK;
}

static sheaf_code append_prompt(struct inspect_env *env, strbuf *out,
                                const struct jinja_output *prompt, sheaf_error *err)
{
    const tokenizer *t = NULL;
    sheaf_code rc = inspect_env_tokenizer(env, &t, err);
    if (rc)
        return rc;
    jsonw_key(out, "rendered");
    jsonw_text(out, strbuf_view(&prompt->text));
    return t ? append_ids(t, out, prompt, err) : SHEAF_OK;
}

/* {messages, options, bos_token, eos_token, now, template} -> {rendered, ids} */
sheaf_code inspect_render(struct inspect_env *env, const cJSON *in, strbuf *out, sheaf_error *err)
{
    struct chat_options options = chat_default_options;
    chat_template *owned = NULL;
    const chat_template *t = NULL;
    struct jinja_output prompt = {0};
    options.extra = json_get(in, "options");
    sheaf_code rc = read_now(in, &options.now, err);
    if (!rc)
        rc = find_template(env, in, &owned, &t, err);
    if (!rc)
        rc = chat_render_json(t, &prompt, json_get(in, "messages"), &options, err);
    if (!rc)
        rc = append_prompt(env, out, &prompt, err);
    jinja_output_free(&prompt);
    chat_template_free(owned);
    return rc;
}
