"""Special tokens, the chat template, and the token layout of an example.

    <|bos|><|user|>QUESTION<|assistant|>SOLUTION<|eos|>

The model was only ever shown worked solutions, so a request to reason step by step and to box the
answer says nothing new to it: the template cuts a question at the line break before that request.
With any program that adds the line, and with any that does not, the prompt is the one of training.
"""

PAD, BOS, EOS, USER, ASSISTANT = range(5)
SPECIALS = ("<|pad|>", "<|bos|>", "<|eos|>", "<|user|>", "<|assistant|>")

# What Sheaf adds to a question unless told otherwise.
REQUEST = "\nPlease reason step by step, and put your final answer within \\boxed{}."

TEMPLATE = (
    "{{ bos_token }}"
    "{% for message in messages %}"
    "{% if message['role'] == 'user' %}"
    "<|user|>{{ message['content'].split('\\nPlease reason step by step')[0] | trim }}"
    "{% elif message['role'] == 'assistant' %}"
    "<|assistant|>{{ message['content'] | trim }}{{ eos_token }}"
    "{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def prompt_ids(bpe, question):
    return [BOS, USER, *bpe.encode(question.strip()), ASSISTANT]


def solution_ids(bpe, solution):
    return [*bpe.encode(solution.strip()), EOS]
