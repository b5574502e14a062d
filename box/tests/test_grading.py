"""How answers are found and graded, kind by kind; nothing here loads a model."""

import pytest
from ml_intern_box.evaluation import batches, calls, choice, code, fingerprints, numeric, prompts, regex, sandbox, stopping

FOUR = {"id": "a", "question": "Which?", "answer": "gold", "choices": ["tin", "gold", "lead", "zinc"]}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It is 7.", "7"),
        ("so 3 + 4 = 7, and 8 is wrong\n#### 1,234", "1234"),
        (r"first 5, then \boxed{12} of 99", "12"),
        (r"\boxed{\frac{3}{4}}", "0.75"),
        (r"\boxed{x = \text{about } -2.50}", "-2.5"),
        ("costs $1,234.50 a day", "1234.5"),
        ("2 1/2 cups", "2.5"),
        ("1/3", "1/3"),
        ("about 1.5e3 m", "1500"),
        (r"\boxed{6 \times 10^{3}}", "6000"),
        ("the answer is −5 °C", "-5"),
        ("pages 10-12", "12"),
        ("12 345 people", "12345"),
        ("50%", "50"),
        ("no number here", None),
        ("", None),
        ("1/0", None),
    ],
)
def test_numbers_are_found_and_read(text, found):
    number = numeric.find(text, {})
    assert (None if number is None else numeric.written(number)) == found


@pytest.mark.parametrize(
    ("answer", "settings", "right"),
    [("3.14", {"tolerance": 0.01}, True), ("3.12", {"tolerance": 0.01}, False), ("103", {"relativeTolerance": 0.05}, False), ("3.141", {}, False)],
)
def test_a_number_counts_within_the_tolerance(answer, settings, right):
    assert numeric.grade({"answer": "3.1416"}, answer, settings).correct is right
    assert numeric.grade({"answer": "3.1416"}, "none", settings).valid is False


def test_options_stand_in_an_order_of_the_seed_and_the_item():
    orders = {tuple(choice.order(dict(FOUR, id=str(index)), {"shuffleSeed": 1})) for index in range(40)}
    assert len(orders) > 10
    assert choice.order(FOUR, {"shuffleSeed": 1}) == choice.order(dict(FOUR), {"shuffleSeed": 1})
    assert choice.order(FOUR, {}) == [0, 1, 2, 3] and choice.right_letter(FOUR, {}) == "B"
    assert choice.right_letter(dict(FOUR, answer="D"), {}) == "D"
    shown = choice.shown(FOUR, {"shuffleSeed": 5})
    assert shown[ord(choice.right_letter(FOUR, {"shuffleSeed": 5})) - 65] == "gold"


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("I think A at first.\nANSWER: B", "B"),
        ("**Answer:** (C)", "C"),
        ("ANSWER: B\nNo wait.\nANSWER: D", "D"),
        (r"so \boxed{\text{A}}", "A"),
        ("The answer is C.", "C"),
        ("B", "B"),
        ("B. gold", None),
        ("ANSWER: E", None),
        ("A gold ring has no answer", None),
        ("", None),
    ],
)
def test_the_letter_is_found(text, letter):
    grade = choice.grade(FOUR, text, {"prompt": "{choices}"})
    assert (grade.answer, grade.valid, grade.correct) == (letter, letter is not None, letter == "B")


def test_the_likeliest_option_is_the_answer():
    listed, bare = {"prompt": "{question}\n{choices}"}, {"prompt": "{question}"}
    assert choice.continuations(FOUR, listed) == ["A", "B", "C", "D"] and choice.continuations(FOUR, bare) == FOUR["choices"]
    assert choice.grade_likelihoods(FOUR, [-4, -3, -9, -9], bare).correct
    # A character of "gold" costs 0.75, one of "tin" 1.
    assert choice.grade_likelihoods(FOUR, [-3, -3.2, -9, -9], bare).answer == "A"
    assert choice.grade_likelihoods(FOUR, [-3, -3.2, -9, -9], dict(bare, normalise=True)).answer == "B"


def test_examples_are_the_same_for_all_and_never_the_item_itself():
    pool = [{"id": str(n), "question": f"{n}?", "answer": str(n)} for n in range(5)]
    benchmark = {"prompt": "Q: {question}\nA:", "fewShot": {"items": pool, "n": 2, "seed": 3}}
    shown = [prompts.with_examples({"id": "x", "question": question, "answer": ""}, benchmark) for question in ("8?", "9?")]
    assert shown[0].replace("8?", "9?") == shown[1] and shown[0].count("Q: ") == 3
    used = [each["question"] for each in prompts.examples({"question": "9?"}, benchmark)]
    assert used[0] not in [each["question"] for each in prompts.examples({"question": used[0]}, benchmark)]
    assert shown[0].startswith(f"Q: {used[0]}\nA: {used[0][0]}\n\n")


def test_a_reference_can_be_a_pattern():
    item = {"answer": r"colou?r"}
    assert regex.grade(item, " color\n", {}).correct and not regex.grade(item, "my color", {}).correct
    assert regex.grade(item, "my COLOUR", {"search": True, "ignoreCase": True}).correct
    assert not regex.grade(item, "  ", {}).valid


@pytest.mark.parametrize(
    ("text", "correct", "valid"),
    [
        ("f(x=1, y='a')", True, True),
        ("```python\n[f(y='a', x=1)]\n```", True, True),
        ('<tool_call>{"name": "f", "arguments": {"x": 1.0, "y": "a"}}</tool_call>', True, True),
        ("f(x=2, y='a')", False, True),
        ("g(x=1, y='a')", False, True),
        ("I would call f with 1.", False, False),
        ("f(x=open('a'))", False, False),
    ],
)
def test_calls_are_compared_by_value(text, correct, valid):
    grade = calls.grade({"answer": "f(x=1, y='a')"}, text, {})
    assert (grade.correct, grade.valid) == (correct, valid)


ADD = {
    "question": 'import math\n\n\ndef add(a, b):\n    """The sum."""\n',
    "entryPoint": "add",
    "tests": "def check(candidate):\n    assert candidate(1, 2) == 3\n    assert math.pi > 3\n",
}


@pytest.mark.parametrize(
    ("text", "correct", "valid"),
    [
        ("    return a + b\n", True, True),
        ("return a + b", True, True),
        ("Here:\n```python\ndef add(a, b):\n    return a + b\n```\nDone.", True, True),
        ("    return a - b\n", False, True),
        ("    import sys; sys.exit(0)\n", False, True),
        ("I cannot do that (", False, False),
        ("", False, False),
    ],
)
def test_programs_are_right_when_all_tests_pass(text, correct, valid):
    grade = code.grade(ADD, text, {"seconds": 20})
    assert (grade.correct, grade.valid) == (correct, valid), grade.more


def test_programs_have_limits(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "secret")
    assert sandbox.run("while True: pass", 1, 256).timed_out or sandbox.run("while True: pass", 1, 256).code < 0
    assert "MemoryError" in sandbox.run("x = bytearray(2 ** 30)", 20, 256).output
    assert sandbox.run("import os; open('big', 'wb').write(bytes(2 ** 25))", 20, 256).code != 0
    ran = sandbox.run("import os; print(os.environ.get('HF_TOKEN'), os.listdir('.'))", 20, 256)
    assert "None ['" in ran.output and "secret" not in ran.output
    if sandbox.network() == "none":
        assert sandbox.run("import socket; socket.create_connection(('127.0.0.1', 1))", 20, 256).code != 0


def test_a_hopeless_evaluation_is_told_from_one_that_may_still_win():
    assert stopping.is_hopeless([0.0] * 60, 0.3, still=400)
    assert not stopping.is_hopeless([0.0, 1.0] * 30, 0.55, still=400)
    assert not stopping.is_hopeless([1.0] * 10, 0.3, still=400)
    assert stopping.is_hopeless([0.0] * 8 + [1.0] * 2, 0.9, still=5), "Even five right answers would not reach it."
    assert sorted(place for part in stopping.parts(95, 1) for place in part) == list(range(95))


def test_a_model_as_good_as_the_one_to_beat_is_stopped_in_at_most_alpha_of_evaluations():
    import random

    rng = random.Random(0)
    stopped = 0
    for _ in range(600):
        scores = [float(rng.random() < 0.3) for _ in range(400)]
        stopped += any(stopping.is_hopeless(scores[:n], 0.3, still=10**6, alpha=0.05) for n in range(20, 401, 20))
    assert stopped / 600 <= 0.05


def test_a_run_stops_a_model_as_good_as_its_best_in_at_most_5_percent_and_most_that_are_much_worse():
    """The best is the luckiest of several equals, as in a run; some items are harder than others for all of them."""
    import random

    rng = random.Random(1)
    runs, earlier, count = 400, 5, 200
    stopped, asked = {0.0: 0, 0.5: 0}, {0.0: 0, 0.5: 0}
    for _ in range(runs):
        items = [rng.betavariate(1.5, 1) for _ in range(count)]

        def answers(loss):
            return [float(rng.random() < chance * (1 - loss)) for chance in items]

        best = max((answers(0) for _ in range(earlier)), key=sum)
        behind = {"model": "best", "scores": {str(n): score for n, score in enumerate(best)}, "alpha": 0.05 / earlier}
        bar = stopping.bar_of({"stopBehind": behind})
        for loss in stopped:
            scores, mine = {}, answers(loss)
            for part in stopping.parts(count, seed=3):
                scores.update({str(place): mine[place] for place in part})
                if bar.is_out_of_reach(scores, count - len(scores)):
                    break
            stopped[loss] += len(scores) < count
            asked[loss] += len(scores)
    assert stopped[0.0] / runs <= 0.05
    assert stopped[0.5] / runs >= 0.95 and asked[0.5] < 0.5 * runs * count


def test_the_batch_doubles_until_memory_ends_and_halves_when_it_does_not_fit_after_all():
    def attempt(size):
        if size > 12:
            raise RuntimeError("CUDA out of memory")

    assert batches.largest(attempt, 500, by_time=False) == 8
    assert batches.largest(lambda size: None, 100, by_time=False) == 64
    ticks = iter(range(0, 1000, 2))
    seconds = iter([0, 1, 1, 2.2, 2.2, 4.6])
    assert batches.largest(lambda size: next(ticks), 500, by_time=True, clock=lambda: next(seconds)) == 2
    with pytest.raises(ValueError):
        batches.largest(lambda size: (_ for _ in ()).throw(ValueError("bad")), 4, by_time=False)

    def run(start, end):
        attempt(4 * (end - start))
        return list(range(start, end))

    freed = []
    parts, size = batches.in_parts(run, 10, 10, lambda: freed.append(1))
    assert sum(parts, []) == list(range(10)) and size == 2 and len(freed) == 2
    with pytest.raises(RuntimeError):
        batches.in_parts(lambda start, end: attempt(99), 1, 1, lambda: None)


def test_a_changed_file_of_the_evaluator_changes_its_hash(tmp_path):
    from pathlib import Path
    from shutil import copytree

    package = copytree(Path(fingerprints.__file__).parent.parent, tmp_path / "package")
    harness = tmp_path / "lm_eval"
    (harness / "api").mkdir(parents=True)
    for name in ("evaluator.py", "api/task.py"):
        (harness / name).write_text("x = 1\n")
    before = fingerprints.evaluator_hash(harness, package)
    assert fingerprints.evaluator_hash(harness, package) == before
    for path in (package / "evaluation" / "exact.py", harness / "api" / "task.py"):
        path.write_text(path.read_text() + "# changed\n")
        assert fingerprints.evaluator_hash(harness, package) != before
        before = fingerprints.evaluator_hash(harness, package)
    assert fingerprints.changed({"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "9"}) == ["b"]
