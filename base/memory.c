/* memory.c - see memory.h. */
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* First unsigned number in a file; UINT64_MAX when there is none ("max"). */
static uint64_t number_in(const char *path)
{
    FILE *f = fopen(path, "re");
    if (!f)
        return UINT64_MAX;
    unsigned long long v;
    int n = fscanf(f, "%llu", &v);
    fclose(f);
    return n == 1 ? v : UINT64_MAX;
}

static uint64_t system_available(void)
{
    FILE *f = fopen("/proc/meminfo", "re");
    if (!f)
        return UINT64_MAX;
    char line[128];
    unsigned long long kib = 0;
    uint64_t bytes = UINT64_MAX;
    while (bytes == UINT64_MAX && fgets(line, sizeof line, f))
        if (sscanf(line, "MemAvailable: %llu", &kib) == 1)
            bytes = (uint64_t)kib << 10;
    fclose(f);
    return bytes;
}

static uint64_t cgroup_left(const char *limit_path, const char *used_path)
{
    uint64_t limit = number_in(limit_path), used = number_in(used_path);
    if (limit == UINT64_MAX || limit > (uint64_t)1 << 60 || used == UINT64_MAX)
        return UINT64_MAX;
    return limit > used ? limit - used : 0;
}

uint64_t memory_available(void)
{
    const uint64_t candidates[] = {
        system_available(),
        cgroup_left("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
        cgroup_left("/sys/fs/cgroup/memory/memory.limit_in_bytes",
                    "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    };
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < 3; i++)
        least = candidates[i] < least ? candidates[i] : least;
    return least;
}
