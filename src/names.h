/* names.h - options whose value is one of the names that the library knows. */
#ifndef SRC_NAMES_H
#define SRC_NAMES_H

#include <stddef.h>

/* The i-th name, NULL past the end: sheaf_strategy_name and its like. */
typedef const char *name_fn(size_t i);

/* Prints the names, with what `about` says of each unless it is NULL; returns the exit status. */
int names_print(name_fn *name, name_fn *about);

/* CLI_GO when `given` is one of the names, else 2 after a line that proposes the nearest one. */
int names_check(const char *option, const char *given, name_fn *name);

#endif
