"""Whatever people do with money, in whatever order, do the pages and the ledger agree with a plain dictionary?"""

import pytest


pytestmark = [pytest.mark.store, pytest.mark.django_db]


def test_money_agrees_with_a_plain_dictionary():
    from tests.funding.machine import run_machine

    run_machine(examples=12, steps_each=40, same=True)


@pytest.mark.soak
def test_money_agrees_with_a_plain_dictionary_for_a_hundred_thousand_steps():
    from tests.funding.machine import run_machine

    run_machine(examples=1000, steps_each=100)
