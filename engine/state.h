/* state.h - recurrent state in slots with reference counts.
 *
 * A slot holds, for every layer that has them, the planes of one session: the last inputs of its
 * short convolution (f32 [K - 1][channels], oldest first) and its SSM matrices ([H][N][P], in the
 * state type). A fork shares its parent's slot; the step that moves one of them on reads the shared
 * slot and writes a slot of its own, so the copy costs nothing. All slots are allocated when the
 * pool is created.
 *
 * Legend: K taps, H SSM heads, N state size, P head width. */
#ifndef ENGINE_STATE_H
#define ENGINE_STATE_H

#include "engine/model.h"

#define NO_STATE (-1) /* of a session that has seen nothing: zeros */

struct state_pool {
    size_t slot_bytes, n_slots, n_free;
    uint8_t *slots;      /* [n_slots][slot_bytes] */
    int32_t *refs;       /* [n_slots] */
    int32_t *stepping;   /* [n_slots] sessions of the step being laid out that hold the slot */
    int32_t *free_list;  /* [n_free] */
};

/* Sets the offsets of the planes in every layer of e and e->state_bytes. After binding. */
void state_lay_out(struct sheaf_engine *e);

/* Errors: NOMEM. Release with state_pool_free. slot_bytes 0: an empty pool. */
sheaf_code state_pool_init(struct state_pool *p, size_t slot_bytes, size_t n_slots,
                           sheaf_error *err);
void state_pool_free(struct state_pool *p);

void state_ref(struct state_pool *p, int32_t slot);   /* NO_STATE: nothing */
void state_unref(struct state_pool *p, int32_t slot); /* NO_STATE: nothing */

/* Before a step: every session in it counts its slot here first. */
void state_will_step(struct state_pool *p, int32_t slot);

/* Gives the session that holds *slot a slot of its own to write to, and where to read from: *from
 * == *to, or a slot that no session of this step writes. Cannot fail while sessions are no more
 * than slots. */
void state_advance(struct state_pool *p, int32_t *slot, const uint8_t **from, uint8_t **to);

#endif
