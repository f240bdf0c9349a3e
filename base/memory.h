/* memory.h - how much memory this process may still take. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdint.h>

/* Bytes that can be taken without swapping or meeting the OOM killer: what the system calls
 * available, lowered to what the cgroup leaves (v2 memory.max and v1 limit). UINT64_MAX when
 * unknown. */
uint64_t memory_available(void);

#endif
