/* snapshot.h - what a session has consumed, as bytes outside the decoder.
 *
 * Taken where a page of positions ends, a snapshot holds whole KV pages and one slot of recurrent
 * state, so that it can be put into any decoder of the same engine. */
#ifndef ENGINE_SNAPSHOT_H
#define ENGINE_SNAPSHOT_H

#include "engine/decoder.h"

/* Positions at which snapshots are taken are multiples of this: pages are whole there, and what a
 * prompt leaves behind does not depend on the steps it went in (graph_mamba.c). */
#define SNAPSHOT_GRAIN SSM_CHUNK
_Static_assert(SNAPSHOT_GRAIN % KV_PAGE == 0, "a snapshot holds whole pages");

size_t snapshot_bytes(const struct sheaf_session *s);
void snapshot_save(const struct sheaf_session *s, uint8_t *out);

/* Into a session that has consumed nothing. Errors: FORMAT (not of this engine's shape), LIMIT (no
 * room in the decoder); the session is empty then. */
sheaf_code snapshot_load(struct sheaf_session *s, const uint8_t *in, size_t bytes,
                         sheaf_error *err);

#endif
