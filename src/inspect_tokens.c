/* inspect_tokens.c - `sheaf inspect tokenize` and `detokenize`. */
#include "src/inspect_tokens.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "engine/detokenize.h"
#include "src/inspect_env.h"

static sheaf_code need_tokenizer(const tokenizer **t, struct inspect_env *env, sheaf_error *err)
{
    *t = NULL;
    sheaf_code rc = inspect_env_tokenizer(env, t, err);
    if (!rc && !*t)
        rc = SHEAF_FAIL(err, SHEAF_ERR_USAGE, NULL, "no model; -m FILE gives the vocabulary");
    return rc;
}

/* {text, add_special, parse_special} -> {ids} */
sheaf_code inspect_tokenize(struct inspect_env *env, const cJSON *in, strbuf *out, sheaf_error *err)
{
    const tokenizer *t;
    text input = {0};
    bool add_special = false, parse_special = false;
    sheaf_code rc = need_tokenizer(&t, env, err);
    if (!rc)
        rc = json_text(in, "text", &input, err);
    if (!rc && !input.p)
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, NULL, "\"text\" is missing; a string wanted");
    if (!rc)
        rc = json_bool(in, "add_special", &add_special, err);
    if (!rc)
        rc = json_bool(in, "parse_special", &parse_special, err);
    if (rc)
        return rc;

    int32_t *ids;
    size_t n;
    rc = tokenizer_encode(t, &ids, &n, input, add_special, parse_special, err);
    if (rc)
        return rc;
    jsonw_key(out, "ids");
    jsonw_i32s(out, ids, n);
    alloc_free(ids);
    return SHEAF_OK;
}

static void add_hex(strbuf *out, text bytes)
{
    for (size_t i = 0; i < bytes.n; i++)
        strbuf_printf(out, "%02x", (unsigned)(unsigned char)bytes.p[i]);
}

static void write_bytes(strbuf *out, struct detok d, const int32_t *ids, size_t n)
{
    strbuf hex = {0};
    for (size_t i = 0; i < n; i++)
        add_hex(&hex, detok_bytes(&d, ids[i]));
    jsonw_key(out, "bytes");
    jsonw_text(out, strbuf_view(&hex));
    out->failed = out->failed || hex.failed;
    strbuf_free(&hex);
}

/* One string for each id, and one for the flush. */
static void write_stream(strbuf *out, struct detok d, const int32_t *ids, size_t n)
{
    strbuf shown = {0};
    jsonw_key(out, "stream");
    jsonw_open(out, '[');
    for (size_t i = 0; i <= n; i++) {
        strbuf_reset(&shown);
        if (i < n)
            detok_push(&d, &shown, ids[i]);
        else
            detok_flush(&d, &shown);
        jsonw_text(out, strbuf_view(&shown));
        out->failed = out->failed || shown.failed;
    }
    jsonw_close(out, ']');
    strbuf_free(&shown);
}

/* {ids, special} -> {bytes, stream} */
sheaf_code inspect_detokenize(struct inspect_env *env, const cJSON *in, strbuf *out,
                              sheaf_error *err)
{
    const tokenizer *t;
    int32_t *ids = NULL;
    size_t n = 0;
    bool special = false;
    sheaf_code rc = need_tokenizer(&t, env, err);
    if (!rc)
        rc = json_bool(in, "special", &special, err);
    if (!rc)
        rc = json_i32s(in, "ids", &ids, &n, err);
    for (size_t i = 0; !rc && i < n; i++)
        if (ids[i] < 0 || (size_t)ids[i] >= tokenizer_info(t)->n_tokens)
            rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, NULL, "ids[%zu] is %d; 0 to %zu wanted", i,
                            ids[i], tokenizer_info(t)->n_tokens - 1);
    if (!rc) {
        struct detok d;
        detok_init(&d, t, special);
        write_bytes(out, d, ids, n);
        write_stream(out, d, ids, n);
    }
    alloc_free(ids);
    return rc;
}
