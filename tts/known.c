/* known.c - see known.h. */
#include "tts/known.h"

#include "base/fail.h"

#define KNOWN_END (-2) /* no token of any model, and not the -1 of a failed draw */

const sheaf_trace *known_find(const struct run *r, uint32_t id)
{
    for (size_t i = 0; i < r->o->n_known; i++)
        if (r->o->known[i].id == id)
            return &r->o->known[i];
    return NULL;
}

sheaf_code known_draw(sheaf_draw *draw, const struct trace *trace, const sheaf_trace *known,
                      sheaf_error *err)
{
    size_t at = trace->pub.n_tokens;
    draw->self_certainty = 0.0f;
    if (at < known->n_tokens) {
        draw->token = known->tokens[at];
        draw->confidence = known->confidence[at];
        return SHEAF_OK;
    }
    if (known->finish != SHEAF_FINISH_STOP)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, "trace",
                          "%u is known up to token %zu, where it ended as %s; this run needs more "
                          "of it",
                          (unsigned)known->id, known->n_tokens, sheaf_finish_name(known->finish));
    draw->token = KNOWN_END;
    return SHEAF_OK;
}

bool known_is_end(int32_t token)
{
    return token == KNOWN_END;
}

bool known_is_whole(const struct trace *trace, const sheaf_trace *known)
{
    return trace->pub.n_tokens == known->n_tokens;
}

bool known_loops(const struct trace *trace, const sheaf_trace *known)
{
    return known->finish == SHEAF_FINISH_LOOP && known_is_whole(trace, known);
}

bool known_has_answer(const struct trace *trace, const sheaf_trace *known)
{
    return known->answer && known_is_whole(trace, known) && trace->pub.finish == known->finish;
}

size_t known_max_tokens(const sheaf_solve_options *o)
{
    size_t most = 0;
    for (size_t i = 0; i < o->n_known; i++)
        if (o->known[i].n_tokens > most)
            most = o->known[i].n_tokens;
    return most < o->max_tokens ? most + 1 : o->max_tokens;
}

sheaf_code known_check(const struct run *r, sheaf_error *err)
{
    const sheaf_solve_options *o = r->o;
    if (!r->e && o->n_known == 0)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "solve", "a model or known traces are wanted");
    for (size_t i = 0; i < o->n_known; i++)
        if (o->known[i].n_tokens && (!o->known[i].tokens || !o->known[i].confidence))
            return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "solve",
                              "known trace %u comes without its tokens and confidences",
                              (unsigned)o->known[i].id);
    return SHEAF_OK;
}

sheaf_code known_check_text(const struct run *r, sheaf_error *err)
{
    for (size_t i = 0; i < r->o->n_known && r->rules.cut == CUT_STEPS; i++)
        if (!r->o->known[i].text_bytes)
            return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, "trace",
                              "%u comes without the bytes of its tokens, which the cut rule "
                              "%s reads",
                              (unsigned)r->o->known[i].id, r->rules.cut_rule->name);
    return SHEAF_OK;
}
