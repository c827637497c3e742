"""The only place of the planner that writes."""

from cartable.planning.actions.agreements import answer_agreement, ask_agreements, withdraw_request
from cartable.planning.actions.choosing import choose
from cartable.planning.actions.computing import compute, scenario_from_files
from cartable.planning.actions.contests import answer_contest, contest
from cartable.planning.actions.correcting import correct, goods_arrived
from cartable.planning.actions.plans import (
    approve,
    change_share,
    free_reserve,
    propose,
    release,
    serve_late_answer,
)
from cartable.planning.actions.scenarios import (
    change_scenario,
    copy_scenario,
    create_scenario,
    drop_scenario,
    put_fund,
    put_good,
    remove_fund,
    remove_good,
    set_own_weights,
)


__all__ = [
    "answer_agreement",
    "answer_contest",
    "approve",
    "ask_agreements",
    "change_scenario",
    "change_share",
    "choose",
    "compute",
    "contest",
    "copy_scenario",
    "correct",
    "create_scenario",
    "drop_scenario",
    "free_reserve",
    "goods_arrived",
    "propose",
    "put_fund",
    "put_good",
    "release",
    "remove_fund",
    "remove_good",
    "scenario_from_files",
    "serve_late_answer",
    "set_own_weights",
    "withdraw_request",
]
