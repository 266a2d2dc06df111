from geodata.changes.notes import UNLOCKED, proposed_by, public_reason


def test_notes_of_the_service_and_names_of_accounts_are_not_public():
    assert public_reason("sans If-Match") == ""
    assert public_reason(f"{proposed_by('elie')} : {UNLOCKED} : mesuré sur place") == "mesuré sur place"


def test_a_reason_that_a_person_gave_is_public():
    assert public_reason("démontée : bois pourri") == "démontée : bois pourri"
