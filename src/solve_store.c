/* solve_store.c - see solve_store.h. */
#include "src/solve_store.h"

#include <string.h>
#include <sys/stat.h>

#include "base/fail.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "evals/recheck.h"
#include "evals/records.h"
#include "evals/settings.h"
#include "store/run_reader.h"

static const char problem_id[] = "question";

bool solve_store_is_dir(const char *path)
{
    struct stat st;
    size_t n = strlen(path);
    return (n > 0 && path[n - 1] == '/') || (stat(path, &st) == 0 && S_ISDIR(st.st_mode));
}

/* ---- settings ------------------------------------------------------------------------------- */

static void put_strategy(strbuf *b, const sheaf_solve_options *o)
{
    put_str(b, "strategy", o->strategy);
    put_str(b, "cut", o->cut);
    put_str(b, "vote", o->vote);
    put_str(b, "stop", o->stop);
    put_bool(b, "certificate", o->certificate);
}

/* Everything that the answer depends on, and its hash. */
static sheaf_code make_config(strbuf *b, char run_id[PUT_HASH_DIGITS + 1],
                              const struct solve_job *job, const sheaf_solve_options *o,
                              sheaf_error *err)
{
    sheaf_model_info m;
    sheaf_engine_info(job->engine, &m);
    jsonw_open(b, '{');
    put_str(b, "sheaf", SHEAF_VERSION);
    put_str(b, "question", job->question);
    put_str(b, "task", grader_task_name(SHEAF_TASK_GENERIC));
    put_str(b, "answer_type", job->answer_type);
    settings_model(b, &m, job->engine_note);
    put_strategy(b, o);
    settings_budget(b, o);
    settings_rules(b, o);
    jsonw_close(b, '}');
    if (b->failed)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "settings", "no memory");
    put_hex(run_id, hash_bytes(b->p, b->n, 0));
    return SHEAF_OK;
}

static struct rundir_identity identity(const struct solve_store *s)
{
    return (struct rundir_identity){.run_id = s->run_id, .config = strbuf_view(&s->config),
                                    .machine = strbuf_view(&s->machine)};
}

/* ---- a run ---------------------------------------------------------------------------------- */

static void set_origin(struct solve_store *s, const struct solve_job *job,
                       const sheaf_solve_options *o)
{
    sheaf_model_info m;
    sheaf_engine_info(job->engine, &m);
    s->recorder = (struct recorder){
        .log = &s->log,
        .engine = job->engine,
        .grader = &s->grader,
        .origin = {.run_id = s->run_id,
                   .problem = problem_id,
                   .doc_hash = settings_doc_hash(job->question, NULL),
                   .strategy = o->strategy,
                   .seed = o->seed,
                   .model_hash = m.hash,
                   .prompt_hash = settings_prompt_hash(&m, job->engine_note, o, job->question)},
    };
}

sheaf_code solve_store_open(struct solve_store *s, const char *dir, const struct solve_job *job,
                            sheaf_solve_options *o, bool redo, sheaf_error *err)
{
    *s = (struct solve_store){.grader = job->grader};
    sheaf_model_info m;
    sheaf_engine_info(job->engine, &m);
    settings_machine(&s->machine, &m);
    sheaf_code rc = make_config(&s->config, s->run_id, job, o, err);
    const struct rundir_identity id = identity(s);
    if (!rc)
        rc = rundir_open(&s->dir, dir, &id, redo, err);
    if (!rc)
        rc = trace_log_open(&s->log, &s->dir, s->run_id, err);
    if (rc)
        return rc;
    set_origin(s, job, o);
    rc = recorder_begin(&s->recorder, o, err);
    s->recording = rc == SHEAF_OK;
    return rc;
}

static size_t count_ballots(const sheaf_result *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_votes; i++)
        n += r->votes[i].ballots;
    return n;
}

static void write_vote(strbuf *b, const struct solve_store *s, const sheaf_result *r)
{
    const struct record_origin o = {.run_id = s->run_id, .problem = problem_id,
                                    .strategy = s->recorder.origin.strategy, .window = r->window,
                                    .parallel = r->parallel};
    const struct record_vote v = {.rule = r->vote, .answer = r->answer, .share = r->share,
                                  .score.ballots = count_ballots(r)};
    const struct score_run run = {.n_traces = r->n_traces, .n_cut = r->n_cut,
                                  .n_looped = r->n_looped, .n_length = r->n_length,
                                  .n_unfinished = r->n_unfinished, .tokens = r->tokens,
                                  .seconds = s->recorder.earlier_s + r->seconds};
    record_vote(b, &o, &s->grader, &v, &run);
}

static bool has_vote(const struct solve_store *s)
{
    struct stat st;
    return fstat(s->dir.fds[RUNDIR_VOTES], &st) == 0 && st.st_size > 0;
}

/* Traces first, then the vote that speaks of them, then that the run is over. */
static sheaf_code conclude(struct solve_store *s, const sheaf_result *r, sheaf_error *err)
{
    strbuf vote = {0};
    const struct rundir_identity id = identity(s);
    sheaf_code rc = trace_log_sync(&s->log, err);
    if (rc || r->partial || has_vote(s))
        return rc;
    write_vote(&vote, s, r);
    rc = vote.failed ? SHEAF_FAIL(err, SHEAF_ERR_NOMEM, s->dir.path, "no memory for a record")
                     : rundir_append(&s->dir, RUNDIR_VOTES, strbuf_view(&vote), err);
    strbuf_free(&vote);
    if (!rc)
        rc = rundir_sync(&s->dir, RUNDIR_VOTES, err);
    return rc ? rc : rundir_status(&s->dir, &id, "done", err);
}

sheaf_code solve_store_end(struct solve_store *s, const sheaf_result *r, sheaf_code rc,
                           sheaf_error *err)
{
    s->recording = false;
    rc = recorder_end(&s->recorder, rc, err);
    return rc || !r ? rc : conclude(s, r, err);
}

void solve_store_close(struct solve_store *s)
{
    if (s->recording)
        recorder_end(&s->recorder, SHEAF_OK, NULL);
    if (s->log.dir)
        trace_log_close(&s->log);
    rundir_close(&s->dir);
    strbuf_free(&s->config);
    strbuf_free(&s->machine);
    *s = (struct solve_store){.recording = false};
}

/* ---- one trace again ------------------------------------------------------------------------ */

static sheaf_code compare(strbuf *out, bool *same, const struct run_reader *run,
                          const struct solve_job *job, const sheaf_solve_options *o,
                          sheaf_error *err)
{
    struct trace_set stored;
    struct recheck outcome;
    sheaf_result *r = NULL;
    const struct trace_entry *e =
        trace_table_find(&run->table, problem_id, o->strategy, (uint32_t)o->only_trace);
    if (!e)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, run->dir, "has no trace %u of %.40s",
                          (unsigned)o->only_trace, o->strategy);
    sheaf_code rc = trace_set_load_one(&stored, e, &run->files, err);
    if (rc)
        return rc;
    rc = sheaf_solve(&r, job->engine, job->question, o, &job->grader.judge, err);
    if (!rc) {
        recheck_compare(&outcome, &stored.traces[0], &r->traces[0]);
        outcome.problem = problem_id;
        outcome.strategy = o->strategy;
        recheck_describe(out, &outcome);
        *same = outcome.same;
    }
    sheaf_result_free(r);
    trace_set_free(&stored);
    return rc;
}

sheaf_code solve_store_check(strbuf *out, bool *same, const char *dir, const struct solve_job *job,
                             const sheaf_solve_options *o, sheaf_error *err)
{
    struct run_reader run = {.dir = NULL};
    char run_id[PUT_HASH_DIGITS + 1];
    strbuf config = {0};
    sheaf_code rc = make_config(&config, run_id, job, o, err);
    if (!rc)
        rc = run_reader_open(&run, dir, err);
    if (!rc)
        rc = recheck_identity(&run, run_id, err);
    if (!rc)
        rc = compare(out, same, &run, job, o, err);
    run_reader_close(&run);
    strbuf_free(&config);
    return rc;
}
