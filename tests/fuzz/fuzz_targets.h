/* fuzz_targets.h - one hostile input through one part of the program, one file fuzz_<target>.c
 * each.
 *
 * Every target returns the sheaf_code that the input met (0: accepted) and aborts when the code
 * under test breaks a promise: a failure without a message, an answer that is no JSON, a relation
 * that is not symmetric. fuzz_entry.c makes a libFuzzer program of each, mutate_*.c feed them
 * without libFuzzer. */
#ifndef TESTS_FUZZ_FUZZ_TARGETS_H
#define TESTS_FUZZ_FUZZ_TARGETS_H

#include <sheaf/error.h>
#include <stddef.h>
#include <stdint.h>

/* A GGUF file through the reader. */
sheaf_code fuzz_gguf(const uint8_t *data, size_t size);

/* A model or an adapter, up to three draws. */
sheaf_code fuzz_model(const uint8_t *data, size_t size);

/* fuzz_json_index and a line for `sheaf inspect`. */
sheaf_code fuzz_json(const uint8_t *data, size_t size);

/* A JSONL file of problems. */
sheaf_code fuzz_dataset(const uint8_t *data, size_t size);

/* The source of a chat template. */
sheaf_code fuzz_chat(const uint8_t *data, size_t size);

/* A gold answer, a line break, a response. */
sheaf_code fuzz_answer(const uint8_t *data, size_t size);

/* First byte of an input of fuzz_json for `what` of `sheaf inspect`; aborts when there is none. */
uint8_t fuzz_json_index(const char *what);

/* The tiny llama model that an adapter given to fuzz_model goes with. */
struct tiny_model;
extern const struct tiny_model fuzz_model_base;

#endif
