/* ask.c - the prompt of a run: the question in the chat template, as tokens that leave room in the
 * context. */
#include "base/fail.h"
#include "base/text.h"
#include "tts/run.h"

static sheaf_code chat_prompt(struct run *r, const char *question, int32_t **tokens, size_t *n,
                              sheaf_error *err)
{
    const sheaf_solve_options *o = r->o;
    strbuf user = {0};
    strbuf_str(&user, question);
    if (o->instruction && o->instruction[0]) {
        strbuf_char(&user, '\n');
        strbuf_str(&user, o->instruction);
    }
    sheaf_message messages[2];
    size_t n_messages = 0;
    if (o->system)
        messages[n_messages++] = (sheaf_message){"system", o->system};
    messages[n_messages++] = (sheaf_message){"user", user.p};
    sheaf_code rc =
        user.failed ? SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "question", "no memory for the prompt")
                    : sheaf_engine_prompt(r->e, tokens, n, messages, n_messages, o->thinking, err);
    strbuf_free(&user);
    return rc;
}

static sheaf_code make_prompt(struct run *r, const char *question, int32_t **tokens, size_t *n,
                              sheaf_error *err)
{
    text q = text_of(question);
    if (text_trim(q).n == 0)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "question", "it is empty; some text is wanted");
    if (!utf8_valid(q))
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, "question", "it is not valid UTF-8");
    if (r->o->raw)
        return sheaf_engine_tokenize(r->e, tokens, n, q.p, q.n, true, true, err);
    return chat_prompt(r, question, tokens, n, err);
}

/* The prompt must leave room for an answer; max_tokens is lowered to what the context has left. */
static sheaf_code fit_context(struct run *r, sheaf_error *err)
{
    sheaf_model_info info;
    sheaf_engine_info(r->e, &info);
    size_t context = (size_t)info.n_context, n = r->n_prompt;
    if (n == 0 || n >= context)
        return SHEAF_FAIL(err, SHEAF_ERR_LIMIT, "prompt",
                          "%zu tokens; the model's context has room for 1 to %zu", n, context - 1);
    r->n_vocab = (size_t)info.n_vocab;
    r->n_context = context;
    r->max_tokens = r->o->max_tokens < context - n ? r->o->max_tokens : context - n;
    return SHEAF_OK;
}

sheaf_code run_ask(struct run *r, const char *question, sheaf_error *err)
{
    sheaf_code rc = make_prompt(r, question, &r->prompt_tokens, &r->n_prompt, err);
    return rc ? rc : fit_context(r, err);
}
