"""Makes the rows and items of the overlap benchmark, the same ones every time.

Usage: python rows.py FOLDER ROWS ITEMS. Writes rows.jsonl (chat rows of about 110 words, one in 200 with an item's question in it) and
items.jsonl (question, answer). Words follow Zipf's law over 30,000 made-up ones and stand among common English phrases and numbers, so
that rows and items share their vocabulary as real ones do. Prints {rows, planted, bytes}.
"""

import itertools
import json
import os
import random
import sys

PHRASES = [
    "how many of the",
    "what is the",
    "in the first week of",
    "at the end of the day",
    "which of the following",
    "and then there are",
    "find the number of",
    "is equal to",
    "a total of",
    "for each of the",
    "if there were",
    "as much as",
    "let us say that",
    "the answer is",
]
SYLLABLES = [
    "ba",
    "cor",
    "den",
    "el",
    "fi",
    "gor",
    "ha",
    "il",
    "jo",
    "kan",
    "lu",
    "mer",
    "no",
    "os",
    "pra",
    "qui",
    "ri",
    "sto",
    "ta",
    "ul",
    "ven",
    "wy",
    "xa",
    "zo",
]
VOCABULARY, SENTENCES = 30_000, 100_000
PLANTED_EVERY = 200


def make_words(rng):
    """Frequent words are short, as they are in languages."""
    of_length = [["".join(parts) for parts in itertools.product(SYLLABLES, repeat=length)] for length in (1, 2, 3, 4)]
    for words in of_length:
        rng.shuffle(words)
    return [word for words in of_length for word in words][:VOCABULARY]


def main(folder, rows, items):
    rng = random.Random(4)
    words = make_words(rng)
    weights = list(itertools.accumulate(1 / (rank + 2.7) for rank in range(VOCABULARY)))

    def sentence():
        pieces = rng.choices(words, cum_weights=weights, k=rng.randint(7, 13))
        pieces[rng.randrange(len(pieces))] = rng.choice(PHRASES)
        if rng.random() < 0.5:
            pieces[rng.randrange(len(pieces))] = str(rng.randint(2, 400))
        return " ".join(pieces).capitalize() + rng.choice([".", "?", "!", "; so."])

    def text(source, least, most):
        return " ".join(source() for _ in range(rng.randint(least, most)))

    made = [
        {"id": number, "question": text(sentence, 2, 5), "answer": text(sentence, 1, 4)} for number in range(items)
    ]
    pool = [sentence() for _ in range(SENTENCES)]

    def pooled():
        return pool[int(rng.random() * SENTENCES)]

    with open(os.path.join(folder, "items.jsonl"), "w", encoding="utf-8") as out:
        out.writelines(json.dumps(item) + "\n" for item in made)
    path = os.path.join(folder, "rows.jsonl")
    planted = 0
    with open(path, "w", encoding="utf-8") as out:
        for number in range(rows):
            asked = text(pooled, 2, 5)
            if number % PLANTED_EVERY == 0:
                asked, planted = pooled() + " " + rng.choice(made)["question"].upper(), planted + 1
            turns = [{"role": "user", "content": asked}, {"role": "assistant", "content": text(pooled, 3, 9)}]
            out.write(json.dumps({"id": number, "messages": turns}) + "\n")
    print(json.dumps({"rows": rows, "planted": planted, "bytes": os.path.getsize(path)}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
