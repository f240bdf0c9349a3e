/* inspect_render.h - the question `render` of `sheaf inspect` (inspect_text.c lists it). */
#ifndef SRC_INSPECT_RENDER_H
#define SRC_INSPECT_RENDER_H

#include "src/inspect.h"

inspect_fn inspect_render;

#endif
