/* model_args.c - from the model options to an open engine. */
#include "src/model_args.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/file.h"
#include "base/hash.h"
#include "src/catalog.h"

#define TEMPLATE_BYTES ((size_t)1 << 20)

struct adapters {
    char *paths[CLI_LIST_MAX];
    sheaf_lora loras[CLI_LIST_MAX];
    size_t n;
};

sheaf_code model_args_path(char **out, const struct model_args *a, sheaf_error *err)
{
    return catalog_resolve(out, a->model, err);
}

sheaf_code model_args_template(char **owned, const struct model_args *a, sheaf_error *err)
{
    strbuf b = {0};
    if (a->chat_template && a->chat_template_file)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "--chat-template",
                          "given together with --chat-template-file; one of them wanted");
    if (a->chat_template)
        strbuf_str(&b, a->chat_template);
    else if (a->chat_template_file) {
        sheaf_code rc = file_read(&b, a->chat_template_file, TEMPLATE_BYTES, err);
        if (rc) {
            strbuf_free(&b);
            return rc;
        }
        strbuf_char(&b, '\0');
    }
    if (b.failed)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "--chat-template", "no memory");
    *owned = b.p;
    return SHEAF_OK;
}

static uint64_t template_hash(const struct model_args *a)
{
    char *template = NULL;
    if (model_args_template(&template, a, NULL) || !template)
        return 0;
    uint64_t h = hash_bytes(template, strlen(template), 0);
    alloc_free(template);
    return h;
}

void model_args_note(strbuf *out, const struct model_args *a)
{
    strbuf_printf(out, "kv %s%s", a->kv_type, a->exact ? ", exact" : "");
    if (a->state_type && strcmp(a->state_type, "f16") != 0)
        strbuf_printf(out, ", state %s", a->state_type);
    if (a->logit_factor != 0)
        strbuf_printf(out, ", logits x %.9g", (double)a->logit_factor);
    if (a->chat_template || a->chat_template_file)
        strbuf_printf(out, ", template %016" PRIx64, template_hash(a));
    for (size_t i = 0; i < a->loras.n; i++)
        strbuf_printf(out, ", lora %s", a->loras.items[i]);
}

/* FILE or FILE:SCALE; a colon that no number follows belongs to the name. */
static sheaf_code add_adapter(struct adapters *list, const char *item, sheaf_error *err)
{
    const char *colon = strrchr(item, ':');
    size_t n = strlen(item);
    double scale = 1;
    if (colon && text_to_f64(text_of(colon + 1), &scale))
        n = (size_t)(colon - item);
    if (n == 0 || scale < -100 || scale > 100)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "--lora",
                          "'%.80s' given; FILE or FILE:SCALE with a scale from -100 to 100 wanted",
                          item);
    char *path = alloc_strndup(item, n);
    if (!path)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "--lora", "no memory");
    list->paths[list->n] = path;
    list->loras[list->n++] = (sheaf_lora){path, (float)scale};
    return SHEAF_OK;
}

static sheaf_code open_with(sheaf_engine **out, const char *path, const struct model_args *a,
                            struct adapters *list, sheaf_error *err)
{
    sheaf_engine_options o = sheaf_engine_defaults();
    char *template = NULL;
    sheaf_code rc = model_args_template(&template, a, err);
    for (size_t i = 0; i < a->loras.n && !rc; i++)
        rc = add_adapter(list, a->loras.items[i], err);
    if (!rc) {
        o.threads = a->threads;
        o.cpu = a->cpu;
        o.kv_type = a->kv_type;
        o.state_type = a->state_type;
        o.logit_factor = a->logit_factor;
        o.mem_bytes = a->mem_bytes;
        o.exact = a->exact;
        o.no_repack = a->no_repack;
        o.chat_template = template;
        o.loras = list->loras;
        o.n_loras = list->n;
        rc = sheaf_engine_open(out, path, &o, err);
    }
    alloc_free(template);
    return rc;
}

sheaf_code model_args_open(sheaf_engine **out, const struct model_args *a, sheaf_error *err)
{
    struct adapters list = {.n = 0};
    char *path = NULL;
    sheaf_code rc = model_args_path(&path, a, err);
    if (!rc)
        rc = open_with(out, path, a, &list, err);
    for (size_t i = 0; i < list.n; i++)
        alloc_free(list.paths[i]);
    alloc_free(path);
    return rc;
}
