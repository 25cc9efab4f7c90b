"""Resuming a run: the loop as the rounds on disk have left it."""

from typing import Sequence, Tuple

from seqmix_plugin.active_learning.loop import ActiveLearningLoop, Stage
from seqmix_plugin.active_learning.round_budget import nothing_fits
from seqmix_plugin.run.round_state import RoundState


def load_models(loop: ActiveLearningLoop) -> None:
    """Loads the weights that an earlier start has left, as far as there are any; `best.th` is there from now on."""
    saved, (learner, *others) = loop.files.saved, loop.learners
    newest = saved.states[saved.last_whole] if saved.last_whole >= 0 else None
    if newest is not None and loop.files.load_weights(newest, learner.model):
        learner.trained = newest.round
    else:
        loop.files.write_first_weights(learner.model)
    if not learner.reuse_model:  # the weights do not depend on the rounds before
        learner.trained = max(learner.trained, saved.last_whole - 1)
    for other in others:
        other.trained = loop.files.load_member(other.name, other.model)


def replay(loop: ActiveLearningLoop) -> Tuple[RoundState, Sequence[Stage]]:
    """
    Rebuilds pool, training set and models from the run's folder, after `load_models`. Weights that are lost are trained
    again, on the labels and generated sentences that are there. Returns the state of the round to be done, and its
    stages that are not on disk.
    """
    saved, (learner, *others) = loop.files.saved, loop.learners
    state, pool = RoundState(round=0), loop.pool
    for state, annotated, synthetic in zip(saved.states, saved.annotated, saved.synthetic, strict=True):
        if state.members is not None or state.queried is not None:
            late = [other for other in others if other.trained < state.round - 1]
            for other in late:
                other.train(state.round - 1, pool.labelled, loop.folder, loop.synthetic, pool.unlabelled)
            if late and state.round >= saved.last_whole:
                state = loop.files.keep_members(state, {other.name: other.model for other in others})
        loop.named(state)
        loop.take(state, annotated)
        loop.synthetic += synthetic
        if state.is_whole:
            if learner.trained < state.round:
                learner.train(state.round, pool.labelled, loop.folder, loop.synthetic, pool.unlabelled)
                if state.round == saved.last_whole:
                    state = loop.files.keep_weights(state, learner.model)
                else:
                    loop.files.tidy(state.round)
            loop.last = state
    if state.is_whole:
        _stop_where_nothing_fits(loop, state)
        return RoundState(round=state.round + 1), loop.stages
    done = (state.members or state.queried, state.queried, state.annotated, state.synthetic)
    return state, loop.stages[sum(left is not None for left in done) :]


def _stop_where_nothing_fits(loop: ActiveLearningLoop, last: RoundState) -> None:
    """
    After the `last` round of a run that was extended: its record did not know the size of the next query, and stops the
    run now where no sentence is within that, as it does in a run that had as many rounds from the start.
    """
    assert last.record is not None
    reason = None if loop.is_finished else nothing_fits(loop.pool, loop.budget(last.round + 1))
    if reason is not None:
        loop.files.rounds.pop()
        stopped = last.model_copy(update={"record": {**last.record, "stop": reason}})
        loop.last = loop.files.keep_round(stopped, loop.learners[0].model)
