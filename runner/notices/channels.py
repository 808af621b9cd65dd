"""The ways out: a topic of SNS, mail by SMTP, and an address of the web that takes JSON, such as Slack's.

What a channel answers is told without its credentials: of a web address only the host, since its path is the secret.
"""

from __future__ import annotations

import email.utils
import hashlib
import smtplib
import socket
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import boto3
import requests
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from runner.notices.event import Event
from runner.settings import Settings

PATIENCE_S = 10.0
"""So long a channel may take to answer; a notice waits for the next command rather than a run for its notice."""
SLACK = "hooks.slack.com"
DEFAULT_SMTP = "smtp://localhost:25"
Send = Callable[[Event], None]


class NotSentError(Exception):
    """A channel did not take a notice; the text holds no credential."""


def of(settings: Settings) -> dict[str, Send]:
    """The channels that are set up, by name."""
    found: dict[str, Send] = {}
    if topic := settings.notice_sns:
        found["sns"] = lambda event: _by_sns(topic, event)
    if addresses := settings.notice_email:
        found["email"] = lambda event: _by_mail(addresses, settings, event)
    if url := settings.notice_webhook:
        found["webhook"] = lambda event: _to_web(url, event)
    return found


def _by_sns(topic: str, event: Event) -> None:
    limits = Config(connect_timeout=5, read_timeout=PATIENCE_S, retries={"total_max_attempts": 2, "mode": "standard"})
    facts = {"kind": event.kind, "pipeline": event.pipeline}
    told = {name: {"DataType": "String", "StringValue": value} for name, value in facts.items()}
    try:
        client = boto3.client("sns", region_name=topic.split(":")[3], config=limits)
        client.publish(TopicArn=topic, Subject=event.subject, Message=event.text, MessageAttributes=told)
    except ClientError as fault:
        answer = fault.response.get("Error", {})
        raise NotSentError(f"SNS refused it: {answer.get('Code')}: {answer.get('Message')}") from None
    except BotoCoreError as fault:
        raise NotSentError(f"SNS: {type(fault).__name__}: {fault}") from None


def _by_mail(addresses: str, settings: Settings, event: Event) -> None:
    place = urlsplit(settings.notice_smtp or DEFAULT_SMTP)
    host, secure = place.hostname or "localhost", place.scheme == "smtps"
    try:
        with _connected(host, place.port or (465 if secure else 25), secure=secure) as server:
            if place.username:
                if not secure and not _is_here(host):
                    server.starttls(context=ssl.create_default_context())
                server.login(unquote(place.username), unquote(place.password or ""))
            elif server.has_extn("starttls") and not secure and not _is_here(host):
                server.starttls(context=ssl.create_default_context())
            server.send_message(_mail(addresses, settings, event))
    except smtplib.SMTPResponseException as fault:
        raise NotSentError(f"the mail server {host} answered {fault.smtp_code}") from None
    except (smtplib.SMTPException, OSError) as fault:
        raise NotSentError(f"the mail server {host}: {_why(fault)}") from None


def _connected(host: str, port: int, *, secure: bool) -> smtplib.SMTP:
    if secure:
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=PATIENCE_S, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, port, timeout=PATIENCE_S)
    server.ehlo()
    return server


def _mail(addresses: str, settings: Settings, event: Event) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = event.subject
    message["From"] = settings.notice_from or f"insiders@{socket.getfqdn()}"
    message["To"] = ", ".join(part.strip() for part in addresses.split(","))
    message["Date"] = email.utils.format_datetime(event.at)
    # The same event is the same letter, so that a mail program shows one where two were sent.
    message["Message-ID"] = f"<{hashlib.sha256(event.key.encode()).hexdigest()[:32]}@insiders>"
    message.set_content(event.text)
    return message


def _to_web(url: str, event: Event) -> None:
    host = urlsplit(url).hostname
    content: dict[str, object] = {"text": f"{event.subject}\n{event.text}"}
    if host != SLACK:  # which takes no field that it does not know
        content["event"] = event.model_dump(mode="json")
    try:
        answer = requests.post(url, json=content, timeout=PATIENCE_S, allow_redirects=False)
    except requests.RequestException as fault:
        raise NotSentError(f"the web address at {host}: {_why(fault)}") from None
    if not 200 <= answer.status_code < 300:
        raise NotSentError(f"the web address at {host} answered {answer.status_code}")


def _is_here(host: str) -> bool:
    return host in ("localhost", "127.0.0.1", "::1")


def _why(fault: Exception) -> str:
    """The kind of a fault in words; its text may hold the address."""
    if isinstance(fault, requests.Timeout | TimeoutError):
        return "no answer in time"
    if isinstance(fault, requests.exceptions.SSLError | ssl.SSLError):
        return "its certificate is not to be trusted, or there is no TLS"
    if isinstance(fault, requests.ConnectionError | ConnectionError | socket.gaierror):
        return "cannot be reached"
    return type(fault).__name__
