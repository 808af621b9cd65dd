"""The ways out, to real servers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from runner.notices import channels, event
from runner.notices.channels import NotSentError
from runner.notices.event import Event
from runner.settings import Settings
from tests.runner.notices.receiving import mail_server, web_server
from tests.runner.runs import settings

RUN = "019a0000-0000-7000-8000-000000000000"
AT = datetime(2026, 11, 15, 4, 31, tzinfo=UTC)


def places(**more: Any) -> Settings:
    """An installation with channels, whose history is read somewhere."""
    return settings(Path("/nowhere"), "sqlite:///nowhere.db", history_url="https://history.example.com/h/", **more)


def an_event(known: Settings) -> Event:
    """A run that failed."""
    return event.made(known, RUN, "failed", "monthly", "failed: report, cell 3: KeyError:\n 'größe'", AT, RUN)


def sent(name: str, known: Settings) -> None:
    """Send it by one channel, the only one that is set up."""
    ways = channels.of(known)
    assert set(ways) == {name}
    ways[name](an_event(known))


def test_a_topic_tells_its_subscribers(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is published to SNS arrives in a queue that subscribes to it: subject, line, link, and facts."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", s3_endpoint)
    region = "eu-west-2"
    sns = boto3.client("sns", region_name=region)
    sqs = boto3.client("sqs", region_name=region, endpoint_url=s3_endpoint)
    topic = sns.create_topic(Name="insiders")["TopicArn"]
    queue = sqs.create_queue(QueueName="ops")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sent("sns", places(notice_sns=topic))
    [message] = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1)["Messages"]
    told = json.loads(message["Body"])
    assert told["Subject"].startswith("Insiders: monthly failed on ")
    assert "report, cell 3: KeyError: 'größe'" in told["Message"]
    assert f"record: https://history.example.com/h/runs/monthly/{RUN}" in told["Message"]
    assert told["MessageAttributes"]["kind"]["Value"] == "failed"
    with pytest.raises(NotSentError, match="SNS refused it: NotFound"):
        sent("sns", places(notice_sns=f"arn:aws:sns:{region}:123456789012:nobody"))


def test_a_mail_arrives() -> None:
    """To all addresses, by a login; the same event is the same letter."""
    with mail_server() as received:
        known = places(
            notice_email="ops@example.com, shop@example.com",
            notice_smtp=f"smtp://insiders:s%40cret-word@127.0.0.1:{received.port}",
            notice_from="insiders@example.com",
        )
        sent("email", known)
        sent("email", known)
    one, other = received.mails
    assert received.logins[0] == "\0insiders\0s@cret-word"
    assert [line for line in received.recipients if "shop@example.com" in line]
    assert one["Message-ID"] == other["Message-ID"]
    assert str(one["Subject"]).startswith("Insiders: monthly failed on")
    text = one.get_payload(decode=True)
    assert isinstance(text, bytes)
    assert "KeyError: 'größe'" in text.decode()


def test_a_web_address_takes_json() -> None:
    """A line for people in `text`, as Slack has it, and the facts for programs."""
    with web_server() as received:
        sent("webhook", places(notice_webhook=f"http://127.0.0.1:{received.port}/services/T0/XYZ"))
    [post] = received.posts
    assert post["path"] == "/services/T0/XYZ"
    assert post["text"].startswith("Insiders: monthly failed")
    assert (post["event"]["kind"], post["event"]["run_id"]) == ("failed", RUN)


def test_what_goes_wrong_is_told_without_credentials() -> None:
    """A refusal, and a server that is not there: neither password nor path of the address stands in the fault."""
    with mail_server() as received:
        received.answer = 550
        mail = places(notice_email="a@b.c", notice_smtp=f"smtp://u:verysecret@127.0.0.1:{received.port}")
        with pytest.raises(NotSentError, match="SMTPRecipientsRefused") as refused:
            sent("email", mail)
    with web_server() as received:
        received.answer = 404
        hook = places(notice_webhook=f"http://127.0.0.1:{received.port}/verysecret")
        with pytest.raises(NotSentError, match="answered 404") as missing:
            sent("webhook", hook)
    with pytest.raises(NotSentError, match="cannot be reached") as silent:
        sent("email", mail)
    with pytest.raises(NotSentError, match="cannot be reached") as gone:
        sent("webhook", hook)
    assert not any("verysecret" in str(one.value) for one in (refused, missing, silent, gone))
    assert "verysecret" not in repr(mail) + repr(hook)


def test_without_settings_there_is_no_channel() -> None:
    """Nobody is told who did not ask for it; a server for mail alone is no address."""
    assert channels.of(places(notice_smtp="smtp://localhost")) == {}
