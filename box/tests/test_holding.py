"""The last good model of each run outlives a clean-up; a newer one takes its place."""

from ml_intern_box import holding


def test_one_job_a_run_is_held(tmp_path):
    for job in ("a-1", "a-2", "b-1"):
        (tmp_path / "jobs" / job).mkdir(parents=True)
    holding.hold(str(tmp_path), "a-1", "a")
    holding.hold(str(tmp_path), "b-1", "b")
    holding.hold(str(tmp_path), "a-2", "a")
    held = {job: holding.why_held(str(tmp_path / "jobs" / job)) for job in ("a-1", "a-2", "b-1")}
    assert held == {
        "a-1": None,
        "a-2": "it holds the last good model of a",
        "b-1": "it holds the last good model of b",
    }
    holding.hold(str(tmp_path), "gone", "a")
    assert holding.why_held(str(tmp_path / "jobs" / "a-2")) is not None
