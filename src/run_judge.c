/* run_judge.c - see run_judge.h. */
#include "src/run_judge.h"

#include "evals/filter.h"

struct grader run_judge(const struct run_reader *run)
{
    sheaf_task task = SHEAF_TASK_GENERIC;
    enum answer_kind kind = ANSWER_ANY;
    const cJSON *task_name = json_get(run->config, "task");
    const cJSON *kind_name = json_get(run->config, "answer_type");
    if (cJSON_IsString(task_name))
        sheaf_task_parse(&task, task_name->valuestring);
    if (cJSON_IsString(kind_name))
        answer_kind_parse(&kind, kind_name->valuestring);
    struct grader grader = grader_for(task, kind);
    const cJSON *filter = json_get(run->config, "filter");
    const char *name;
    if (cJSON_IsString(filter))
        filter_grader(&grader, &name, filter->valuestring);
    return grader;
}
