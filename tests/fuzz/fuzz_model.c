/* fuzz_model.c - a model file from opening to three drawn tokens; an adapter with a sound base. */
#include <math.h>
#include <string.h>

#include <sheaf/engine.h>

#include "tests/fuzz/fuzz_check.h"
#include "tests/fuzz/fuzz_targets.h"
#include "tests/fuzz/memory_file.h"
#include "tests/support/tiny_model.h"

#define MEM_BYTES ((size_t)64 << 20)
#define MAX_PROMPT 512 /* tokens; a hostile template may write millions */
#define N_DRAWS 3

enum { MODEL_SLOT, ADAPTER_SLOT };

const struct tiny_model fuzz_model_base = {.arch = "llama", .n_embd = 32, .n_layers = 1};

static void promise_refusal(sheaf_code rc, const sheaf_error *err)
{
    PROMISE_FAULT(rc, *err);
    PROMISE(err->source[0] != '\0');
    PROMISE(rc != SHEAF_ERR_USAGE);
}

static sheaf_code draw(sheaf_engine *e, sheaf_decoder *d, sheaf_session *s, float *logits,
                       sheaf_error *err)
{
    sheaf_model_info info;
    sheaf_engine_info(e, &info);
    sheaf_code rc = SHEAF_OK;
    for (uint64_t i = 0; i < N_DRAWS && !rc; i++) {
        sheaf_draw one = {.logits = logits, .seed = 1, .position = i,
                          .sampling = {.temperature = i ? 0.7f : 0, .top_k = 20, .top_p = 0.9f}};
        rc = sheaf_decoder_draw(d, &one, 1, err);
        PROMISE(one.token >= (rc ? -1 : 0) && one.token < info.n_vocab);
        if (rc) /* weights that are no numbers */
            return rc;
        PROMISE(isfinite(one.logprob) && !isnan(one.confidence) && !isnan(one.self_certainty));
        (void)sheaf_engine_is_end(e, one.token);
        sheaf_span span = {.session = s, .tokens = &one.token, .n_tokens = 1,
                           .want = SHEAF_WANT_LAST};
        rc = sheaf_decoder_step(d, &span, 1, err);
        logits = span.logits;
    }
    return rc;
}

static sheaf_code decode(sheaf_engine *e, const int32_t *tokens, size_t n, sheaf_error *err)
{
    sheaf_decoder_options o = {.max_sessions = 2, .prefix_tokens = n, .session_tokens = 2 * N_DRAWS,
                               .mem_bytes = MEM_BYTES};
    sheaf_decoder *d = NULL;
    sheaf_session *prompt, *trace;
    float *logits;
    sheaf_code rc = sheaf_decoder_open(&d, e, &o, err);
    if (!rc)
        rc = sheaf_session_open(&prompt, d, err);
    if (!rc)
        rc = sheaf_session_prefill(prompt, tokens, n, &logits, err);
    if (!rc)
        rc = sheaf_session_fork(&trace, prompt, err);
    if (!rc)
        rc = draw(e, d, trace, logits, err);
    sheaf_decoder_close(d);
    return rc;
}

/* Prompt, decoding, and the prompt's text again. */
static sheaf_code use(sheaf_engine *e, sheaf_error *err)
{
    const sheaf_message message = {"user", "What is 12 + 30? <|im_end|> \xc3\xa9"};
    int32_t *tokens = NULL;
    char *back = NULL;
    size_t n = 0, length;
    sheaf_code rc = sheaf_engine_prompt(e, &tokens, &n, &message, 1, -1, err);
    if (!rc)
        rc = sheaf_engine_detokenize(e, &back, &length, tokens, n, err);
    if (!rc && n > 0)
        rc = decode(e, tokens, n < MAX_PROMPT ? n : MAX_PROMPT, err);
    sheaf_free(back);
    sheaf_free(tokens);
    return rc;
}

static bool is_adapter(const uint8_t *data, size_t size)
{
    text header = {(const char *)data, size < 4096 ? size : 4096};
    return text_find(header, TEXT("adapter.")) != SIZE_MAX;
}

static const char *base_path(void)
{
    static const char *path;
    strbuf file = {0};
    if (path)
        return path;
    if (tiny_model_write(&file, &fuzz_model_base, NULL) != SHEAF_OK)
        abort();
    path = memory_file(MODEL_SLOT, file.p, file.n);
    strbuf_free(&file);
    return path;
}

sheaf_code fuzz_model(const uint8_t *data, size_t size)
{
    sheaf_engine_options o = sheaf_engine_defaults();
    sheaf_engine *e = NULL;
    sheaf_error err = {0};
    const char *path = memory_file(ADAPTER_SLOT, data, size);
    sheaf_lora lora = {path, 1.0f};
    o.threads = 1;
    o.mem_bytes = MEM_BYTES;
    if (is_adapter(data, size)) {
        o.loras = &lora;
        o.n_loras = 1;
        path = base_path();
    }
    sheaf_code rc = sheaf_engine_open(&e, path, &o, &err);
    PROMISE((rc == SHEAF_OK) == (e != NULL));
    if (!rc)
        rc = use(e, &err);
    if (rc)
        promise_refusal(rc, &err);
    sheaf_engine_close(e);
    return rc;
}
