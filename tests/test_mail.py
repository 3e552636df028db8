"""With a mail server configured an address is verified by a code; the mail is read from a real SMTP conversation."""

import re
from pathlib import Path

import httpx
import pytest

from tests.mailbox import MailServer, mail_server  # noqa: F401, a fixture
from tests.server import fresh_server
from tests.services import wait_until
from tests.test_accounts import PASSWORD, sign_up

pytestmark = pytest.mark.once


def test_with_mail_an_address_is_verified_by_the_code_that_was_sent(tmp_path: Path, mail_server: MailServer) -> None:  # noqa: F811
    mail = {"SALON_MAIL_URL": f"smtp://127.0.0.1:{mail_server.server_address[1]}", "SALON_URL": "http://photos.example.org"}
    owner = {"SALON_OWNER_EMAIL": "olive@example.org", "SALON_OWNER_PASSWORD": PASSWORD, "SALON_SIGNUP": "open"}
    with fresh_server(tmp_path, **owner, **mail) as server, httpx.Client(base_url=server.url) as client:
        page = sign_up(server, client, "ana@example.org")
        assert page.headers["Location"].startswith("/accounts/confirm-email/")
        assert client.get("/").status_code == 302  # not signed in before the address is hers
        wait_until("the mail is there", lambda: len(mail_server.mails) == 1)
        code = re.search(r"Your code: (\S+)", mail_server.mails[0])
        assert code is not None, mail_server.mails[0]
        assert "photos.example.org" in mail_server.mails[0]  # not the name this request happened to come by
        client.get(page.headers["Location"])
        fields = {"code": code[1], "csrfmiddlewaretoken": client.cookies["salon_csrf"]}
        assert client.post(page.headers["Location"], data=fields).headers["Location"] == "/"
        assert client.get("/").status_code == 200
