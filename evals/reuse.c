/* reuse.c - see reuse.h. */
#include "evals/reuse.h"

#include "store/rundir.h"
#include "store/trace_set.h"

/* What a trace and the answer in it depend on. */
static const char *const shaping[] = {
    "sheaf",  "data_hash",   "task",   "answer_type",   "filter",   "layout",      "shots",
    "raw",    "shots_hash",  "cpu",    "model_hash",    "engine",   "max_tokens",  "seed",
    "top_k",  "temperature", "top_p",  "min_p",         "system",   "instruction", "thinking",
    "loop_guard", "chat_template",
};

static sheaf_code check_settings(const struct run_reader *r, text config, sheaf_error *err)
{
    cJSON *here = NULL;
    sheaf_code rc = json_parse(&here, config, "settings", err);
    for (size_t i = 0; i < sizeof shaping / sizeof shaping[0] && !rc; i++) {
        const cJSON *a = json_get(r->config, shaping[i]), *b = json_get(here, shaping[i]);
        if ((a || b) && !(a && b && cJSON_Compare(a, b, true)))
            rc = rundir_differ(r->dir, shaping[i], a, b, "its traces are others", err);
    }
    cJSON_Delete(here);
    return rc;
}

sheaf_code reuse_open(struct run_reader *out, const char *dir, text config, sheaf_error *err)
{
    sheaf_code rc = run_reader_open(out, dir, err);
    if (rc)
        return rc;
    rc = check_settings(out, config, err);
    if (rc)
        run_reader_close(out);
    return rc;
}

sheaf_code reuse_traces(const struct run_reader *from, struct recorder *rec, size_t n_traces,
                        sheaf_error *err)
{
    struct trace_set set;
    sheaf_code rc = trace_set_load(&set, &from->table, &from->files, rec->origin.problem,
                                   rec->origin.strategy, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < set.n && !rc; i++)
        if (set.traces[i].id < n_traces && trace_finish_whole(set.traces[i].finish))
            rc = recorder_add(rec, &set.traces[i], set.entries[i]->r.window, err);
    trace_set_free(&set);
    return rc;
}
