/* trace_set.h - the stored traces of one problem and strategy, loaded: what sheaf_solve takes as
 * known traces. */
#ifndef STORE_TRACE_SET_H
#define STORE_TRACE_SET_H

#include "store/trace_table.h"

struct trace_set {
    sheaf_trace *traces;               /* [n] by id */
    const struct trace_entry **entries; /* [n] beside them, borrowed from the table */
    uint32_t **text_bytes;             /* [n] what each token adds to the text; NULL: not known */
    size_t n;
    arena memory; /* of texts, tokens and confidences */
};

/* Loads the traces that `t` has of `problem` and `strategy`, in order of ids; none gives an empty
 * set. The table must outlive it. Errors: FORMAT (a frame or line that has changed since the scan),
 * NOMEM. */
sheaf_code trace_set_load(struct trace_set *out, const struct trace_table *t,
                          const struct trace_files *f, const char *problem, const char *strategy,
                          sheaf_error *err);
/* The same for one entry. */
sheaf_code trace_set_load_one(struct trace_set *out, const struct trace_entry *e,
                              const struct trace_files *f, sheaf_error *err);

void trace_set_free(struct trace_set *s);

#endif
