/* run_compare.h - are two run directories the same but for times? Both are in `root`. */
#ifndef TESTS_SUPPORT_RUN_COMPARE_H
#define TESTS_SUPPORT_RUN_COMPARE_H

#include "base/text.h"

/* ROOT/DIR/NAME into `out`; the test fails when it cannot be read. */
void run_read(strbuf *out, const char *root, const char *dir, const char *name);

/* The test fails when the files differ in more than what depends on when and beside what a problem
 * ran: times, rows and steps, and the seals over them. */
void run_check_same(const char *root, const char *dir, const char *other, const char *name);

/* The same for records, results and settings; the tokens must have the same bytes, and nothing may
 * be pending in `dir`. */
void run_check_all(const char *root, const char *dir, const char *other);

/* The test fails when the traces differ, whatever their order: texts, statistics, and the bytes and
 * hashes of their tokens. */
void run_check_traces(const char *root, const char *dir, const char *other);

#endif
