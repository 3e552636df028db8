from tests.people import Cast, problem


def test_whoever_makes_a_room_owns_it(cast: Cast) -> None:
    answer = cast.sam.api.post("/rooms", json={"name": "  Chess club ", "description": "Tuesdays"})
    assert answer.status_code == 201
    room = answer.json()
    assert (room["name"], room["description"], room["role"], room["seq"], room["members"]) == ("Chess club", "Tuesdays", "owner", 1, 1)
    assert cast.sam.api.get("/rooms").json()["items"] == [room]


def test_rooms_of_others_are_not_listed(cast: Cast) -> None:
    assert cast.slug in {room["id"] for room in cast.vic.api.get("/rooms").json()["items"]}
    for person in (cast.rita, cast.sam):
        assert person.api.get("/rooms").json() == {"items": [], "next": None}


def test_a_room_needs_a_name(cast: Cast) -> None:
    for name in ("", "   ", "x" * 101, "bell\x07"):
        assert problem(cast.sam.api.post("/rooms", json={"name": name}), 422)["field"] == "name"
    assert problem(cast.sam.api.post("/rooms", json={}), 422)["field"] == "name"


def test_fields_nobody_may_set_are_not_set(cast: Cast) -> None:
    room = cast.sam.api.post("/rooms", json={"name": "Mine", "id": "stolen", "seq": 99, "role": "viewer"}).json()
    assert room["id"] != "stolen"
    assert (room["seq"], room["role"]) == (1, "owner")


def test_renaming_tells_everybody_and_keeps_the_rest(cast: Cast) -> None:
    seq = cast.olive.api.get(cast.path).json()["seq"]
    changed = cast.olive.api.patch(cast.path, json={"description": "July"}).json()
    assert (changed["name"], changed["description"], changed["seq"]) == ("Summer by the lake", "July", seq + 1)
    event = cast.vic.api.get(f"{cast.path}/events", params={"after": seq}).json()["events"][0]
    assert (event["kind"], event["actor"]["name"]) == ("room.changed", "Olive")
    assert event["data"] == {
        "id": cast.slug,
        "name": "Summer by the lake",
        "description": "July",
        "originals": "without_location",
        "talk": True,
        "cover_photo": None,
        "cover": None,
        "colour": None,
        "seq": seq + 1,
    }


def test_a_deleted_room_is_gone_for_everybody(cast: Cast) -> None:
    assert cast.vic.api.get(cast.path).status_code == 200
    assert cast.olive.api.delete(cast.path).status_code == 204
    for person in (cast.olive, cast.vic):
        problem(person.api.get(cast.path), 404)
        assert person.api.get("/rooms").json()["items"] == []
