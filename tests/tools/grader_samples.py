"""Responses for holding graders against each other: made up, with hostile spellings in hostile frames, or of runs.

gsm8k_samples() and math_samples() are lists of {"id", "gold", "response"}, the same on every call. Nothing in
them is taken from a data set or from a model. read_traces() has the same members.
"""
import json
import random

GOLDS = ("18", "1234", "-5", "0", "1234567", "3.5", "7", "100")

# {} is the gold, {c} with thousand separators.
SPELLINGS = (
    "{}", "{}.", "{}..", "{}.0", "{}.00", "{},", "{},.", "{c}", "{c}.", "{c}.00", "${}", "${c}.", "$ {}",
    "{}$", "$-{}", "-${}", "-{}", "--{}", "- {}", "\u2212{}", "\u2013{}", "+{}", "({})", "[{}]", "{}%",
    "{} %", "{}\\%", "\\${}", "\u20ac{}", "\u00a3{}", "\u20b9{c}", "{} dollars", "{} dollars.", "{}/1", "1/{}",
    "0{}", "00{}.0", ".{}", "{}e0", "{}E2", "0x{}", "x{}", "{}x", "{}th", "{}\u00a0", "{}\u00b2", "{}\u00bd",
    "{};", "{}:", "{}!", "{}?", "{}\u3002", "**{}**", "_{}_", "`{}`", "${}$", "\\({}\\)", "\\boxed{{{}}}",
    "\\boxed{{\\text{{{}}}}}", "\\text{{{}}}", "\\$\\{{{}\\}}", "{}\\,000", "{} 000", "{}.000.000", "{}'000",
    "{}\u202f000", "{}, 000", "\u0661\u0668", "\uff11\uff18", "XVIII", "eighteen", "", "none", ".", ",", "$", "-",
    "..", "$$", ".,", "-.", "-$", "NaN", "inf", "[invalid]", "\u0000{}", "{}\u0000", "\u200b{}",
    "\U0001f600{}", "{}\u0301", "99 {}", "{} 99", "99, {}", "{}, 99", "99-{}", "{}-99", "99/{}", "{}:99", "99.{}",
    "99,{}", "99${}", "99%{}", "= {} = 99", "99 = {}",
)

# {} is the spelling.
FRAMES = (
    "#### {}", "####{}", "####  {}", "### {}", "##### {}", "####\t{}", "####\n{}", "####\u00a0{}", "#### \n{}",
    "So 2 + 3 = 5.\n#### {}\n", "#### {}\n#### 99", "#### 99\n#### {}", "#### none\n#### {}", "#### #### {}",
    "####, {}", "#### The answer is {}", "#### {} apples and 3 pears", "\u200b#### {}", "# # # # {}", "#### **{}**",
    "The answer is {}.", "The answer is {}", "It takes 3 days, so {} in all.", "{}", " {} ", "{}\n", "\n\n{}",
    "3 + 4 = {}", "{} = 3 + 4", "Step 1: 3\nStep 2: {}\nStep 3: done", "First {}, then nothing.", "{} ...",
    "{} (see step 2)", "{}\n\nQuestion: What is 6 x 7?\nAnswer: 42\n#### 42", "Question: {}\n#### 42",
    "question: {}\n#### 42", "{}Question:", "{}</s>\n#### 42", "{}<|im_end|>\n#### 42", "#### {}</s> 42",
    "#### {}<|im_end|>Question: 42", "</s>{}", "#### 9</ s>{}", "{}<|im_start|>user\n42", "{}<|endoftext|> 42",
    "A: {}\nB: {}", "{}{}", "{} {}", "-{}", "${}", "<<3+4={}>>{}", "\\[ x = {} \\]", "\\boxed{{{}}}",
    "\\boxed{{3}} or {}", "It costs ${} a day, 7 days a week", "On 2024-01-{} at 12:30",
)


def spell(template, gold):
    number = float(gold)
    grouped = f"{int(number):,}" if number == int(number) else gold
    return template.format(gold, c=grouped)


def gsm8k_samples():
    """Every spelling in two plain frames, every frame around every gold and around eight random spellings."""
    dice = random.Random(8)
    rows = []

    def add(gold, template, frame):
        text = spell(template, gold)
        rows.append({"id": f"gsm8k/{len(rows) + 1}", "gold": gold,
                     "response": frame.format(*[text] * frame.count("{}"))})

    for i, template in enumerate(SPELLINGS):
        add(GOLDS[i % len(GOLDS)], template, FRAMES[0])
        add(GOLDS[(i + 1) % len(GOLDS)], template, FRAMES[20])
    for frame in FRAMES:
        for gold in GOLDS[:4]:
            add(gold, "{}", frame)
        for template in dice.sample(SPELLINGS, 8):
            add(dice.choice(GOLDS), template, frame)
    return rows


# Gold, and answers for it: spellings of the value and near misses.
MATH_ANSWERS = (
    ("\\frac{1}{2}", ("1/2", "0.5", ".5", "\\frac12", "\\dfrac{1}{2}", "\\tfrac{2}{4}", "\\frac{-1}{-2}", "50\\%",
                      "2^{-1}", "\\frac{1}{3}", "2", "-\\frac{1}{2}", "x = \\frac{1}{2}", "\\text{one half}")),
    ("7", ("7.0", "07", "+7", "7.", "\\text{7}", "7\\text{ cm}", "7 \\text{ apples}", "\\$7", "7\\%", "-7", "70",
           "n = 7", "7,", "14/2", "\\sqrt{49}", "7^\\circ", "VII", "\\mathbf{7}")),
    ("1234", ("1,234", "1{,}234", "1\\,234", "1 234", "1234.00", "1.234", "1234.5", "1.234 \\times 10^3",
              "\\$1,234", "1,2,3,4")),
    ("-\\frac{3}{4}", ("-0.75", "-3/4", "\\frac{-3}{4}", "\\frac{3}{-4}", "-\\dfrac34", "0.75", "-\\frac{4}{3}",
                       "\u22123/4")),
    ("2\\sqrt{3}", ("\\sqrt{12}", "2 \\sqrt 3", "\\sqrt{3} \\cdot 2", "2\\cdot\\sqrt{3}", "\\frac{6}{\\sqrt{3}}",
                    "2*sqrt(3)", "3\\sqrt{2}", "3.46", "3.4641016151377546", "2\u221a3")),
    ("\\pi", ("3.14159", "3.14", "\\pi", "\u03c0", "\\frac{2\\pi}{2}", "180^\\circ", "\\pi r^2", "2\\pi")),
    ("90^\\circ", ("90", "90^{\\circ}", "90\\text{ degrees}", "90\u00b0", "\\frac{\\pi}{2}", "45^\\circ")),
    ("(1,2)", ("(1, 2)", "\\left(1,2\\right)", "( 1 , 2 )", "(2,1)", "(1,2]", "[1,2]", "1,2", "\\{1,2\\}",
               "(1.0, 4/2)")),
    ("[0,\\infty)", ("[0, \\infty)", "\\left[0,\\infty\\right)", "(0,\\infty)", "[0,+\\infty)", "x \\ge 0",
                     "x \\geq 0", "[0,\\infty]")),
    ("(-\\infty,1)\\cup(2,3]", ("(-\\infty, 1) \\cup (2, 3]", "(2,3]\\cup(-\\infty,1)",
                                "\\left(-\\infty,1\\right)\\cup\\left(2,3\\right]", "(-\\infty,1]\\cup(2,3]",
                                "(-\\infty,1)")),
    ("\\{1,2,3\\}", ("1,2,3", "\\{3,2,1\\}", "\\left\\{1, 2, 3\\right\\}", "\\{1,2\\}", "\\{1,2,3,4\\}",
                     "1, 2, \\text{ and } 3")),
    ("x^2+2x+1", ("(x+1)^2", "x^2 + 2x + 1", "1+2x+x^2", "x^{2}+2 x+1", "x^2+2x", "y^2+2y+1", "(x-1)^2")),
    ("\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}",
     ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{bmatrix} 1 & 2 \\\\ 3 & 4 \\end{bmatrix}",
      "\\begin{pmatrix} 1 & 3 \\\\ 2 & 4 \\end{pmatrix}",
      "\\begin{pmatrix} 2/2 & 2 \\\\ 3 & 8/2 \\end{pmatrix}")),
    ("3+4i", ("4i+3", "3 + 4 i", "3-4i", "5", "3+4j")),
    ("\\text{even}", ("even", "\\text{ even}", "\\textbf{even}", "Even", "odd", "\\mathrm{even}")),
    ("C", ("\\text{C}", "(C)", "\\textbf{(C)}", "D", "c")),
    ("10\\%", ("10", "0.1", "10\\%", "10 %", "\\frac{1}{10}", "1\\%")),
    ("2^{10}", ("1024", "2^10", "4^5", "1000", "2^{11}")),
    ("\\frac{x}{y}", ("x/y", "\\frac{2x}{2y}", "xy^{-1}", "\\frac{y}{x}", "x y")),
    ("\\log 2", ("\\ln 2", "\\log(2)", "\\log{2}", "0.301", "\\log 3")),
    ("y = 2x + 3", ("y=2x+3", "2x+3", "y = 3 + 2x", "2x - y + 3 = 0", "y = 2x - 3", "x = 2y + 3")),
    ("5!", ("120", "5!", "60")),
    ("\\infty", ("\\infty", "+\\infty", "-\\infty", "0")),
    ("3, -2", ("-2, 3", "3,-2", "x = 3, x = -2", "x = -2 \\text{ or } x = 3", "3", "3, 2", "\\pm 3")),
)

MATH_FRAMES = (
    "\\boxed{{{}}}", "Therefore the answer is $\\boxed{{{}}}$.", "First $\\boxed{{0}}$ is tried.\n\\[\\boxed{{{}}}\\]",
    "The final answer is $\\boxed{{{}}}$. I hope it is correct.", "\\boxed{{ {} }}\n\nDone in 3 steps.",
    "so it is \\( \\boxed{{{}}} \\)",
)

# Gold and whole response: where the answer is, rather than what.
MATH_RESPONSES = (
    ("11", "so we get \\fbox{11}"),
    ("11", "\\boxed{\\boxed{11}}"),
    ("11", "\\boxed{11}, and not \\boxed{12}"),
    ("11", "\\boxed{12}, or rather \\boxed{11}"),
    ("11", "\\boxed 11"),
    ("11", "\\boxed{11"),
    ("11", "The answer is 11."),
    ("11", "The final answer is $11$. I hope it is correct."),
    ("11", "Answer: 11"),
    ("11", "5 + 6 = 11"),
    ("11", "#### 11"),
    ("11", "<think>\\boxed{12}</think> \\boxed{11}"),
    ("11", "\\boxed{}"),
    ("11", ""),
    ("11", "\\boxed{\\text{The answer is } 11}"),
    ("11", "\\boxed{5 + 6 = 11}"),
    ("11", "\\boxed{x = 11}"),
    ("11", "$\\boxed{11}$ and $x = 12$"),
    ("\\frac{2}{3}", "The answer is $\\frac{2}{3}$."),
    ("\\frac{2}{3}", "Thus $x = \\frac{2}{3}$, which is about 0.667."),
)


def math_samples():
    """Every answer in a box; the frames take turns, so that each gold meets several. Then whole responses."""
    rows = []
    for gold, answers in MATH_ANSWERS:
        for answer in (gold,) + answers:
            frame = MATH_FRAMES[len(rows) % len(MATH_FRAMES)]
            rows.append({"id": f"math/{len(rows) + 1}", "gold": gold, "response": frame.format(answer)})
    for gold, response in MATH_RESPONSES:
        rows.append({"id": f"math/{len(rows) + 1}", "gold": gold, "response": response})
    return rows


def read_traces(path):
    """The recorded traces of a run (samples.jsonl); a run may still be going on."""
    rows = []
    with open(path, encoding="utf-8") as f:
        for line in f:
            if line.endswith("\n"):
                t = json.loads(line)
                name = f"{t['doc_id']} {t['strategy']} {t['trace']}"
                rows.append({"id": name, "gold": t["gold"], "response": t["text"]})
    return rows
