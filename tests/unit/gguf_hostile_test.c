/* gguf_hostile_test.c - broken files: one sound file, one field changed per case.
 *
 * Each case names its field as "so many bytes after (before) the end of this key or tensor name",
 * so the table does not depend on absolute offsets. Where a known vulnerability of another reader
 * had the same cause, the case names it. Files are handed over in blocks of exactly their size, so
 * that AddressSanitizer sees a read past the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "tests/support/gguf_writer.h"

#define FORMAT SHEAF_ERR_FORMAT
#define UNSUPPORTED SHEAF_ERR_UNSUPPORTED

/* Offsets from the end of a key, and from the end of the name of a tensor of two dimensions. */
enum { KV_TYPE = 0, KV_VALUE = 4, ARRAY_TYPE = 4, ARRAY_N = 8, ARRAY_DATA = 16 };
enum { N_DIMS = 0, NE0 = 4, NE1 = 12, TENSOR_TYPE = 20, OFFSET = 24 };
/* Offsets in the preamble (anchor ""). */
enum { MAGIC = 0, VERSION = 4, N_TENSORS = 8, N_KV = 16, FIRST_KEY_LENGTH = 24 };

static const struct patch {
    const char *label;
    const char *anchor;
    int delta;
    int width; /* bytes written */
    uint64_t value;
    sheaf_code code;
    const char *seen, *wanted; /* parts of the message */
} PATCHES[] = {
    {"magic", "", MAGIC, 4, 0x46554746, FORMAT, "46 47 55 46", "47 47 55 46"},
    {"version 0", "", VERSION, 4, 0, UNSUPPORTED, "version 0", "2 or 3"},
    {"version 1", "", VERSION, 4, 1, UNSUPPORTED, "version 1", "2 or 3"},
    {"version 4", "", VERSION, 4, 4, UNSUPPORTED, "version 4", "2 or 3"},
    {"big-endian", "", VERSION, 4, 0x03000000, UNSUPPORTED, "big-endian", "little-endian"},
    {"tensor count negative", "", N_TENSORS, 8, UINT64_MAX, FORMAT, "is -1", "262144"},
    {"tensor count wraps (CVE-2024-21836)", "", N_TENSORS, 8, (uint64_t)1 << 58, FORMAT,
     "288230376151711744", "262144"},
    {"tensor count past the file", "", N_TENSORS, 8, 100000, FORMAT, "100000", "at most"},
    {"tensor count one too many", "", N_TENSORS, 8, 3, FORMAT, "", "wanted"},
    {"metadata count negative", "", N_KV, 8, (uint64_t)1 << 63, FORMAT, "-9223372036854775808",
     "65536"},
    {"metadata count wraps (CVE-2024-23605)", "", N_KV, 8, (uint64_t)1 << 60, FORMAT,
     "1152921504606846976", "65536"},
    {"metadata count past the file", "", N_KV, 8, 60000, FORMAT, "60000", "at most"},
    {"key length + 1 wraps (CVE-2024-23496)", "", FIRST_KEY_LENGTH, 8, UINT64_MAX, FORMAT,
     "18446744073709551615", "65535"},
    {"key length above the cap", "", FIRST_KEY_LENGTH, 8, 65536, FORMAT, "65536", "65535"},
    {"key length past the file", "", FIRST_KEY_LENGTH, 8, 65535, FORMAT, "65535", "left"},
    {"key empty", "", FIRST_KEY_LENGTH, 8, 0, FORMAT, "0 bytes", "1 to 65535"},
    {"key with NUL", "a.text", -2, 1, 0, FORMAT, "NUL", "text"},
    {"key twice", "a.texu", -1, 1, 't', FORMAT, "twice", "one entry"},
    {"value type unknown", "a.text", KV_TYPE, 4, 13, FORMAT, "13", "0 to 12"},
    {"value type negative", "a.text", KV_TYPE, 4, UINT32_MAX, FORMAT, "4294967295", "0 to 12"},
    {"string length wraps", "a.text", KV_VALUE, 8, UINT64_MAX, FORMAT, "18446744073709551615",
     "1073741824"},
    {"string past the file (CVE-2026-7482)", "a.text", KV_VALUE, 8, 1 << 20, FORMAT, "1048576",
     "left"},
    {"element type unknown", "a.u32s", ARRAY_TYPE, 4, 13, FORMAT, "13", "0 to 12"},
    {"element type negative", "a.u32s", ARRAY_TYPE, 4, UINT32_MAX, FORMAT, "4294967295", "0 to 12"},
    {"array of arrays", "a.u32s", ARRAY_TYPE, 4, 9, UNSUPPORTED, "9", "scalar or string"},
    {"array bytes wrap (CVE-2024-21825)", "a.u32s", ARRAY_N, 8, ((uint64_t)1 << 62) + 1, FORMAT,
     "4611686018427387905", "1073741824"},
    {"array past the file", "a.u32s", ARRAY_N, 8, 1 << 20, FORMAT, "1048576", "at most"},
    {"array length negative", "a.u32s", ARRAY_N, 8, UINT64_MAX, FORMAT, "-1", "1073741824"},
    {"strings: table wraps", "a.strings", ARRAY_N, 8, (uint64_t)1 << 61, FORMAT,
     "2305843009213693952", "1073741824"},
    {"strings: more than fit", "a.strings", ARRAY_N, 8, 1 << 16, FORMAT, "65536", "at most"},
    {"strings: one past the file (CVE-2024-32878)", "a.strings", ARRAY_DATA, 8, 1 << 24, FORMAT,
     "16777216", "left"},
    {"strings: length wraps", "a.strings", ARRAY_DATA, 8, UINT64_MAX - 7, FORMAT,
     "18446744073709551608", "1073741824"},
    {"alignment 0 (CVE-2025-0317)", "general.alignment", KV_VALUE, 4, 0, FORMAT, "is 0",
     "power of two"},
    {"alignment 48", "general.alignment", KV_VALUE, 4, 48, FORMAT, "is 48", "power of two"},
    {"alignment near the limit", "general.alignment", KV_VALUE, 4, (uint64_t)1 << 31, FORMAT,
     "2147483648", "1048576"},
    {"alignment of another type", "general.alignment", KV_TYPE, 4, GGUF_I32, FORMAT, "i32", "u32"},
    {"tensor name empty", "one.weight", -18, 8, 0, FORMAT, "0 bytes", "1 to 63"},
    {"tensor name too long", "one.weight", -18, 8, 64, FORMAT, "64", "63"},
    {"tensor name with NUL", "one.weight", -1, 1, 0, FORMAT, "NUL", "text"},
    {"tensor name twice", "onf.weight", -8, 1, 'e', FORMAT, "twice", "one tensor"},
    {"dimensions 0", "one.weight", N_DIMS, 4, 0, FORMAT, "0 dimensions", "1 to 4"},
    {"dimensions 5", "one.weight", N_DIMS, 4, 5, FORMAT, "5 dimensions", "1 to 4"},
    {"dimensions 2^32 - 1", "one.weight", N_DIMS, 4, UINT32_MAX, FORMAT, "4294967295", "1 to 4"},
    {"rows of length 0", "one.weight", NE0, 8, 0, FORMAT, "is 0", "at least 1"},
    {"negative rows", "one.weight", NE1, 8, UINT64_MAX, FORMAT, "is -1", "at least 1"},
    {"elements wrap (CVE-2024-21802)", "one.weight", NE1, 8, ((uint64_t)1 << 59) + 2, FORMAT,
     "576460752303423490", "2^63"},
    {"bytes past the file", "one.weight", NE1, 8, (uint64_t)1 << 57, FORMAT, "4899916394579099648",
     "data section has"},
    {"bytes wrap (CVE-2026-33298)", "onf.weight", NE1, 8, (uint64_t)1 << 61, FORMAT,
     "4611686018427387904 elements", "2^64"},
    {"rows cut to 32 bits would fit (CVE-2026-53923)", "one.weight", NE1, 8,
     ((uint64_t)1 << 32) + 2, FORMAT, "146028888132", "data section has"},
    {"row not whole blocks", "one.weight", NE0, 8, 33, FORMAT, "33", "multiple of 32"},
    {"type removed", "one.weight", TENSOR_TYPE, 4, 4, UNSUPPORTED, "type 4", "0 to 42"},
    {"type removed", "one.weight", TENSOR_TYPE, 4, 36, UNSUPPORTED, "type 36", "0 to 42"},
    {"type past the table (CVE-2024-42477)", "one.weight", TENSOR_TYPE, 4, 43, UNSUPPORTED,
     "type 43", "0 to 42"},
    {"type negative", "one.weight", TENSOR_TYPE, 4, UINT32_MAX, UNSUPPORTED, "4294967295",
     "0 to 42"},
    {"offset unaligned", "onf.weight", OFFSET, 8, 97, FORMAT, "97", "multiple of 32"},
    {"offset inside the tensor before", "onf.weight", OFFSET, 8, 64, FORMAT, "64", "at least 68"},
    {"offset before the tensor before", "onf.weight", OFFSET, 8, 0, FORMAT, "offset 0",
     "at least 68"},
    {"offset past the file (CVE-2026-5757)", "onf.weight", OFFSET, 8, 128, FORMAT, "128",
     "112 bytes"},
    {"offset + size wraps (CVE-2025-53630)", "onf.weight", OFFSET, 8, UINT64_MAX - 31, FORMAT,
     "18446744073709551584", "112 bytes"},
    {"last addition wraps (CVE-2026-27940)", "onf.weight", OFFSET, 8, UINT64_MAX - 15, FORMAT,
     "18446744073709551600", "multiple of 32"},
};

/* Metadata of several kinds and two tensors: one.weight, Q8_0 {32, 2}; onf.weight, F32 {2, 2}. */
static void build(strbuf *out)
{
    struct gguf_writer w;
    gguf_writer_init(&w);
    gguf_writer_texts(&w, "a.strings", (text[]){TEXT("x"), TEXT(""), TEXT("yy")}, 3);
    gguf_writer_text(&w, "a.text", TEXT("hello"));
    gguf_writer_int(&w, "a.texu", GGUF_U8, 1);
    gguf_writer_array(&w, "a.u32s", GGUF_U32, (uint32_t[]){1, 2, 3}, 3);
    gguf_writer_align(&w, 32);
    gguf_writer_tensor(&w, "one.weight", QUANT_Q8_0, 2, (int64_t[]){32, 2}, NULL, 68);
    gguf_writer_tensor(&w, "onf.weight", QUANT_F32, 2, (int64_t[]){2, 2}, NULL, 16);
    assert_true(gguf_writer_finish(&w, out));
    gguf_writer_free(&w);
}

/* Opens a copy of exactly n bytes. */
static sheaf_code open_copy(const void *data, size_t n, sheaf_error *err)
{
    gguf *g = NULL;
    uint8_t *copy = malloc(n ? n : 1);
    assert_non_null(copy);
    memcpy(copy, data, n);
    sheaf_code rc = gguf_open_memory(&g, copy, n, "m.gguf", err);
    assert_true(rc == SHEAF_OK ? g != NULL : g == NULL);
    gguf_close(g);
    free(copy);
    return rc;
}

static size_t patch_offset(const strbuf *file, const struct patch *p)
{
    text anchor = text_of(p->anchor);
    size_t at = anchor.n ? text_find(strbuf_view(file), anchor) : 0;
    assert_true(at != SIZE_MAX);
    return at + anchor.n + (size_t)p->delta;
}

static void test_patches(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof PATCHES / sizeof *PATCHES; i++) {
        const struct patch *p = &PATCHES[i];
        strbuf file = {0};
        sheaf_error err = {0};
        build(&file);
        size_t at = patch_offset(&file, p);
        for (int b = 0; b < p->width; b++)
            file.p[at + (size_t)b] = (char)(p->value >> 8 * b & 255);
        sheaf_code rc = open_copy(file.p, file.n, &err);
        if (rc != p->code || !strstr(err.message, p->seen) || !strstr(err.message, p->wanted) ||
            strncmp(err.source, "m.gguf", 6) != 0)
            fail_msg("%s: code %d, source '%s', message '%s'", p->label, rc, err.source,
                     err.message);
        strbuf_free(&file);
    }
}

static void test_sound_file_opens(void **state)
{
    (void)state;
    strbuf file = {0};
    sheaf_error err = {0};
    build(&file);
    assert_int_equal(open_copy(file.p, file.n, &err), SHEAF_OK);
    strbuf_free(&file);
}

/* No prefix of the file is a file (CVE-2024-39720: four bytes), and none is read past its end. */
static void test_every_truncation(void **state)
{
    (void)state;
    strbuf file = {0};
    build(&file);
    for (size_t n = 0; n < file.n; n++) {
        sheaf_error err = {0};
        if (open_copy(file.p, n, &err) != FORMAT)
            fail_msg("%zu of %zu bytes were taken", n, file.n);
    }
    assert_int_equal(gguf_open_memory(&(gguf *){NULL}, NULL, 0, "m.gguf", NULL), FORMAT);
    strbuf_free(&file);
}

/* Every single byte set to values that often matter: accepted or refused, never a crash. */
static void test_every_byte(void **state)
{
    (void)state;
    static const uint8_t VALUES[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
    strbuf file = {0};
    build(&file);
    for (size_t n = 0; n < file.n * sizeof VALUES; n++) {
        char old = file.p[n / sizeof VALUES];
        sheaf_error err = {0};
        file.p[n / sizeof VALUES] = (char)VALUES[n % sizeof VALUES];
        sheaf_code rc = open_copy(file.p, file.n, &err);
        assert_true(rc == SHEAF_OK || rc == FORMAT || rc == UNSUPPORTED);
        file.p[n / sizeof VALUES] = old;
    }
    strbuf_free(&file);
}

/* Each allocation fails in turn: NOMEM, nothing leaks, nothing is freed twice. */
static void test_no_memory(void **state)
{
    (void)state;
    strbuf file = {0};
    build(&file);
    sheaf_code rc = SHEAF_ERR_NOMEM;
    uint64_t n = 0;
    while (rc != SHEAF_OK) {
        gguf *g = NULL;
        alloc_fail_at(++n);
        rc = gguf_open_memory(&g, (const uint8_t *)file.p, file.n, "m.gguf", NULL);
        alloc_fail_at(0);
        assert_true(rc == SHEAF_OK ? g != NULL : rc == SHEAF_ERR_NOMEM && g == NULL);
        gguf_close(g);
    }
    assert_true(n > 5);
    strbuf_free(&file);
}

/* Names reach messages and from there terminals: control bytes must not. */
static void test_source_is_printable(void **state)
{
    (void)state;
    strbuf file = {0};
    sheaf_error err = {0};
    struct gguf_writer w;
    gguf_writer_init(&w);
    gguf_writer_tensor(&w, "\x1b[2J\xff", QUANT_Q8_0, 1, (int64_t[]){33}, NULL, 34);
    assert_true(gguf_writer_finish(&w, &file));
    gguf_writer_free(&w);
    assert_int_equal(open_copy(file.p, file.n, &err), FORMAT);
    assert_string_equal(err.source, "m.gguf: ?[2J?");
    strbuf_free(&file);
}

/* What is no regular file is refused at once (CVE-2024-39721 read a device for ever). */
static void test_not_a_file(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        sheaf_code code;
    } CASES[] = {{"/dev/zero", FORMAT}, {"/", FORMAT}, {"/no/such/file", SHEAF_ERR_IO}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        gguf *g = NULL;
        assert_int_equal(gguf_open(&g, CASES[i].path, NULL), CASES[i].code);
        assert_null(g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound_file_opens),    cmocka_unit_test(test_patches),
        cmocka_unit_test(test_every_truncation),    cmocka_unit_test(test_every_byte),
        cmocka_unit_test(test_no_memory),           cmocka_unit_test(test_source_is_printable),
        cmocka_unit_test(test_not_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
