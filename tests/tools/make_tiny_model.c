/* make_tiny_model - writes a tiny random model for shell tests.
 *
 *     make_tiny_model OUT.gguf [VARIANT [TYPE [SEED]]]      llama F32 1
 *     make_tiny_model --list                                the names of the variants
 *
 * Variants: tests/support/tiny_variants.c. K types get a width of 256. Exit status: 0 written, 1
 * not written, 2 usage. */
#include <stdio.h>
#include <string.h>

#include "tests/support/tiny_variants.h"

static int list(void)
{
    for (const struct tiny_variant *v = tiny_variants; v->name; v++)
        puts(v->name);
    return 0;
}

int main(int argc, char **argv)
{
    const struct tiny_variant *v = tiny_variant_find(argc > 2 ? argv[2] : "llama");
    int type = quant_by_name(argc > 3 ? argv[3] : "F32");
    int64_t seed = 1;
    if (argc == 2 && strcmp(argv[1], "--list") == 0)
        return list();
    if (argc < 2 || argc > 5 || !v || type < 0 ||
        (argc > 4 && !text_to_i64(text_of(argv[4]), &seed))) {
        fprintf(stderr, "usage: make_tiny_model OUT.gguf [VARIANT [TYPE [SEED]]]\n");
        return 2;
    }
    struct tiny_model m = v->model;
    m.type = (enum quant_type)type;
    m.seed = (uint64_t)seed;
    m.n_embd = quant_info(type)->block > 64 ? 256 : 64;
    sheaf_error err = {0};
    if (tiny_model_save(argv[1], &m, &err) == SHEAF_OK)
        return 0;
    fprintf(stderr, "make_tiny_model: %s: %s\n", err.source, err.message);
    return 1;
}
