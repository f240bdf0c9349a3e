/* known.h - traces that were decoded before and are played back instead of decoded again.
 *
 * The scheduler steps a known trace beside the others: it takes its next token and confidence from
 * the record, not from the model. Cuts, stops and votes therefore follow from the same code in
 * the same order, and a run over known traces is the run over the model, token for token. With all
 * traces known no model is needed; with some, an interrupted run goes on where it was.
 *
 * A trace that was probed waited meanwhile. Played back it waits as many steps, all of them at its
 * beginning: it ends when it ended then, and that is all that others can see of it.
 *
 * A known trace that was ended by the run it comes from (cut, consensus, cancelled) is good up to
 * that point; a run that wants more of it fails. */
#ifndef TTS_KNOWN_H
#define TTS_KNOWN_H

#include "tts/run.h"

/* The known trace of that id, NULL when the model must decode it. */
const sheaf_trace *known_find(const struct run *r, uint32_t id);

/* The next token of a known trace into `draw`; `trace` has what was taken so far. Its end is the
 * token known_is_end knows. Errors: FORMAT when the record does not go on. */
sheaf_code known_draw(sheaf_draw *draw, const struct trace *trace, const sheaf_trace *known,
                      sheaf_error *err);
bool known_is_end(int32_t token);

/* Has the whole known trace been taken? Then its text and self-certainty hold. */
bool known_is_whole(const struct trace *trace, const sheaf_trace *known);

/* Did it end here as a loop? The guard sees tokens only, so it need not see them again. */
bool known_loops(const struct trace *trace, const sheaf_trace *known);

/* The same for its answer: it ended as it did then, and there was one. */
bool known_has_answer(const struct trace *trace, const sheaf_trace *known);

/* Most tokens of a trace in a run that has no model: the caller's limit, or one more than the
 * longest known trace needs. */
size_t known_max_tokens(const sheaf_solve_options *o);

/* Checks what the caller gave. Errors: USAGE (no model and not a single known trace; a trace
 * without tokens or confidences). */
sheaf_code known_check(const struct run *r, sheaf_error *err);

/* A rule that reads along needs to know where the text of each token is. Errors: FORMAT (a trace
 * without it). Call without a model, when the rules are chosen. */
sheaf_code known_check_text(const struct run *r, sheaf_error *err);

#endif
