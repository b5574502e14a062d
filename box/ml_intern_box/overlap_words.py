"""Words that tell nothing about which item it is, and instructions that thousands of datasets share."""

from __future__ import annotations

from typing import FrozenSet, List, Sequence, Tuple

from ml_intern_box.overlap_text import is_unspaced, words

COMMON: FrozenSet[str] = frozenset(
    """the a an of to in is are was were be been being do does did has have had and or not no nor but if then than that this these those
    there here it its he she they them his her their you your we our i my me him as at by for from with without on off into onto over under
    about after before between during through which what who whom whose when where why how can could will would shall should may might must
    also only just very more most less least much many some any all each every both either neither one other another such same so too up
    down out again once while because until against own few get got make made use used using first last next
    following true false correct incorrect answer answers best describes describe statement statements question questions option options
    choose choice choices select below above given write return returns def self import none int str list let step explain
    please problem solve find calculate compute determine complete provide""".split()
)

_SHARED = """
Choose the correct answer from the following options.
Choose the correct answer.
Choose the best answer from the options below.
Select the correct option from the choices given below.
Which of the following statements is correct?
Which of the following is true?
The following are multiple choice questions (with answers) about
Answer the following multiple choice question. The last line of your response should be of the following format: 'Answer: $LETTER' (without quotes) where LETTER is one of ABCD.
Think step by step before answering.
Answer the following question by choosing the correct option and explain your reasoning.
Answer the question based on the context below. If the question cannot be answered using the information provided answer with I don't know.
Read the following passage and answer the question.
Let's think step by step.
Let's work this out in a step by step way to be sure we have the right answer.
Please reason step by step, and put your final answer within \\boxed{}.
Solve the following math problem step by step. The last line of your response should be of the form Answer: $ANSWER (without quotes) where $ANSWER is the answer to the problem.
Remember to put your answer on its own line after "Answer:", and you do not need to use a \\boxed command.
Solve the following problem. Make sure to show your work before giving the final answer.
Solve the following math problem efficiently and clearly.
Express your answer as a common fraction. Give your answer to the nearest integer. Round your answer to two decimal places.
Below is an instruction that describes a task. Write a response that appropriately completes the request.
Below is an instruction that describes a task, paired with an input that provides further context. Write a response that appropriately completes the request.
You are a helpful assistant. You are a helpful, respectful and honest assistant. Always answer as helpfully as possible, while being safe.
You are an AI assistant. You will be given a task. You must generate a detailed and long answer.
You are an expert. Provide a detailed answer so user don't need to search outside to understand the answer.
Complete the following Python function. Write a Python function to solve the following problem. Your code should pass these tests:
Read the following function signature and docstring, and fully implement the function described. Your response should only contain the code for this function.
If you don't know the answer to a question, please don't share false information.
Find the number of positive integers such that. Find the sum of all positive integers such that.
Do not use any commas in your response. Your entire response should be in lowercase letters. Your response should contain at least
"""

SHARED: List[Tuple[str, ...]] = [tuple(words(line)) for line in _SHARED.strip().splitlines()]
SHORTEST_SHARED = 4

_GRAMS = frozenset(
    phrase[at : at + SHORTEST_SHARED] for phrase in SHARED for at in range(len(phrase) - SHORTEST_SHARED + 1)
)


def shared_places(tokens: Sequence[str]) -> List[bool]:
    """For each word, whether it stands in an instruction that everybody uses."""
    marked = [False] * len(tokens)
    for at in range(len(tokens) - SHORTEST_SHARED + 1):
        if tuple(tokens[at : at + SHORTEST_SHARED]) in _GRAMS:
            marked[at : at + SHORTEST_SHARED] = [True] * SHORTEST_SHARED
    return marked


def telling(tokens: Sequence[str]) -> float:
    """How many different words there are that say what a text is about. A character of an unspaced script counts half."""
    different = set(tokens) - COMMON
    return sum(
        0.5 if is_unspaced(word) else 1.0
        for word in different
        if len(word) > 2 or is_unspaced(word) or (len(word) == 2 and word.isalpha() and not word.isascii())
    )
