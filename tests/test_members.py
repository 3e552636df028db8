from tests.people import Cast, problem


def members(cast: Cast) -> dict[str, str]:
    return {member["user"]["name"]: member["role"] for member in cast.vic.api.get(f"{cast.path}/members").json()["items"]}


def test_members_are_listed_with_their_roles(cast: Cast) -> None:
    assert members(cast) == {"Olive": "owner", "Mo": "moderator", "Cleo": "contributor", "Vic": "viewer"}


def test_an_owner_changes_roles_and_the_new_right_works_at_once(cast: Cast) -> None:
    link = f"{cast.path}/invites"
    problem(cast.cleo.api.post(link, json={}), 403)
    answer = cast.olive.api.patch(f"{cast.path}/members/{cast.cleo.user.id}", json={"role": "moderator"})
    assert answer.json()["role"] == "moderator"
    assert cast.cleo.api.post(link, json={}).status_code == 201


def test_the_last_owner_cannot_leave_or_step_down(cast: Cast) -> None:
    myself = f"{cast.path}/members/{cast.olive.user.id}"
    assert problem(cast.olive.api.delete(myself), 409)["code"] == "last_owner"
    assert problem(cast.olive.api.patch(myself, json={"role": "viewer"}), 409)["code"] == "last_owner"
    assert members(cast)["Olive"] == "owner"


def test_an_owner_may_leave_after_handing_over(cast: Cast) -> None:
    cast.olive.api.patch(f"{cast.path}/members/{cast.mo.user.id}", json={"role": "owner"})
    assert cast.olive.api.delete(f"{cast.path}/members/{cast.olive.user.id}").status_code == 204
    assert members(cast)["Mo"] == "owner"
    problem(cast.olive.api.get(cast.path), 404)


def test_everybody_may_leave(cast: Cast) -> None:
    seq = cast.vic.api.get(cast.path).json()["seq"]
    assert cast.cleo.api.delete(f"{cast.path}/members/{cast.cleo.user.id}").status_code == 204
    event = cast.vic.api.get(f"{cast.path}/events", params={"after": seq}).json()["events"][0]
    assert (event["kind"], event["data"]["user"]["name"], event["actor"]["name"]) == ("member.left", "Cleo", "Cleo")


def test_a_moderator_removes_only_those_below(cast: Cast) -> None:
    cast.olive.api.patch(f"{cast.path}/members/{cast.cleo.user.id}", json={"role": "moderator"})
    for other in (cast.olive, cast.cleo):
        problem(cast.mo.api.delete(f"{cast.path}/members/{other.user.id}"), 403)
    assert cast.mo.api.delete(f"{cast.path}/members/{cast.vic.user.id}").status_code == 204
    problem(cast.vic.api.get(cast.path), 404)


def test_a_stranger_cannot_be_removed_or_given_a_role(cast: Cast) -> None:
    for person in (cast.sam, cast.rita):
        problem(cast.olive.api.delete(f"{cast.path}/members/{person.user.id}"), 404)
        problem(cast.olive.api.patch(f"{cast.path}/members/{person.user.id}", json={"role": "owner"}), 404)
