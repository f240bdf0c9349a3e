/* inspect_generate.h - `sheaf inspect generate`. */
#ifndef SRC_INSPECT_GENERATE_H
#define SRC_INSPECT_GENERATE_H

#include "src/inspect.h"

inspect_fn inspect_generate;

#endif
