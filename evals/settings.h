/* settings.h - what traces depend on, as members of the JSON object that names a run. */
#ifndef EVALS_SETTINGS_H
#define EVALS_SETTINGS_H

#include <sheaf/tts.h>

#include "base/text.h"

/* Members of an open object. `engine_note`: engine settings that sheaf_model_info lacks, or
 * NULL. */
void settings_model(strbuf *b, const sheaf_model_info *m, const char *engine_note);
/* An object of what changes seconds and no bits: {"threads": 2}. */
void settings_machine(strbuf *b, const sheaf_model_info *m);
void settings_budget(strbuf *b, const sheaf_solve_options *o);
void settings_rules(strbuf *b, const sheaf_solve_options *o);

/* Names a prompt in records: the texts it is made of. */
uint64_t settings_prompt_hash(const sheaf_model_info *m, const char *engine_note,
                              const sheaf_solve_options *o, const char *question);

/* Names a problem: its question and its answer (NULL: not known). */
uint64_t settings_doc_hash(const char *question, const char *gold);

#endif
