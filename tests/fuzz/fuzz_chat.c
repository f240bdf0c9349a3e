/* fuzz_chat.c - a chat template, compiled and rendered over a conversation. */
#include "engine/chat.h"
#include "tests/fuzz/fuzz_check.h"
#include "tests/fuzz/fuzz_targets.h"

/* The segments cover the text without gaps. */
static void promise_segments(const struct jinja_output *o)
{
    size_t at = 0;
    for (size_t i = 0; i < o->n_segments; i++) {
        PROMISE(o->segments[i].offset == at && o->segments[i].length > 0);
        at += o->segments[i].length;
    }
    PROMISE(at == o->text.n);
}

sheaf_code fuzz_chat(const uint8_t *data, size_t size)
{
    const struct chat_message messages[] = {
        {TEXT("system"), TEXT("Be brief.")},
        {TEXT("user"), TEXT("What is 6 * 7? <|im_end|>")},
        {TEXT("assistant"), TEXT("<think>six sevens</think>\n42")},
        {TEXT("user"), TEXT("\xc3\xa9t\xc3\xa9 {{ 1 }}")},
    };
    chat_template *t = NULL;
    struct jinja_output out = {0};
    sheaf_error err = {0};
    const text source = {(const char *)data, size};
    sheaf_code rc = chat_template_create(&t, source, TEXT("<s>"), TEXT("</s>"), &err);
    if (!rc)
        rc = chat_render(t, &out, messages, sizeof messages / sizeof *messages,
                         &chat_default_options, &err);
    if (rc)
        PROMISE_FAULT(rc, err);
    else
        promise_segments(&out);
    (void)chat_opens_think(&out);
    jinja_output_free(&out);
    chat_template_free(t);
    return rc;
}
