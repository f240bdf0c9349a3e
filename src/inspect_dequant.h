/* inspect_dequant.h - `sheaf inspect dequant`: the only part that speaks raw bytes, not JSON. */
#ifndef SRC_INSPECT_DEQUANT_H
#define SRC_INSPECT_DEQUANT_H

/* Blocks of the named tensor type on standard input, f32 on standard output. Returns the exit
 * status; `type` NULL is a usage fault. */
int inspect_dequant(const char *type);

#endif
