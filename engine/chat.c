/* chat.c - binds a conversation to the variables that chat templates expect.
 *
 * The names are those of Hugging Face's apply_chat_template: messages, tools and documents (None
 * unless given), add_generation_prompt, bos_token, eos_token, and the caller's own. */
#include "engine/chat.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "engine/jinja_value.h"

struct chat_template {
    jinja_template *jinja;
    char *bos, *eos;
};

const struct chat_options chat_default_options = {
    .thinking = -1,
    .add_generation_prompt = true,
    .now = {.year = 2026, .month = 1, .day = 15, .hour = 10, .minute = 30},
};

sheaf_code chat_template_create(chat_template **out, text source, text bos, text eos,
                                sheaf_error *err)
{
    chat_template *t = alloc_zero(1, sizeof *t);
    if (t == NULL)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "chat template", "no memory");
    t->bos = alloc_strndup(bos.p != NULL ? bos.p : "", bos.n);
    t->eos = alloc_strndup(eos.p != NULL ? eos.p : "", eos.n);
    sheaf_code code = SHEAF_OK;
    if (t->bos == NULL || t->eos == NULL)
        code = SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "chat template", "no memory");
    else
        code = jinja_compile(&t->jinja, source, &jinja_default_limits, err);
    if (code == SHEAF_OK)
        *out = t;
    else
        chat_template_free(t);
    return code;
}

void chat_template_free(chat_template *t)
{
    if (t == NULL)
        return;
    jinja_free(t->jinja);
    alloc_free(t->bos);
    alloc_free(t->eos);
    alloc_free(t);
}

/* What a rendering gets: the messages in one form or the other. */
struct conversation {
    const chat_template *template;
    const struct chat_message *messages;
    size_t n_messages;
    const cJSON *json;
    const struct chat_options *options;
};

static jv message_values(jinja_run *r, const struct conversation *c)
{
    jv list = jv_list_new(r, JV_LIST);
    for (size_t i = 0; i < c->n_messages && jinja_step(r); i++) {
        jv message = jv_dict_new(r, JV_DICT);
        jv_put(r, message.dict, jv_text(TEXT("role"), true), jv_text(c->messages[i].role, true));
        jv_put(r, message.dict, jv_text(TEXT("content"), true),
               jv_text(c->messages[i].content, true));
        jv_push(r, list, message);
    }
    return list;
}

static void bind_options(jinja_run *r, const struct chat_options *o)
{
    jinja_bind(r, TEXT("add_generation_prompt"), jv_bool(o->add_generation_prompt));
    if (o->thinking >= 0)
        jinja_bind(r, TEXT("enable_thinking"), jv_bool(o->thinking > 0));
    if (o->reasoning_effort.n > 0)
        jinja_bind(r, TEXT("reasoning_effort"), jv_text(o->reasoning_effort, true));
    const cJSON *first = o->extra != NULL ? o->extra->child : NULL;
    for (const cJSON *v = first; v != NULL && jinja_step(r); v = v->next)
        jinja_bind(r, text_of(v->string), jv_from_json(r, v, true));
}

static void bind_conversation(jinja_run *r, const void *ctx)
{
    const struct conversation *c = ctx;
    jinja_bind(r, TEXT("messages"),
               c->json != NULL ? jv_from_json(r, c->json, true) : message_values(r, c));
    jinja_bind(r, TEXT("tools"), jv_none());
    jinja_bind(r, TEXT("documents"), jv_none());
    jinja_bind(r, TEXT("bos_token"), jv_text(text_of(c->template->bos), false));
    jinja_bind(r, TEXT("eos_token"), jv_text(text_of(c->template->eos), false));
    bind_options(r, c->options);
}

sheaf_code chat_render(const chat_template *t, struct jinja_output *out,
                       const struct chat_message *messages, size_t n_messages,
                       const struct chat_options *options, sheaf_error *err)
{
    const struct conversation c = {
        .template = t, .messages = messages, .n_messages = n_messages, .options = options};
    return jinja_render(t->jinja, out, bind_conversation, &c, &options->now, err);
}

sheaf_code chat_render_json(const chat_template *t, struct jinja_output *out, const cJSON *messages,
                            const struct chat_options *options, sheaf_error *err)
{
    if (!cJSON_IsArray(messages))
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, "messages", "an array of messages is wanted");
    const struct conversation c = {.template = t, .json = messages, .options = options};
    return jinja_render(t->jinja, out, bind_conversation, &c, &options->now, err);
}

/* Only the tail of the last trusted segment counts: a message may well end in the same word. */
bool chat_opens_think(const struct jinja_output *prompt)
{
    if (prompt->n_segments == 0 || !prompt->segments[prompt->n_segments - 1].trusted)
        return false;
    struct jinja_segment last = prompt->segments[prompt->n_segments - 1];
    text tail = {prompt->text.p + last.offset, last.length};
    return text_ends(text_trim(tail), TEXT("<think>"));
}
