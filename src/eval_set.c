/* eval_set.c - see eval_set.h. Examples are chosen before the layout goes on, because their
 * questions must not be among those that are asked; every shard draws the same ones. */
#include "src/eval_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/hash.h"
#include "datasets/fewshot.h"
#include "src/task_file.h"

static const char *environment(const char *name)
{
    return getenv(name);
}

static sheaf_code select_problems(struct eval_set *s, const struct eval_set_args *a,
                                  sheaf_error *err)
{
    s->shard = (struct shard){1, 1, NULL};
    sheaf_code rc = sheaf_dataset_limit(s->data, a->limit, err);
    if (!rc && a->shard)
        rc = shard_parse(&s->shard, a->shard, environment, err);
    return rc ? rc : sheaf_dataset_shard(s->data, s->shard.index, s->shard.n, err);
}

static sheaf_code check_examples(const struct eval_set_args *a, sheaf_error *err)
{
    if (a->n_shots && !a->shots)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "--fewshot", "needs --fewshot-data FILE");
    if (!a->n_shots && a->shots)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "--fewshot-data", "needs --fewshot N");
    return SHEAF_OK;
}

/* The prompt of lm-evaluation-harness; with examples there is no other. */
static sheaf_code lay_out(struct eval_set *s, const struct eval_set_args *a, uint64_t seed,
                          sheaf_error *err)
{
    strbuf before = {0};
    if (!a->n_shots && strcmp(a->layout, FEWSHOT_LAYOUT) != 0)
        return SHEAF_OK;
    sheaf_code rc = a->n_shots ? fewshot_add(&before, a->shots, a->n_shots, seed, s->data, err)
                               : SHEAF_OK;
    s->n_shots = a->n_shots;
    s->shots_hash = before.n ? hash_bytes(before.p, before.n, 0) : 0;
    s->layout = FEWSHOT_LAYOUT;
    strbuf_str(&before, FEWSHOT_BEFORE);
    if (!rc && before.failed)
        rc = SHEAF_FAIL(err, SHEAF_ERR_NOMEM, a->shots, "no memory for its examples");
    if (!rc)
        rc = sheaf_dataset_wrap(s->data, before.p, FEWSHOT_AFTER, err);
    strbuf_free(&before);
    return rc;
}

sheaf_code eval_set_open(struct eval_set *out, const struct eval_set_args *a, uint64_t seed,
                         sheaf_error *err)
{
    *out = (struct eval_set){.data = NULL};
    sheaf_code rc = check_examples(a, err);
    if (!rc)
        rc = task_resolve(&out->path, &out->task, a->data, err);
    if (!rc)
        rc = sheaf_dataset_open(&out->data, out->path, err);
    if (!rc)
        rc = select_problems(out, a, err);
    return rc ? rc : lay_out(out, a, seed, err);
}

void eval_set_close(struct eval_set *s)
{
    sheaf_dataset_close(s->data);
    alloc_free(s->path);
    *s = (struct eval_set){.data = NULL};
}
