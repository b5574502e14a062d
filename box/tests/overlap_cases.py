"""The labelled set for the overlap check: evaluation items of nine benchmarks' shapes, and rows that do or do not hold one. Deterministic."""

import json
import random
import unicodedata

import overlap_texts as texts
from ml_intern_box.overlap_words import COMMON

COPIES = ("verbatim", "case or punctuation", "reordered choices")
OTHERS = ("paraphrase", "partial question", "answer only")
CLEAN = ("shared boilerplate", "other numbers", "same topic, same words")

FILLERS = [
    "Thanks, that was very helpful. Before we go on, could you remind me what we agreed on last week about the timetable for the renovation?",
    "I have been reading about medieval guilds lately and I find it remarkable how much of their rules was about bread and candles.",
    "Sure, here is what I would do in your place. Start with the smallest task, write down what you learn, and leave the hard part for the morning.",
    "The meeting was moved to Thursday because the projector is being repaired and half of the team is travelling.",
    "Let me know if anything is unclear. I am happy to go over the second part again, with an example from the field.",
]
INSTRUCTIONS = [
    "Choose the correct answer from the following options.",
    "Solve the following math problem step by step. The last line of your response should be of the form Answer: $ANSWER (without quotes) where $ANSWER is the answer to the problem.",
    "Below is an instruction that describes a task. Write a response that appropriately completes the request.",
    "You are a careful tutor of a small school. Answer with one sentence and give no reasons.",
    "Please reason step by step, and put your final answer within \\boxed{}.",
    "Answer the following multiple choice question. Think step by step before answering.",
]
OTHER_THINGS = [
    "the capital of Mongolia",
    "a good name for a sailing boat",
    "the difference between jam and marmalade",
    "how to fold a fitted sheet",
    "the plural of octopus",
    "the best month to prune roses",
    "a rhyme for the word silver",
    "the rules of curling",
]


def fill(template, rng, names=None):
    """The template with names and numbers, and what they are."""
    a, b = names or rng.sample(texts.NAMES, 2)
    x, y, z, w = (rng.randint(3, 97) for _ in range(4))
    values = {"A": a, "B": b, "x": x, "y": y, "z": z, "w": w, "s": x + y}
    return values


def items(rng):
    """The items with what rows are made from: {item, question, answer, rewording, choices, template, values}."""
    made = []

    def add(item, question, answer="", **more):
        made.append({"item": item, "question": question, "answer": answer, **more})

    for number, (question, rewording, right, wrong) in enumerate(texts.CHOICES):
        listed = wrong + [right]
        rng.shuffle(listed)
        at = listed.index(right)
        shapes = (
            {"question": question, "choices": listed, "answer": at},
            {
                "id": "Q_%d" % number,
                "question": question,
                "choices": {"text": listed, "label": list("ABCD")[: len(listed)]},
                "answerKey": "ABCD"[at],
            },
            {
                "Question": question,
                "Correct Answer": right,
                **{"Incorrect Answer %d" % (i + 1): each for i, each in enumerate(wrong)},
            },
            {
                "input": question + "\n" + "\n".join("%s) %s" % ("ABCD"[i], each) for i, each in enumerate(listed)),
                "target": "ABCD"[at],
            },
        )
        add(shapes[number % 4], question, rewording=rewording, choices=listed)
    for question, rewording, answer in texts.OPEN:
        add(
            {"prompt": [{"role": "user", "content": question}], "ideal_completion": None, "completion": answer},
            question,
            answer,
            rewording=rewording,
        )
    for problem, rewording, answer in texts.FORMULAS:
        add({"problem": problem, "answer": answer, "level": "Level 5"}, problem, rewording=rewording)
    for question, rewording, answer in texts.OTHER_SCRIPTS:
        add({"question": question, "answer": answer}, question, rewording=rewording)
    for question, answer in texts.SHORT:
        add({"q": question, "a": answer}, question)
    for passage, questions, _ in texts.PASSAGES:
        for question, answer in questions:
            add({"question": question, "passage": passage, "answer": answer}, question, passage=passage)
    for name, arguments, doc, rewording, body in texts.CODE:
        prompt = 'from typing import List, Tuple\n\n\ndef %s(%s):\n    """%s\n    """\n' % (name, arguments, doc)
        add(
            {"task_id": "Code/%s" % name, "prompt": prompt, "canonical_solution": "    " + body, "entry_point": name},
            prompt,
            body,
            rewording=rewording,
        )
    for topic in texts.TOPICS:
        prompt = "Write an essay about %s. %s" % (topic, rng.choice(texts.CONDITIONS))
        add({"key": len(made), "prompt": prompt, "instruction_id_list": ["startend"]}, prompt, topic=topic)
    for number, (problem, rewording, reason) in enumerate(texts.PROBLEMS):
        # Some templates are used by many items, some by one only.
        for _ in range(16 if number < 7 else 1):
            values = fill(problem, rng)
            answer = reason.format(**values) + " #### %d" % rng.randint(2, 900)
            add(
                {"question": problem.format(**values), "answer": answer},
                problem.format(**values),
                answer,
                rewording=rewording.format(**values),
                template=number,
                values=values,
            )
    return made


def row_of(rng, question, answer=""):
    """The texts in one of many shapes."""
    answer = answer or rng.choice(["B", "42", "Yes.", "The answer is C.", "I am not sure."])
    shape = rng.randrange(9)
    if shape == 0:
        return {
            "messages": [
                {"role": "system", "content": INSTRUCTIONS[3]},
                {"role": "user", "content": question},
                {"role": "assistant", "content": answer},
            ]
        }
    if shape == 1:
        return {"instruction": rng.choice(INSTRUCTIONS), "input": question, "output": answer}
    if shape == 2:
        return {
            "conversations": json.dumps(
                [{"from": "human", "value": question}, {"from": "gpt", "value": answer}], ensure_ascii=False
            )
        }
    if shape == 3:
        return {"text": "### Question:\n%s\n\n### Answer:\n%s" % (question, answer)}
    if shape == 4:
        return {
            "id": rng.randrange(10**6),
            "data": {"turns": [[rng.choice(FILLERS), rng.choice(FILLERS)], [question, answer]]},
            "score": 0.5,
        }
    if shape == 5:
        return {"prompt": "%s\n\n%s" % (rng.choice(INSTRUCTIONS), question), "completion": answer}
    if shape == 6:
        return {
            "text": " ".join(rng.sample(FILLERS, 2))
            + " "
            + question
            + "\n"
            + answer
            + " "
            + " ".join(rng.sample(FILLERS, 2))
        }
    if shape == 7:
        return {
            "chosen": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}],
            "rejected": [{"role": "user", "content": question}],
        }
    return {"question": question, "answer": answer}


FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
LOOK_ALIKES = str.maketrans("aeopcx", "аеорсх")


def disturbed(rng, text):
    """Other case, punctuation, spaces or Unicode; the words stay."""
    plain = "".join(" " if unicodedata.category(sign).startswith("P") and sign not in "'%" else sign for sign in text)
    ways = [
        text.upper,
        text.lower,
        text.title,
        text.swapcase,
        lambda: plain,
        lambda: plain.lower(),
        lambda: text.replace(" ", "  ").replace(",", " ,"),
        lambda: text.replace(" ", "\n", 3).replace(" ", "\t", 2),
        lambda: text.replace(" ", "\u00a0"),
        lambda: text.replace(".", "!").replace(",", ";").replace("?", "??"),
        lambda: text.replace("'", "\u2019").replace("-", "\u2013"),
        lambda: "«" + text.replace(",", " —") + "»",
        lambda: unicodedata.normalize("NFKD", text),
        lambda: text.translate(FULL_WIDTH),
        lambda: "\u200b".join(text.split("e")).replace("\u200b", "e\u200b"),
        lambda: " ".join("**%s**" % word if at % 5 == 0 else word for at, word in enumerate(text.split(" "))),
        lambda: " ".join(
            word.translate(LOOK_ALIKES) if at % 4 == 1 and len(word) > 3 else word
            for at, word in enumerate(text.split(" "))
        ),
        lambda: text.replace("&", "&amp;").replace('"', "&quot;").replace("'", "&#39;"),
    ]
    return rng.choice(ways)()


def reordered(rng, question, choices):
    listed = list(choices)
    while listed == list(choices):
        rng.shuffle(listed)
    mark = rng.choice(["%s) %s", "(%s) %s", "%s. %s", "%s: %s"])
    return (
        question
        + rng.choice(["\n", " ", "\nOptions:\n"])
        + "\n".join(mark % ("ABCDEF"[at], each) for at, each in enumerate(listed))
    )


def part(rng, text):
    """Half to three quarters of the words (characters, where there are no spaces), from the beginning or the end."""
    pieces = text.split(" ") if text.count(" ") > 4 else list(text)
    count = max(1, int(len(pieces) * rng.uniform(0.5, 0.75)))
    kept = pieces[:count] if rng.random() < 0.5 else pieces[-count:]
    return (" " if text.count(" ") > 4 else "").join(kept)


def clean_rows(rng, made):
    """Rows that hold no item, however much they look like it."""
    for _ in range(90):
        instruction = " ".join(rng.sample(INSTRUCTIONS, 2))
        yield "shared boilerplate", row_of(
            rng,
            "%s What is %s?" % (instruction, rng.choice(OTHER_THINGS)),
            rng.choice(["A", "B", "42", "72", "Yes", "the liver", "four"]),
        )
    for _ in range(60):
        condition = rng.choice(texts.CONDITIONS)
        yield "shared boilerplate", row_of(rng, "Write a limerick on %s. %s" % (rng.choice(OTHER_THINGS), condition))
        yield "shared boilerplate", row_of(rng, "Write an essay about %s. %s" % (rng.choice(OTHER_THINGS), condition))
    for each in made:
        if "template" in each:
            values = fill("", rng)
            template, _, reason = texts.PROBLEMS[each["template"]]
            yield "other numbers", row_of(rng, template.format(**values), reason.format(**values))
            same_people = fill("", rng, (each["values"]["A"], each["values"]["B"]))
            yield "other numbers", row_of(rng, template.format(**same_people), reason.format(**same_people))
    for question, _ in texts.SHORT:
        for old, new in (
            ("Sistine Chapel", "Scrovegni Chapel"),
            ("tungsten", "thallium"),
            ("Budapest", "Prague"),
            ("viola", "lute"),
            ("Magic Mountain", "Tin Drum"),
            ("moon of Saturn", "moon of Uranus"),
            ("529", "576"),
            ("17 * 23", "17 + 23"),
            ("17 * 23", "19 * 23"),
            ("ethanol", "glycerol"),
            ("shortest day", "longest year"),
            ("Suriname", "Guyana"),
            ("Mariana", "Tonga"),
            ("entropy", "enthalpy"),
            ("email", "telegram"),
            ("Fidelio", "Oberon"),
        ):
            if old in question:
                yield "same topic, same words", row_of(rng, question.replace(old, new))
                yield "same topic, same words", row_of(
                    rng, question.replace(old, new).rstrip("?.") + " and why does it matter?"
                )
    for passage, _, others in texts.PASSAGES:
        for other in others:
            yield "same topic, same words", row_of(rng, passage + "\n" + other)
    yield from _mixed(rng, made)


def _mixed(rng, made):
    """Sentences of the items' own words in another order, and questions that begin alike and ask something else."""
    for each in made:
        words = each["question"].split(" ")
        if len(words) > 6:
            shuffled = rng.sample(words, len(words))
            yield "same topic, same words", row_of(rng, " ".join(shuffled))
        telling = [word for word in words if word.lower().strip(".,?") not in COMMON]
        if len(words) > 12 and len(telling) > 4:
            yield "same topic, same words", row_of(
                rng,
                "%s %s. What else should one know about %s, %s and %s?"
                % (" ".join(words[:5]), rng.choice(OTHER_THINGS), *rng.sample(telling, 3)),
            )
    for question, _, right, wrong in texts.CHOICES:
        other = rng.choice(texts.CHOICES)
        yield "same topic, same words", row_of(
            rng,
            "Explain what %s is, and how it differs from %s." % (right, rng.choice(wrong)),
            "%s has to do with %s." % (right, other[2]),
        )
        yield "shared boilerplate", row_of(
            rng, "Which of the following is correct? A) %s B) %s" % (right, wrong[0]), right
        )


def labelled(seed=7):
    """(items, rows): rows are (class, row, number of the item or None)."""
    rng = random.Random(seed)
    made = items(rng)
    rows = []
    for number, each in enumerate(made):
        question, answer = each["question"], each["answer"]
        whole = "%s\n%s" % (each["passage"], question) if "passage" in each else question
        for _ in range(2 if number % 2 else 1):
            rows.append(("verbatim", row_of(rng, whole, answer if rng.random() < 0.5 else ""), number))
        for _ in range(2):
            rows.append(("case or punctuation", row_of(rng, disturbed(rng, whole)), number))
        for _ in range(6 if "choices" in each else 0):
            rows.append(("reordered choices", row_of(rng, reordered(rng, question, each["choices"])), number))
        if "rewording" in each:
            rows.append(("paraphrase", row_of(rng, each["rewording"], answer), number))
            rows[-1] = ("paraphrase", row_of(rng, each["rewording"]), number)
        if len(question) > 12:
            rows.append(("partial question", row_of(rng, part(rng, question)), number))
        if len(answer.split()) >= 20:
            rows.append(("answer only", row_of(rng, rng.choice(FILLERS), answer), number))
    rows += [(kind, row, None) for kind, row in clean_rows(rng, made)]
    rng.shuffle(rows)
    return [each["item"] for each in made], rows
