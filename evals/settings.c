/* settings.c - what a run depends on, as a JSON object: its hash names the run, and a run is
 * taken up again only when every member is equal. What changes seconds and no bits is recorded
 * beside it (threads) or not at all (the batch). */
#include <string.h>

#include "base/fail.h"
#include "base/hash.h"
#include "base/json.h"
#include "evals/runner.h"
#include "evals/settings.h"
#include "evals/shard.h"

#define SEED_BITS 53 /* survives every JSON reader */

static void put_data(strbuf *b, const sheaf_eval *ev)
{
    const sheaf_dataset *d = ev->data;
    size_t n = sheaf_dataset_selected(d);
    put_str(b, "data", sheaf_dataset_name(d));
    put_hash(b, "data_hash", sheaf_dataset_hash(d));
    put_u64(b, "problems", n);
    put_u64(b, "problems_in_file", sheaf_dataset_total(d));
    put_str(b, "first_problem", n ? sheaf_dataset_selected_problem(d, 0)->id : NULL);
    put_str(b, "last_problem", n ? sheaf_dataset_selected_problem(d, n - 1)->id : NULL);
    put_str(b, "task", grader_task_name(ev->o.task));
    put_str(b, "answer_type", ev->o.answer_type);
}

/* Members that not every run has: records of runs without them stay valid. */
static void put_protocol(strbuf *b, const sheaf_eval_options *o)
{
    if (o->filter)
        put_str(b, "filter", o->filter);
    if (o->layout)
        put_str(b, "layout", o->layout);
    if (o->n_shots) {
        put_u64(b, "shots", o->n_shots);
        put_hash(b, "shots_hash", o->shots_hash);
    }
}

/* Last, and not part of the run's name: all shards of a run have its id. */
static void put_shard(strbuf *b, const sheaf_dataset *d)
{
    char shard[SHARD_BYTES];
    size_t index, n = sheaf_dataset_shards(d, &index);
    if (n > 1)
        put_str(b, SHARD_KEY, shard_print(shard, index, n));
}

void settings_model(strbuf *b, const sheaf_model_info *m, const char *engine_note)
{
    put_str(b, "model", m->name);
    put_hash(b, "model_hash", m->hash);
    put_str(b, "quantization", m->quantization);
    put_str(b, "chat_template", m->chat_template);
    put_str(b, "cpu", m->cpu);
    put_str(b, "engine", engine_note);
}

void settings_machine(strbuf *b, const sheaf_model_info *m)
{
    jsonw_open(b, '{');
    put_u64(b, "threads", (uint64_t)m->threads);
    jsonw_close(b, '}');
}

static void put_strategies(strbuf *b, const sheaf_eval *ev)
{
    jsonw_key(b, "strategies");
    jsonw_open(b, '[');
    for (size_t i = 0; i < ev->lineup.n_runs; i++)
        jsonw_str(b, ev->lineup.runs[i]->name);
    jsonw_close(b, ']');
}

void settings_budget(strbuf *b, const sheaf_solve_options *o)
{
    put_u64(b, "traces", o->traces);
    put_u64(b, "parallel", o->parallel);
    put_u64(b, "max_tokens", o->max_tokens);
    put_u64(b, "max_total_tokens", o->max_total_tokens);
    put_f64(b, "max_seconds", o->max_seconds);
    put_u64(b, "mem_bytes", o->mem_bytes);
    put_hash(b, "seed", o->seed);
    put_f32(b, "temperature", o->sampling.temperature);
    put_u64(b, "top_k", (uint64_t)o->sampling.top_k);
    put_f32(b, "top_p", o->sampling.top_p);
    put_f32(b, "min_p", o->sampling.min_p);
}

void settings_rules(strbuf *b, const sheaf_solve_options *o)
{
    put_str(b, "system", o->system);
    put_str(b, "instruction", o->instruction);
    put_f64(b, "thinking", o->thinking);
    put_bool(b, "raw", o->raw);
    put_u64(b, "warmup", o->warmup);
    put_f64(b, "keep", o->keep);
    put_u64(b, "window", o->window);
    put_f64(b, "tau", o->tau);
    put_u64(b, "min_ballots", o->min_ballots);
    put_u64(b, "esc_window", o->esc_window);
    put_u64(b, "probe_every", o->probe_every);
    put_u64(b, "probe_agree", o->probe_agree);
    put_u64(b, "think_tokens", o->think_tokens);
    put_u64(b, "waits", o->waits);
    put_f64(b, "cges_centre", o->cges_centre);
    put_f64(b, "cges_slope", o->cges_slope);
    put_bool(b, "loop_guard", o->loop_guard);
}

sheaf_code eval_settings(sheaf_eval *ev, sheaf_error *err)
{
    strbuf *b = &ev->config;
    jsonw_open(b, '{');
    put_str(b, "sheaf", SHEAF_VERSION);
    put_data(b, ev);
    put_protocol(b, &ev->o);
    settings_model(b, &ev->backend.model, ev->o.engine_note);
    put_strategies(b, ev);
    settings_budget(b, &ev->o.solve);
    settings_rules(b, &ev->o.solve);
    strbuf_char(b, '}');
    put_hex(ev->run_id, hash_bytes(b->p, b->failed ? 0 : b->n, 0));
    b->n -= !b->failed;
    put_shard(b, ev->data);
    strbuf_char(b, '}');
    settings_machine(&ev->machine, &ev->backend.model);
    return b->failed || ev->machine.failed
               ? SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "settings", "no memory")
               : SHEAF_OK;
}

static uint64_t hash_text(uint64_t seed, const char *s)
{
    return s ? hash_bytes(s, strlen(s) + 1, seed) : hash_bytes("", 0, seed);
}

uint64_t settings_prompt_hash(const sheaf_model_info *m, const char *engine_note,
                              const sheaf_solve_options *o, const char *question)
{
    const int switches[] = {o->thinking, o->raw};
    uint64_t h = hash_text(hash_text(hash_text(0, o->system), question), o->instruction);
    h = hash_text(hash_text(h, m->chat_template), engine_note);
    return hash_bytes(switches, sizeof switches, h);
}

uint64_t settings_doc_hash(const char *question, const char *gold)
{
    return hash_text(hash_text(0, question), gold);
}

uint64_t eval_prompt_hash(const sheaf_eval *ev, const sheaf_problem *p)
{
    return settings_prompt_hash(&ev->backend.model, ev->o.engine_note, &ev->o.solve, p->question);
}

uint64_t eval_seed(const sheaf_eval *ev, const sheaf_problem *p)
{
    return hash_text(ev->o.solve.seed, p->id) >> (64 - SEED_BITS);
}
