"""What Python's e-mail package reads in a mail:  python read_mail.py FILE  prints it as JSON."""
import base64
import email
import email.policy
import json
import sys


def part(message):
    return {
        "type": message.get_content_type(),
        "charset": message.get_content_charset(),
        "encoding": message["Content-Transfer-Encoding"],
        "text": message.get_content() if message.get_content_maintype() == "text" else None,
    }


def read(raw):
    message = email.message_from_bytes(raw, policy=email.policy.default)
    return {
        "raw": base64.b64encode(raw).decode(),
        "headers": [[name, str(value)] for name, value in message.items()],
        "type": message.get_content_type(),
        "defects": [str(d) for m in message.walk() for d in m.defects],
        "parts": [part(p) for p in message.iter_parts()],
    }


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        print(json.dumps(read(file.read())))
