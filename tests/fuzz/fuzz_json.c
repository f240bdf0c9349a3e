/* fuzz_json.c - a line of `sheaf inspect` for every question that needs no model; an answer must
 * be a JSON object. */
#include <string.h>

#include "src/inspect.h"
#include "src/inspect_env.h"
#include "tests/fuzz/fuzz_check.h"
#include "tests/fuzz/fuzz_targets.h"

/* Entry i of the tables, NULL past the last. */
static const struct inspect_entry *entry_at(size_t i)
{
    static const struct inspect_entry *const tables[] = {inspect_vote, inspect_verify,
                                                         inspect_text};
    for (size_t k = 0; k < sizeof tables / sizeof *tables; k++)
        for (const struct inspect_entry *e = tables[k]; e->what; e++)
            if (i-- == 0)
                return e;
    return NULL;
}

static bool needs_model(const struct inspect_entry *e)
{
    return strcmp(e->what, "tokenize") == 0 || strcmp(e->what, "detokenize") == 0;
}

uint8_t fuzz_json_index(const char *what)
{
    const struct inspect_entry *e;
    for (size_t i = 0; (e = entry_at(i)); i++)
        if (strcmp(e->what, what) == 0)
            return (uint8_t)i;
    fprintf(stderr, "no question \"%s\"\n", what);
    abort();
}

static sheaf_code answer(const struct inspect_entry *e, const cJSON *in, strbuf *out,
                         sheaf_error *err)
{
    struct inspect_env env = {.model = MODEL_ARGS_DEFAULT, .state_type = "f32"};
    env.model.model = NULL;
    jsonw_open(out, '{');
    sheaf_code rc = e->fn(&env, in, out, err);
    jsonw_close(out, '}');
    inspect_env_reset(&env);
    return rc;
}

static void promise_object(text t)
{
    cJSON *v = NULL;
    sheaf_error err = {0};
    sheaf_code rc = json_parse(&v, t, "answer", &err);
    if (rc)
        fprintf(stderr, "%s: %.*s\n", err.message, (int)(t.n < 400 ? t.n : 400), t.p);
    PROMISE(rc == SHEAF_OK && cJSON_IsObject(v));
    cJSON_Delete(v);
}

sheaf_code fuzz_json(const uint8_t *data, size_t size)
{
    const struct inspect_entry *e = size ? entry_at(data[0]) : NULL;
    sheaf_error err = {0};
    cJSON *in = NULL;
    strbuf out = {0};
    if (!e || needs_model(e))
        return SHEAF_ERR_USAGE;
    sheaf_code rc = json_parse(&in, (text){(const char *)data + 1, size - 1}, NULL, &err);
    if (!rc)
        rc = answer(e, in, &out, &err);
    if (rc)
        PROMISE_FAULT(rc, err);
    else
        promise_object(strbuf_view(&out));
    strbuf_free(&out);
    cJSON_Delete(in);
    return rc;
}
