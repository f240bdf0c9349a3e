/* make_tiny_model - writes a tiny random model for shell tests.
 *
 *     make_tiny_model OUT.gguf [ARCH [TYPE [SEED]]]      llama F32 1
 *
 * K types get a width of 256. Exit status: 0 written, 1 not written, 2 usage. */
#include <stdio.h>

#include "tests/support/tiny_model.h"

int main(int argc, char **argv)
{
    int type = quant_by_name(argc > 3 ? argv[3] : "F32");
    int64_t seed = 1;
    if (argc < 2 || argc > 5 || type < 0 || (argc > 4 && !text_to_i64(text_of(argv[4]), &seed))) {
        fprintf(stderr, "usage: make_tiny_model OUT.gguf [ARCH [TYPE [SEED]]]\n");
        return 2;
    }
    struct tiny_model opt = {
        .arch = argc > 2 ? argv[2] : "llama",
        .type = (enum quant_type)type,
        .seed = (uint64_t)seed,
        .n_embd = quant_info(type)->block > 64 ? 256 : 64,
    };
    sheaf_error err = {0};
    if (tiny_model_save(argv[1], &opt, &err) == SHEAF_OK)
        return 0;
    fprintf(stderr, "make_tiny_model: %s: %s\n", err.source, err.message);
    return 1;
}
