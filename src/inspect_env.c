/* inspect_env.c - see inspect_env.h. The vocabulary and the template come straight from the file:
 * the vocabulary-only files of the test vectors hold no tensors for an engine to run. */
#include "src/inspect_env.h"

#include "base/alloc.h"
#include "base/fail.h"

static sheaf_code open_file(struct gguf **out, const struct inspect_env *env, sheaf_error *err)
{
    char *path = NULL;
    sheaf_code rc = model_args_path(&path, &env->model, err);
    if (!rc)
        rc = gguf_open(out, path, err);
    alloc_free(path);
    return rc;
}

sheaf_code inspect_env_tokenizer(struct inspect_env *env, const tokenizer **out, sheaf_error *err)
{
    struct gguf *g = NULL;
    sheaf_code rc = SHEAF_OK;
    if (!env->vocabulary && env->model.model) {
        rc = open_file(&g, env, err);
        if (!rc)
            rc = tokenizer_create(&env->vocabulary, g, err);
        gguf_close(g);
    }
    *out = env->vocabulary;
    return rc;
}

/* What the command line asks for, else the file's own, else the default of files without one. */
static sheaf_code choose_source(text *source, const struct gguf *g, const char *choice,
                                const tokenizer *t, sheaf_error *err)
{
    sheaf_code rc = SHEAF_OK;
    *source = choice ? chat_builtin(text_of(choice)) : (text){0};
    if (choice && source->n == 0)
        *source = text_of(choice);
    if (!choice && g)
        rc = gguf_get_text(g, "tokenizer.chat_template", source, err);
    if (!choice && g && source->n == 0) {
        bool has_im_start = tokenizer_find(t, TEXT("<|im_start|>")) >= 0;
        *source = chat_builtin(text_of(chat_default_name(has_im_start)));
    }
    return rc;
}

static text special_text(const tokenizer *t, int32_t id)
{
    return t && id >= 0 ? tokenizer_text(t, id) : TEXT("");
}

static sheaf_code create_template(struct inspect_env *env, const struct gguf *g, const char *choice,
                                  const tokenizer *t, sheaf_error *err)
{
    text source = {0};
    sheaf_code rc = choose_source(&source, g, choice, t, err);
    if (rc || source.n == 0)
        return rc;
    int32_t bos = t ? tokenizer_info(t)->bos : -1, eos = t ? tokenizer_info(t)->eos : -1;
    return chat_template_create(&env->template, source, special_text(t, bos), special_text(t, eos),
                                err);
}

sheaf_code inspect_env_template(struct inspect_env *env, const chat_template **out,
                                sheaf_error *err)
{
    struct gguf *g = NULL;
    char *choice = NULL;
    const tokenizer *t = NULL;
    sheaf_code rc = SHEAF_OK;
    if (!env->template) {
        rc = inspect_env_tokenizer(env, &t, err);
        if (!rc)
            rc = model_args_template(&choice, &env->model, err);
        if (!rc && t)
            rc = open_file(&g, env, err);
        if (!rc)
            rc = create_template(env, g, choice, t, err);
        gguf_close(g);
        alloc_free(choice);
    }
    *out = env->template;
    return rc;
}

sheaf_code inspect_env_engine(struct inspect_env *env, sheaf_engine **out, sheaf_error *err)
{
    if (!env->model.model)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "--model", "none given; a GGUF file wanted");
    sheaf_code rc = env->engine ? SHEAF_OK : model_args_open(&env->engine, &env->model, err);
    *out = env->engine;
    return rc;
}

void inspect_env_reset(struct inspect_env *env)
{
    sheaf_engine_close(env->engine);
    chat_template_free(env->template);
    tokenizer_free(env->vocabulary);
    *env = (struct inspect_env){.engine = NULL};
}
