"""Answers graded by a judge behind an endpoint of our own."""

import json
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from ml_intern_box import evaluate
from ml_intern_box.evaluation import judge, rubric
from ml_intern_box.evaluation.pace import Pace

CRITERIA = [{"criterion": "says rest", "points": 6}, {"criterion": "says water", "points": 4}, {"criterion": "is rude", "points": -5}]
ITEM = {"id": "a", "question": "I have a cold.", "rubric": CRITERIA}


@contextmanager
def judged_by(reply):
    """`reply(prompt, asked)` gives the judge's words, or a status to refuse with."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append((body, self.headers.get("Authorization")))
            said = reply(body["messages"][0]["content"], len(asked))
            data = json.dumps({"choices": [{"message": {"content": said}}]}).encode()
            self.send_response(said if isinstance(said, int) else 200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield {"judge": {"model": "j", "url": f"http://127.0.0.1:{server.server_port}/v1", "temperature": 0, "pause": 0}}, asked
    finally:
        server.shutdown()
        server.server_close()


def met(prompt, _):
    words = {"says rest": True, "says water": False, "is rude": False}
    criterion = next(word for word in words if f"Criterion: {word}" in prompt)
    return f'Well. {{"explanation": "so", "met": {json.dumps(words[criterion])}}}'


def test_criteria_that_are_met_give_their_share_of_the_points(monkeypatch):
    monkeypatch.setenv("ML_INTERN_JUDGE_KEY", "k-1")
    with judged_by(met) as (benchmark, asked):
        rubric.grade(dict(ITEM, rubric=CRITERIA[:1]), "Rest.", benchmark)
        assert asked.pop()[1] is None, "The key is for no address that only the benchmark names."
        monkeypatch.setenv("ML_INTERN_JUDGE_URL", benchmark["judge"]["url"] + "/")
        grade = rubric.grade(ITEM, "Rest. {criterion}", benchmark)
    assert grade.score == 0.6 and grade.correct and grade.valid
    assert [each["met"] for each in grade.more["judge"]["findings"]] == [True, False, False]
    assert asked[0][1] == "Bearer k-1" and asked[0][0]["temperature"] == 0
    assert "Rest. {criterion}" in asked[0][0]["messages"][0]["content"]
    assert "k-1" not in json.dumps(grade.more)


def test_a_negative_criterion_takes_points_and_never_below_nothing():
    with judged_by(lambda prompt, _: '{"met": %s}' % json.dumps("rude" in prompt)) as (benchmark, _):
        assert rubric.grade(ITEM, "Go away.", benchmark).score == 0


def test_a_busy_judge_is_asked_again():
    with judged_by(lambda prompt, n: 429 if n < 3 else met(prompt, n)) as (benchmark, asked):
        grade = rubric.grade(dict(ITEM, rubric=CRITERIA[:1]), "Rest.", benchmark)
    assert grade.score == 1 and len(asked) == 3


def test_more_are_asked_at_once_until_the_judge_is_busy():
    pace = Pace(first=2, most=20)
    for limit in (4, 8, 16, 20):
        for _ in range(pace.limit):
            pace.went_well()
        assert pace.limit == limit
    with pace.turn() as one, pace.turn() as other:
        pace.was_busy(one)
        pace.was_busy(other)
    assert pace.limit == 10, "Two that were refused together are one sign."
    for _ in range(10):
        pace.went_well()
    assert pace.limit == 11, "Where it has been busy, it goes up slowly."
    for _ in range(9):
        with pace.turn() as number:
            pace.was_busy(number)
    assert pace.limit == 1


def test_no_more_than_the_limit_are_with_the_judge():
    lock, now, most, together = threading.Lock(), [0], [0], threading.Barrier(8)

    def reply(prompt, n):
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        if n <= 8:
            together.wait(timeout=30)
        with lock:
            now[0] -= 1
        return 429 if n <= 8 else '{"met": true}'

    items = [dict(ITEM, rubric=CRITERIA[:1])] * 24
    with judged_by(reply) as (benchmark, asked):
        grades = rubric.grade_all(items, ["Rest."] * 24, benchmark, lambda _: None)
    assert [grade.score for grade in grades] == [1] * 24 and len(asked) == 32
    assert most[0] == 8, "Refused once, fewer go at once, and more only slowly."


def test_a_verdict_that_cannot_be_read_leaves_the_answer_without_a_grade():
    with judged_by(lambda prompt, n: "I would rather not say.") as (benchmark, asked):
        grade = rubric.grade(ITEM, "Rest.", benchmark)
    assert (grade.graded, grade.score, grade.valid, grade.answer) == (False, None, True, "Rest.")
    assert len(asked) == judge.ATTEMPTS * len(CRITERIA)


def nobody_there():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return {"judge": {"model": "j", "url": f"http://127.0.0.1:{free.getsockname()[1]}/v1", "pause": 0}}


def test_a_judge_that_refuses_ends_the_evaluation():
    with judged_by(lambda prompt, n: 401) as (benchmark, asked):
        with pytest.raises(judge.JudgeRefused, match="401"):
            rubric.grade_all([ITEM], ["Rest."], benchmark, print)
    assert len(asked) == 1


def test_a_judge_that_nobody_reaches_or_that_stays_busy_ends_the_evaluation_and_gives_no_zero():
    with pytest.raises(judge.JudgeRefused, match="the judge j could not be reached at http://127.0.0.1.*refused"):
        rubric.grade_all([ITEM], ["Rest."], nobody_there(), print)
    with judged_by(lambda prompt, n: 503) as (benchmark, asked):
        with pytest.raises(judge.JudgeRefused, match="503"):
            rubric.grade(ITEM, "Rest.", benchmark)
    assert len(asked) == judge._CALLS


def test_it_is_tried_out_before_the_model_is_loaded(tmp_path, monkeypatch):
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "items.jsonl").write_text(json.dumps(ITEM))
    order = {"model": str(tmp_path), "items": str(tmp_path / "items.jsonl"), "seed": 0, "benchmark": {"name": "b", "kind": "rubric", **nobody_there()}}
    (tmp_path / "order.json").write_text(json.dumps(order))
    monkeypatch.setenv("ML_INTERN_JOB_DIR", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["evaluate", str(tmp_path / "order.json")])
    with pytest.raises(SystemExit):
        evaluate.main()
    error = json.loads((tmp_path / "artifacts" / "result.json").read_text())["error"]
    assert error["reason"] == "judge-unavailable" and "could not be reached" in error["message"] and "the box reaches it" in error["next"]


def test_answers_without_a_grade_are_left_out_and_many_of_them_are_no_score():
    outcomes = [{"id": str(n), "correct": True, "score": 0.5} for n in range(19)] + [{"id": "19", "correct": False, "score": None}]
    assert evaluate.means({n: [each] for n, each in enumerate(outcomes)}) == {n: 0.5 for n in range(19)}
    evaluate.refuse_ungraded(outcomes)
    with pytest.raises(judge.JudgeRefused, match="2 of 20"):
        evaluate.refuse_ungraded([*outcomes[1:], outcomes[-1]])


@pytest.mark.parametrize(("always", "score"), [("tie", 0.5), ("A", 0.5), (None, 1.0)])
def test_pairs_are_judged_in_both_orders(always, score):
    def better(prompt, _):
        return json.dumps({"better": always or ("A" if prompt.index("Ours") < prompt.index("Theirs") else "B")})

    with judged_by(better) as (benchmark, asked):
        assert rubric.grade({"id": "a", "question": "Write.", "against": "Theirs"}, "Ours", benchmark).score == score
    assert len(asked) == 2


def test_an_empty_answer_is_invalid_without_asking():
    grade = rubric.grade(ITEM, " \n", {})
    assert (grade.valid, grade.score, grade.answer) == (False, 0.0, None)
