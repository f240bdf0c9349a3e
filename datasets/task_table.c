/* task_table.c - the problem sets that `sheaf tasks` names.
 *
 * Sizes and SHA-256 are those of the set in this project's shape (one JSON object a line), computed
 * from the files; the publishers' own files have other shapes, so their addresses say where the
 * problems come from and are not downloaded. A mirror ($SHEAF_MIRROR) holds the files. */
#include "datasets/task.h"

#include <string.h>

static const struct task tasks[] = {
    {
        .name = "gsm8k",
        .file = "gsm8k_test.jsonl",
        .bytes = 546453,
        .sha256 = "fc58f03f9d41b30030006071b0aa02e43ac072b7f51f67a3bb5fdf46d9eafe70",
        .n_problems = 1319,
        .answer_type = "integer",
        .filter = "flexible-extract",
        .license = "MIT",
        .origin = "https://github.com/openai/grade-school-math/blob/3101c7d5072418e28b9008a6636bde"
                  "82a006892c/grade_school_math/data/test.jsonl",
    },
    {
        .name = "gsm-hard",
        .file = "gsm_hard.jsonl",
        .bytes = 586274,
        .sha256 = "f513f68346c3a2732f08ed73bfd5c31e00edd802b3d452fecf834c6511210a38",
        .n_problems = 1319,
        .answer_type = "mixed",
        .filter = "exact",
        .license = "Apache-2.0",
        .origin = "https://github.com/reasoning-machines/pal/blob/f81ca2a9777f002f98a6b4d0f10b61bd"
                  "5c8feb02/datasets/gsmhardv2.jsonl",
        .note = "answers with floating-point tails; made from the test part of GSM8K",
    },
    {
        .name = "svamp",
        .file = "svamp.jsonl",
        .bytes = 310389,
        .sha256 = "ad33cb4a10dbccf6b726c2af6b3831108e35f7c4e5d53a500429e761f1658955",
        .n_problems = 1000,
        .answer_type = "integer",
        .filter = "exact",
        .license = "MIT",
        .origin = "https://github.com/arkilpatel/SVAMP/blob/689d7ccac74b9983a2ac7cc3b264f441b99e7c"
                  "53/SVAMP.json",
        .note = "both splits, told by the id",
    },
    {
        .name = "multiarith",
        .file = "multiarith.jsonl",
        .bytes = 242111,
        .sha256 = "d2164df107e757b831cb1effa4ddf18e4ffc750bb24bc12878869ead871956b4",
        .n_problems = 600,
        .answer_type = "integer",
        .filter = "exact",
        .license = "Apache-2.0",
        .origin = "https://github.com/reasoning-machines/pal/blob/f81ca2a9777f002f98a6b4d0f10b61bd"
                  "5c8feb02/datasets/mawpsmultiarith.jsonl",
    },
    {
        .name = "mawps",
        .file = "mawps.jsonl",
        .bytes = 539219,
        .sha256 = "dd8e96b30c8e1bc3026cf45fbf3028778445c2745878ada8eb421422dc684a53",
        .n_problems = 1465,
        .answer_type = "mixed",
        .filter = "exact",
        .license = "Apache-2.0",
        .origin = "https://github.com/reasoning-machines/pal/tree/f81ca2a9777f002f98a6b4d0f10b61bd"
                  "5c8feb02/datasets",
        .note = "three files joined: addsub, singleeq, singleop; 193 questions occur twice",
    },
    {
        .name = "aqua",
        .file = "aqua.jsonl",
        .bytes = 99209,
        .sha256 = "98bbf05caec6d578162bbf75674d881668552b83d55e627f8ada6c1885503f4d",
        .n_problems = 254,
        .answer_type = "choice",
        .filter = "exact",
        .license = "Apache-2.0",
        .origin = "https://github.com/google-deepmind/AQuA/blob/26b64ed1f22208c6742f47df547dfd6508"
                  "8ec30d/test.json",
    },
    {
        .name = "math500",
        .file = "math500.jsonl",
        .bytes = 223357,
        .sha256 = "309abe83d0ea1b298915d4982153dd3d5bb3d06fc8496e39952f0dd29370b61b",
        .n_problems = 500,
        .answer_type = "mixed",
        .filter = "exact",
        .license = "MIT",
        .origin = "https://huggingface.co/datasets/HuggingFaceH4/MATH-500",
        .note = "published scores often use a model as judge; here answers are compared exactly",
    },
    {
        .name = "amc23",
        .file = "amc23.jsonl",
        .bytes = 20842,
        .sha256 = "87e69da9c8ac76769bfe842002aa114f14bcc477a462e948d14b134a14bf2a43",
        .n_problems = 40,
        .answer_type = "integer",
        .filter = "matharena",
        .license = "Apache-2.0 label of the publisher; the texts are the MAA's",
        .origin = NULL,
    },
    {
        .name = "aime24",
        .file = "aime_2024.jsonl",
        .bytes = 17804,
        .sha256 = "db50d7203cdb063df0be147bafd0dade697172b511fd63dfcbfc9a2eca2ffd6c",
        .n_problems = 30,
        .answer_type = "integer",
        .filter = "matharena",
        .license = "Apache-2.0 label of the publisher; the texts are the MAA's",
        .origin = NULL,
    },
    {
        .name = "aime25",
        .file = "aime_2025.jsonl",
        .bytes = 22269,
        .sha256 = "cf84a3e2154f81ca1381507a9d2bc09275e5bb178b506f2c99bfab48ebd05698",
        .n_problems = 30,
        .answer_type = "integer",
        .filter = "matharena",
        .license = "MIT label of the repository; the texts are the MAA's",
        .origin = "https://github.com/eth-sri/matharena/tree/96440b20d0b90bb504edb7ee43c0e1e465675"
                  "69f/data/aime",
        .note = "figures are given in part only",
    },
    {
        .name = "aime26",
        .file = "aime_2026.jsonl",
        .bytes = 18913,
        .sha256 = "b4336bec8141b370d76a35f80c0c9e5b935b6c0ea3dca5e5474c9a07547cb1c7",
        .n_problems = 30,
        .answer_type = "integer",
        .filter = "matharena",
        .license = "Apache-2.0 label of the repository; the texts are the MAA's",
        .origin = "https://github.com/jianzhnie/LLMEval/blob/66572ad3f66078c376d777866f6535d3f334b"
                  "0c8/data/aime26.jsonl",
    },
    {
        .name = "hmmt-feb-25",
        .file = "hmmt_feb_2025.jsonl",
        .bytes = 16408,
        .sha256 = "4d56112681bf0ee0157c7d25464d06ee9e820dc69c073a9930d86de08a73460f",
        .n_problems = 30,
        .answer_type = "mixed",
        .filter = "exact",
        .license = "MIT label of the repository; the texts are HMMT's",
        .origin = "https://github.com/eth-sri/matharena/tree/96440b20d0b90bb504edb7ee43c0e1e465675"
                  "69f/data/hmmt/hmmt_feb_2025",
    },
};

#define N_TASKS (sizeof tasks / sizeof tasks[0])

const struct task *task_at(size_t i)
{
    return i < N_TASKS ? &tasks[i] : NULL;
}

const struct task *task_find(const char *name)
{
    for (size_t i = 0; i < N_TASKS; i++)
        if (strcmp(tasks[i].name, name) == 0)
            return &tasks[i];
    return NULL;
}
