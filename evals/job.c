/* job.c - see job.h.
 *
 * A job may also record in the run's files when these have traces of it already: an earlier start
 * put them there when its turn had come, so what stands before it is complete. */
#include "evals/job.h"

#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "evals/records.h"
#include "evals/reuse.h"
#include "evals/settings.h"

/* ---- numbers -------------------------------------------------------------------------------- */

size_t job_first(const sheaf_eval *ev, size_t index)
{
    return index * ev->lineup.n_runs;
}

size_t job_index(const sheaf_eval *ev, size_t number)
{
    return number / ev->lineup.n_runs;
}

/* Of the n strategies of a problem the one whose turn is i. */
static size_t run_at(const sheaf_eval *ev, size_t index, size_t i)
{
    return (sheaf_dataset_position(ev->data, index) + i) % ev->lineup.n_runs;
}

size_t job_of(const sheaf_eval *ev, size_t index, size_t run)
{
    size_t n = ev->lineup.n_runs, first = run_at(ev, index, 0);
    return job_first(ev, index) + (run + n - first) % n;
}

/* ---- beginning ------------------------------------------------------------------------------ */

static void set_up(struct job *j)
{
    sheaf_eval *ev = j->ev;
    const struct lineup_run *run = ev->lineup.runs[j->run];
    j->rec = (struct recorder){
        .engine = ev->backend.engine,
        .grader = &ev->grader,
        .origin = {.run_id = ev->run_id,
                   .task = sheaf_dataset_name(ev->data),
                   .problem = j->problem->id,
                   .doc_hash = settings_doc_hash(j->problem->question, j->problem->answer),
                   .gold = j->problem->answer,
                   .strategy = run->name,
                   .seed = eval_seed(ev, j->problem),
                   .model_hash = ev->backend.model.hash,
                   .prompt_hash = eval_prompt_hash(ev, j->problem)},
    };
    j->o = lineup_options(run, &ev->o.solve);
    j->o.seed = j->rec.origin.seed;
}

static bool has_records(const struct job *j)
{
    const struct trace_record *r = &j->rec.origin;
    for (size_t id = 0; id < j->o.traces; id++)
        if (trace_table_find(&j->ev->log.table, r->problem, r->strategy, (uint32_t)id))
            return true;
    return false;
}

sheaf_code job_turn(struct job *j, sheaf_error *err)
{
    sheaf_eval *ev = j->ev;
    sheaf_code rc = SHEAF_OK;
    if (j->direct)
        return SHEAF_OK;
    if (!j->spill.dir.open)
        rc = spill_open(&j->spill, &ev->dir, j->number, ev->run_id, err);
    if (!rc)
        rc = spill_move(&j->spill, &ev->log, err);
    j->rec.log = &ev->log;
    j->direct = true;
    return rc;
}

/* Where it records, with what an earlier start left in a spill. */
static sheaf_code open_log(struct job *j, bool first, sheaf_error *err)
{
    sheaf_eval *ev = j->ev;
    j->rec.log = &ev->log;
    j->direct = first || has_records(j);
    if (j->direct && !spill_exists(&ev->dir, j->number))
        return SHEAF_OK;
    sheaf_code rc = spill_open(&j->spill, &ev->dir, j->number, ev->run_id, err);
    if (rc || !j->direct) {
        j->rec.log = &j->spill.log;
        return rc;
    }
    j->direct = false;
    return job_turn(j, err);
}

sheaf_code job_begin(struct job **out, sheaf_eval *ev, size_t number, bool first, sheaf_error *err)
{
    struct job *j = alloc_zero(1, sizeof *j);
    if (!j)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "eval", "no memory for a problem");
    j->ev = ev;
    j->number = number;
    j->index = job_index(ev, number);
    j->run = run_at(ev, j->index, number - job_first(ev, j->index));
    j->problem = sheaf_dataset_problem(ev->data, j->index);
    set_up(j);
    sheaf_code rc = open_log(j, first, err);
    if (!rc && ev->reuse.dir && ev->lineup.runs[j->run]->whole)
        rc = reuse_traces(&ev->reuse, &j->rec, j->o.traces, err);
    if (!rc)
        rc = recorder_begin(&j->rec, &j->o, err);
    j->recording = rc == SHEAF_OK;
    if (rc)
        job_free(j);
    else
        *out = j;
    return rc;
}

void job_free(struct job *j)
{
    if (!j)
        return;
    if (j->recording)
        recorder_end(&j->rec, SHEAF_OK, NULL);
    spill_close(&j->spill);
    strbuf_free(&j->votes);
    strbuf_free(&j->answer);
    alloc_free(j);
}

/* ---- voting --------------------------------------------------------------------------------- */

static size_t count_ballots(const sheaf_vote *votes, size_t n)
{
    size_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += votes[i].ballots;
    return sum;
}

/* The vote of a rule, an offline one or the run's own. */
static struct record_vote take_vote(const struct job *j, const struct lineup_rule *rule,
                                    const sheaf_result *r, sheaf_vote *tally)
{
    const sheaf_eval *ev = j->ev;
    const sheaf_vote *votes = rule->vote ? tally : r->votes;
    size_t cap = ev->o.solve.traces;
    size_t n = rule->vote ? ev->backend.revote(r, rule->vote, tally, cap) : r->n_votes;
    struct record_vote v = {.rule = rule->name, .score.ballots = count_ballots(votes, n)};
    if (n) {
        v.answer = votes[0].answer;
        v.share = votes[0].share;
        v.score.correct = ev->grader.right(ev->grader.ctx, j->problem->answer, v.answer);
    }
    return v;
}

static void keep_answer(struct job *j, const char *answer)
{
    strbuf_str(&j->answer, answer ? answer : "");
    j->answered = answer != NULL;
}

static void vote(struct job *j, const sheaf_result *r, sheaf_vote *tally)
{
    const struct lineup *l = &j->ev->lineup;
    struct score *score = &j->ev->scores[j->index];
    const struct record_origin o = {.run_id = j->ev->run_id, .problem = j->problem->id,
                                    .gold = j->problem->answer, .strategy = l->runs[j->run]->name,
                                    .window = r->window, .parallel = r->parallel};
    for (size_t i = 0; i < l->n_rules; i++) {
        if (l->rules[i].run != j->run)
            continue;
        struct record_vote v = take_vote(j, &l->rules[i], r, tally);
        score->rules[i] = v.score;
        record_vote(&j->votes, &o, &j->ev->grader, &v, &score->runs[j->run]);
        if (i == 0)
            keep_answer(j, v.answer);
    }
}

/* ---- the end -------------------------------------------------------------------------------- */

static sheaf_code grade(struct job *j, const sheaf_result *r, const struct job_scratch *scratch,
                        sheaf_error *err)
{
    const sheaf_eval *ev = j->ev;
    struct score_run *run = &ev->scores[j->index].runs[j->run];
    sheaf_code rc = score_run(run, scratch->right, r, &ev->grader, j->problem->answer,
                              ev->o.solve.traces, ev->lineup.runs[j->run]->whole, err);
    run->seconds += j->rec.earlier_s;
    if (rc || (r->partial && r->stop == SHEAF_STOP_CANCELLED))
        return rc;
    vote(j, r, scratch->tally);
    if (j->votes.failed || j->answer.failed)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, j->problem->id, "no memory for a record");
    j->complete = true;
    return SHEAF_OK;
}

sheaf_code job_end(struct job *j, const sheaf_result *r, const sheaf_error *fault,
                   const struct job_scratch *scratch, sheaf_error *err)
{
    sheaf_error why = {0};
    sheaf_code rc = SHEAF_OK;
    if (!r)
        rc = SHEAF_FAIL(&why, fault->code, j->problem->id, "%.80s: %.160s", fault->source,
                        fault->message);
    rc = recorder_end(&j->rec, rc, &why);
    j->recording = false;
    if (!rc)
        rc = grade(j, r, scratch, &why);
    spill_close(&j->spill);
    if (rc && err && !err->code)
        *err = why;
    return rc;
}
