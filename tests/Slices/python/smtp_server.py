"""A real SMTP server (aiosmtpd) that keeps what it receives:  python smtp_server.py FOLDER PORT [OPTION ...]

Options: starttls (offer it), require-tls (no MAIL without), implicit-tls, auth=USER:PASSWORD (demanded), cert=FILE, key=FILE.
A recipient whose name begins with "later" is answered 451 the first time, one that begins with "never" always 550.
Each mail becomes FOLDER/NNNN.json: the envelope, whether TLS and which user were seen, the raw bytes, and what Python's e-mail package
reads in them. Prints "ready PORT" once it listens.
"""
import asyncio
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from read_mail import read

folder, port = sys.argv[1], int(sys.argv[2])
options = dict(o.partition("=")[::2] for o in sys.argv[3:])
count = 0
delayed = set()


class Keep:
    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address.startswith("never"):
            return "550 5.1.1 No such mailbox"
        if address.startswith("later") and address not in delayed:
            delayed.add(address)
            return "451 4.3.0 Come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        global count
        count += 1
        kept = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": session.ssl is not None or "implicit-tls" in options,
            "user": session.auth_data.login.decode() if session.authenticated else None,
            **read(envelope.original_content),
        }
        path = os.path.join(folder, f"{count:04}.json")
        with open(path + ".tmp", "w", encoding="utf-8") as file:
            json.dump(kept, file)
        os.rename(path + ".tmp", path)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    user, _, password = options["auth"].partition(":")
    fits = isinstance(data, LoginPassword) and data.login.decode() == user and data.password.decode() == password
    return AuthResult(success=fits, handled=False, auth_data=data)


tls = None
if "cert" in options:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(options["cert"], options["key"])


def session():
    return SMTP(
        Keep(),
        hostname="localhost",
        tls_context=tls if "starttls" in options else None,
        require_starttls="require-tls" in options,
        auth_required="auth" in options,
        auth_require_tls="starttls" in options,
        authenticator=authenticate if "auth" in options else None,
    )


async def main():
    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", port, ssl=tls if "implicit-tls" in options else None)
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
