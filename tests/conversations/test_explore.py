"""x"""
import pytest
from tests.conversations.town import Town
from tests.conversations import stories as s

@pytest.mark.parametrize("name", ["NOTHING", "A_CHILD_WITHIN_HOURS","A_CHILD_TOLD_OF_SEXUAL_ABUSE","A_KILLING_ADMITTED","HEARD_OF_A_WEAPON","A_COURT_ORDER","A_CHILD_AND_A_WEAPON","A_POLICE_REQUEST"])
async def test_x(town: Town, name) -> None:
    amira, = town.people("amira")
    await amira.begins()
    await amira.answers(getattr(s, name))
    print("#"*30, name); print(amira.screen())
async def test_y(town: Town) -> None:
    amira, = town.people("amira")
    for who in ("A worker or volunteer", "The safeguarding lead", "The chair or a trustee"):
        await amira.commands()
        if "Start a new" in amira.screen(): await amira.presses("Start a new one")
        await amira.sees("Could someone die")
        await amira.answers(s.about(who))
        print("#"*30, who); print(amira.screen())
        await amira.presses("Ask for agreement"); await amira.sees("Before")
        print(amira.screen())
        amira.closes()
