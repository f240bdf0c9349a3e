/* resume.c - an interrupted run is taken up after its last complete problem.
 *
 * Problems are voted on in the order of the set: traces first, synced, then all votes in one
 * write. So a problem counts when its votes follow those of the problem before it, in order,
 * each intact, and every trace that they speak of is recorded. The first line that breaks this
 * ends what is taken over of the votes, which are computed again; the traces that are recorded
 * stay, and the runs of the problems from there on are given them (recorder.h). */
#include "base/alloc.h"
#include "base/fail.h"
#include "base/file.h"
#include "evals/records.h"
#include "evals/runner.h"
#include "evals/scorebook.h"

/* Lines of a record file, read in order. */
struct lines {
    file_view view;
    size_t at; /* first byte of the next line */
};

static sheaf_code lines_open(struct lines *l, const sheaf_eval *ev, sheaf_error *err)
{
    char *path = rundir_path(&ev->dir, RUNDIR_VOTES);
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

/* Reads complete problems; `votes` ends up behind the last of them. */
static void read_problems(sheaf_eval *ev, struct lines *votes)
{
    while (ev->n_done < ev->n_problems) {
        struct score *s = &ev->scores[ev->n_done];
        size_t at = votes->at;
        const char *problem = sheaf_dataset_problem(ev->data, ev->n_done)->id;
        if (!read_votes(s, votes, ev, problem) ||
            !scorebook_has_traces(s, &ev->lineup, &ev->log.table, problem)) {
            votes->at = at;
            return;
        }
        ev->n_done++;
    }
}

sheaf_code eval_resume(sheaf_eval *ev, sheaf_error *err)
{
    struct lines votes = {.at = 0};
    sheaf_code rc = lines_open(&votes, ev, err);
    if (!rc) {
        read_problems(ev, &votes);
        ev->n_resumed = ev->n_done;
    }
    file_unmap(&votes.view);
    return rc ? rc : rundir_cut(&ev->dir, RUNDIR_VOTES, votes.at, err);
}
