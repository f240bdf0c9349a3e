/* fake_eval.c - see fake_eval.h. */
#include "tests/support/fake_eval.h"

#include "tests/support/check.h"

#include <stdio.h>

#include "base/file.h"
#include "base/json.h"
#include "store/put.h"
#include "tests/support/fake_solve.h"

static void write_problems(const char *path, const struct fake_eval *f)
{
    strbuf b = {0};
    for (size_t i = 0; i < f->n; i++) {
        char id[32];
        snprintf(id, sizeof id, "set/%zu", i + 1);
        jsonw_open(&b, '{');
        put_str(&b, "id", id);
        put_str(&b, "question", f->problems[i].script);
        put_str(&b, "answer", f->problems[i].gold ? f->problems[i].gold : "7");
        put_str(&b, "answer_type", "latex");
        jsonw_close(&b, '}');
        strbuf_char(&b, '\n');
    }
    assert_int_equal(file_write(path, strbuf_view(&b), NULL), SHEAF_OK);
    strbuf_free(&b);
}

void fake_eval(const struct fake_eval *f, void (*look)(void *ctx, const sheaf_eval_summary *s),
               void *ctx)
{
    struct fake_solve fake = {.cancel_at = f->cancel_at};
    struct eval_backend backend = fake_backend(&fake);
    struct grader grader = fake_grader();
    const char *strategies = f->strategies ? f->strategies : "majority,deepconf-online-low";
    sheaf_eval_options o = sheaf_eval_defaults();
    sheaf_dataset *data = NULL;
    sheaf_eval *ev = NULL;
    sheaf_error err = {0};
    char path[256];
    snprintf(path, sizeof path, "%s.jsonl", f->dir);
    write_problems(path, f);
    o.dir = f->dir;
    o.redo = true;
    o.strategies = &strategies;
    o.n_strategies = 1;
    o.solve.traces = FAKE_EVAL_TRACES;
    o.solve.seed = f->seed;
    o.solve.cancel = &fake.cancel;
    CHECK_OK(sheaf_dataset_open(&data, path, &err), err);
    CHECK_OK(eval_run(&ev, &backend, &grader, data, &o, &err), err);
    if (look)
        look(ctx, sheaf_eval_summarize(ev));
    sheaf_eval_free(ev);
    sheaf_dataset_close(data);
}
