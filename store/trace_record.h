/* trace_record.h - one line of samples.jsonl: a trace that has ended.
 *
 * Schema "sheaf.trace/3". Written once, when the trace ends; so it holds what is known then:
 * the vote is in votes.jsonl, the tokens and their confidences are a frame of tokens.zst. */
#ifndef STORE_TRACE_RECORD_H
#define STORE_TRACE_RECORD_H

#include <sheaf/tts.h>

#include "base/arena.h"
#include "base/text.h"

#define TRACE_SCHEMA "sheaf.trace/3"

enum trace_verdict { TRACE_UNGRADED = -1, TRACE_WRONG = 0, TRACE_RIGHT = 1 };

/* A frame in tokens.zst. */
struct frame_ref {
    uint64_t at, bytes;
    uint64_t hash; /* XXH3-64 of the frame's bytes */
};

struct trace_record {
    const char *run_id, *problem, *strategy;
    const char *task; /* the problem's set; NULL: of none */
    const char *gold; /* NULL: not known */
    uint64_t doc_hash; /* of the question and the gold */
    uint64_t seed, model_hash, prompt_hash; /* seed below 2^53 where it is to be read back */
    uint32_t id;
    enum sheaf_finish finish;
    size_t n_tokens;
    size_t n_probes, n_probe_tokens; /* not written where there are none */
    const char *answer, *canonical; /* NULL: none */
    enum trace_verdict verdict;
    float mean, tail, self_certainty;
    size_t window;          /* tokens of a group; 0: not known when the trace ended */
    float bottom10, lowest; /* by that window; NaN without it */
    double start_s, end_s;
    struct frame_ref frame;
    text body; /* the trace's text; a NUL is stored as U+001A, for readers with C strings */
};

/* The finish of that name (sheaf_finish_name); false when there is none. */
bool trace_finish_parse(enum sheaf_finish *out, const char *name);

/* Did the trace end by itself (stop, length, loop), not by a rule? */
bool trace_finish_whole(enum sheaf_finish f);

/* Appends one sealed line. */
void trace_record_write(strbuf *b, const struct trace_record *r);

/* Appends a record's line (without its break) with the place of its frame changed, sealed again.
 * False when the line has none. */
bool trace_record_move(strbuf *b, text line, uint64_t frame_at);

/* Reads a line (without its break) that is intact and of this schema; strings go into `memory`,
 * `body` only when `with_body`. Not read: task, seed and hashes. False when it is anything else. */
bool trace_record_read(struct trace_record *out, arena *memory, text line, bool with_body);

#endif
