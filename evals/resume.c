/* resume.c - an interrupted run is taken up after its last complete problem.
 *
 * Problems are recorded in the order of the set: traces first, synced, then all votes in one
 * write. So a problem counts when its votes follow those of the problem before it, in order,
 * each intact, and traces.jsonl has as many intact lines as they speak of. The first line that
 * breaks this ends what is taken over; the problems from there on run again and give the same
 * traces. */
#include "base/alloc.h"
#include "base/fail.h"
#include "base/file.h"
#include "evals/records.h"
#include "evals/runner.h"

/* Lines of a record file, read in order. */
struct lines {
    file_view view;
    size_t at; /* first byte of the next line */
};

static sheaf_code lines_open(struct lines *l, const sheaf_eval *ev, enum rundir_file f,
                             sheaf_error *err)
{
    char *path = rundir_path(&ev->dir, f);
    *l = (struct lines){.at = 0};
    sheaf_code rc = path ? file_map(&l->view, path, err)
                         : SHEAF_FAIL(err, SHEAF_ERR_NOMEM, ev->dir.path, "no memory");
    alloc_free(path);
    return rc;
}

/* The next line without its break; false at the end and before a line that is torn. */
static bool lines_next(struct lines *l, text *out)
{
    text rest = {(const char *)l->view.data + l->at, l->view.size - l->at};
    size_t n = rest.n ? text_find(rest, TEXT("\n")) : SIZE_MAX;
    if (n == SIZE_MAX)
        return false;
    *out = text_slice(rest, 0, n);
    l->at += n + 1;
    return true;
}

static bool read_votes(struct score *s, struct lines *votes, const sheaf_eval *ev,
                       const char *problem)
{
    const struct lineup *l = &ev->lineup;
    for (size_t i = 0; i < l->n_rules; i++) {
        text line;
        size_t run = l->rules[i].run;
        struct record_origin expected = {
            .run_id = ev->run_id, .problem = problem, .strategy = l->runs[run]->name};
        if (!lines_next(votes, &line) || !record_read_vote(&s->rules[i], &s->runs[run], line,
                                                           &expected, l->rules[i].name))
            return false;
    }
    return true;
}

static bool skip_traces(struct lines *traces, const sheaf_eval *ev, const struct score *s)
{
    text line;
    for (size_t r = 0; r < ev->lineup.n_runs; r++)
        for (size_t i = 0; i < s->runs[r].n_traces; i++)
            if (!lines_next(traces, &line) || !record_intact(line))
                return false;
    return true;
}

/* Reads complete problems; both files end up behind the last of them. */
static void read_problems(sheaf_eval *ev, struct lines *traces, struct lines *votes)
{
    while (ev->n_done < ev->n_problems) {
        struct score *s = &ev->scores[ev->n_done];
        size_t traces_at = traces->at, votes_at = votes->at;
        const char *problem = sheaf_dataset_problem(ev->data, ev->n_done)->id;
        if (!read_votes(s, votes, ev, problem) || !skip_traces(traces, ev, s)) {
            traces->at = traces_at;
            votes->at = votes_at;
            return;
        }
        ev->n_done++;
    }
}

sheaf_code eval_resume(sheaf_eval *ev, sheaf_error *err)
{
    struct lines traces = {.at = 0}, votes = {.at = 0};
    sheaf_code rc = lines_open(&traces, ev, RUNDIR_TRACES, err);
    if (!rc)
        rc = lines_open(&votes, ev, RUNDIR_VOTES, err);
    if (!rc) {
        read_problems(ev, &traces, &votes);
        ev->n_resumed = ev->n_done;
    }
    file_unmap(&traces.view);
    file_unmap(&votes.view);
    if (!rc)
        rc = rundir_cut(&ev->dir, RUNDIR_VOTES, votes.at, err);
    if (!rc)
        rc = rundir_cut(&ev->dir, RUNDIR_TRACES, traces.at, err);
    return rc;
}
