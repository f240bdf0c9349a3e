/* chat_builtin.c - chat templates by name, for files that bring none or a broken one.
 *
 * Each writes the format its models were trained on for plain conversations; tools and documents
 * are left to the templates of the model files. Reasoning of earlier turns is dropped where the
 * models' own templates drop it. */
#include "engine/chat.h"

#define GENERATION(literal)                                                                        \
    "{% if add_generation_prompt %}{{ '" literal "' }}{% endif %}"

/* index of the last user message as ns.user */
#define LAST_USER                                                                                  \
    "{% set ns = namespace(user=-1) %}"                                                            \
    "{% for m in messages %}{% if m.role == 'user' %}{% set ns.user = loop.index0 %}{% endif %}"   \
    "{% endfor %}"

/* the system text as `system`, the other messages as `rest` */
#define SPLIT_SYSTEM(fallback)                                                                     \
    "{% if messages[0].role == 'system' %}"                                                        \
    "{% set system = messages[0].content %}{% set rest = messages[1:] %}"                          \
    "{% else %}{% set system = " fallback " %}{% set rest = messages %}{% endif %}"

#define IM_TURN(role, content)                                                                     \
    "{{ '<|im_start|>' ~ " role " ~ '\\n' ~ " content " ~ '<|im_end|>\\n' }}"

#define IM_ALL "{% for m in messages %}" IM_TURN("m.role", "m.content") "{% endfor %}"

/* a default system turn when the conversation has none */
#define IM_DEFAULT_SYSTEM(literal)                                                                 \
    "{% if messages[0].role != 'system' %}" IM_TURN("'system'", "'" literal "'") "{% endif %}"

#define LLAMA_TURN(role, content)                                                                  \
    "{{ '<|start_header_id|>' ~ " role " ~ '<|end_header_id|>\\n\\n' ~ " content                   \
    " ~ '<|eot_id|>' }}"

/* the thinking switch of Qwen3 */
#define QWEN3_GENERATION                                                                           \
    GENERATION("<|im_start|>assistant\\n")                                                         \
    "{% if add_generation_prompt and enable_thinking is defined and not enable_thinking %}"        \
    "{{ '<think>\\n\\n</think>\\n\\n' }}{% endif %}"

/* earlier turns of Qwen3 and QwQ lose their reasoning */
#define QWEN3_TURNS                                                                                \
    LAST_USER "{% for m in messages %}{% set content = m.content %}"                               \
              "{% if m.role == 'assistant' and '</think>' in content and loop.index0 < ns.user %}" \
              "{% set content = content.split('</think>')[-1].lstrip('\\n') %}{% endif %}"         \
              IM_TURN("m.role", "content") "{% endfor %}"

static const struct {
    const char *name, *source;
} builtins[] = {
    {"raw", "{% for m in messages %}{{ m.content }}{% endfor %}"},
    {"chatml", IM_ALL GENERATION("<|im_start|>assistant\\n")},
    {"qwen3", QWEN3_TURNS QWEN3_GENERATION},
    {"qwen2.5", IM_DEFAULT_SYSTEM("You are Qwen, created by Alibaba Cloud. You are a helpful "
                                  "assistant.") IM_ALL GENERATION("<|im_start|>assistant\\n")},
    {"qwq", QWEN3_TURNS GENERATION("<|im_start|>assistant\\n<think>\\n")},
    {"smollm2", IM_DEFAULT_SYSTEM("You are a helpful AI assistant named SmolLM, trained by Hugging "
                                  "Face") IM_ALL GENERATION("<|im_start|>assistant\\n")},
    {"lfm2", "{{ bos_token }}{% for m in messages if m.content or m.role != 'system' %}" IM_TURN(
                 "m.role", "m.content") "{% endfor %}" GENERATION("<|im_start|>assistant\\n")},
    {"falcon-h1",
     "{{ ' ' ~ bos_token ~ ' ' }}{% for m in messages %}" IM_TURN("m.role", "m.content")
     "{{ '  ' }}{% endfor %}" GENERATION("<|im_start|>assistant\\n")},
    {"nemotron-3",
     LAST_USER SPLIT_SYSTEM("''") IM_TURN("'system'", "system")
     "{% set offset = messages | length - rest | length %}"
     "{% for m in rest %}{% set content = m.content %}{% if m.role == 'assistant' %}"
     "{% if '<think>' not in content and '</think>' not in content %}"
     "{% set content = '<think></think>' ~ content %}{% endif %}"
     "{% if loop.index0 + offset < ns.user and '</think>' in content %}"
     "{% set content = '<think></think>' ~ content.split('</think>')[-1] %}{% endif %}"
     "{% set content = content | trim %}{% endif %}"
     IM_TURN("m.role", "content") "{% endfor %}"
     "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}"
     "{% if enable_thinking is defined and not enable_thinking %}{{ '<think></think>' }}"
     "{% else %}{{ '<think>\\n' }}{% endif %}{% endif %}"},
    {"deepseek-r1",
     "{{ bos_token }}{% for m in messages if m.role == 'system' %}{{ m.content }}{% endfor %}"
     "{% for m in messages %}{% if m.role == 'user' %}{{ '<｜User｜>' ~ m.content }}"
     "{% elif m.role == 'assistant' %}"
     "{{ '<｜Assistant｜>' ~ m.content.split('</think>')[-1] ~ '<｜end▁of▁sentence｜>' }}"
     "{% endif %}{% endfor %}" GENERATION("<｜Assistant｜><think>\\n")},
    {"llama3",
     "{{ bos_token }}{% for m in messages %}" LLAMA_TURN("m.role", "m.content | trim")
     "{% endfor %}" GENERATION("<|start_header_id|>assistant<|end_header_id|>\\n\\n")},
    {"granite4",
     SPLIT_SYSTEM("''") "{{ '<|start_of_role|>system<|end_of_role|>' ~ (system or 'You are a "
     "helpful assistant. Please ensure responses are professional, accurate, and safe.') ~ "
     "'<|end_of_text|>\\n' }}{% for m in rest %}"
     "{{ '<|start_of_role|>' ~ m.role ~ '<|end_of_role|>' ~ m.content ~ '<|end_of_text|>\\n' }}"
     "{% endfor %}" GENERATION("<|start_of_role|>assistant<|end_of_role|>")},
    {"gpt-oss",
     SPLIT_SYSTEM("''")
     "{{ '<|start|>system<|message|>You are ChatGPT, a large language model trained by OpenAI.\\n"
     "Knowledge cutoff: 2024-06\\nCurrent date: ' ~ strftime_now('%Y-%m-%d') ~ '\\n\\nReasoning: ' "
     "~ (reasoning_effort | default('medium')) ~ '\\n\\n# Valid channels: analysis, commentary, "
     "final. Channel must be included for every message.<|end|>' }}"
     "{% if system %}{{ '<|start|>developer<|message|># Instructions\\n\\n' ~ system ~ "
     "'\\n\\n<|end|>' }}{% endif %}"
     "{% for m in rest %}{% set channel = '<|channel|>final' if m.role == 'assistant' else '' %}"
     "{{ '<|start|>' ~ m.role ~ channel ~ '<|message|>' ~ m.content ~ '<|end|>' }}{% endfor %}"
     GENERATION("<|start|>assistant")},
    {"zephyr",
     "{% for m in messages %}{{ '<|' ~ m.role ~ '|>\\n' ~ m.content ~ eos_token ~ '\\n' }}"
     "{% endfor %}" GENERATION("<|assistant|>\\n")},
};

#define N_BUILTINS (sizeof builtins / sizeof *builtins)

text chat_builtin(text name)
{
    for (size_t i = 0; i < N_BUILTINS; i++)
        if (text_equal(text_of(builtins[i].name), name))
            return text_of(builtins[i].source);
    return (text){NULL, 0};
}

const char *chat_builtin_name(size_t i)
{
    return i < N_BUILTINS ? builtins[i].name : NULL;
}

const char *chat_default_name(bool has_im_start)
{
    return has_im_start ? "chatml" : "raw";
}
