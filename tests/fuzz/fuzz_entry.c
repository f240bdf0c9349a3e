/* fuzz_entry.c - libFuzzer entry of one target: compiled once per target with
 * -DFUZZ_TARGET=fuzz_<target>. */
#include "tests/fuzz/fuzz_targets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void)FUZZ_TARGET(data, size);
    return 0;
}
