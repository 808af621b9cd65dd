"""The AWS installation: planned, and really made on moto's server, whose answers are compared with what was promised.

The provider sleeps more than a minute after it has asked for a database, and so do the tests only when TERRAFORM_FULL
is set. Else they look at what has been made until then, and of the host and its alarms at the plan.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from runner.errors import DeliveryError
from runner.intake import inputs
from runner.preflight.arriving import of_input
from runner.preflight.bucket import of_bucket
from runner.preflight.findings import Finding
from runner.records import digests
from runner.settings import Settings
from runner.stores.objects import key_of, quarantine_key
from runner.stores.s3 import S3Store, s3_client
from runner.verification import shelf
from tests.infra import s3_requests, terraform
from tests.infra.policies import Request, Statement, allows, matches, statements
from tests.infra.terraform import GIVEN, UBUNTU, Cloud
from tests.runner import runs
from tests.runner.preflight.guard import guarding
from tests.runner.promotion.staged import delivered
from tests.servers import AWS

ACCOUNT = "123456789012"
ARCHIVE = f"insiders-archive-{ACCOUNT}-eu-west-2"
SOURCE = f"insiders-source-{ACCOUNT}-eu-west-2"
BUCKETS = (ARCHIVE, SOURCE)
LOGINS = ("owner", "writer", "reader")
OBJECT = f"arn:aws:s3:::{ARCHIVE}/objects/aa/{'a' * 64}"
POINTER = f"arn:aws:s3:::{ARCHIVE}/monthly/current.json"
ONCE = {"s3:ObjectCreationOperation": "true", "s3:if-none-match": "*"}
ALARMS = ("run_failed", "run_missing", "disk", "host", "database_storage")
FULL = "the provider sleeps 80 s after it has asked for a database: set TERRAFORM_FULL=1 to wait"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """The module, planned, and being applied while the tests look."""
    with terraform.serving(tmp_path_factory.mktemp("cloud")) as cloud:
        cloud.terraform("plan", "-input=false", "-no-color", "-out=plan")
        cloud.apply()
        yield cloud


@pytest.fixture(scope="module")
def role(cloud: Cloud) -> list[Statement]:
    """What the host may do."""
    asked = {"RoleName": "insiders-host", "PolicyName": "what-the-host-does"}
    found = cloud.eventually(lambda: cloud.client("iam").get_role_policy(**asked))
    return statements(found["PolicyDocument"])


@pytest.fixture(scope="module")
def rights(cloud: Cloud, role: list[Statement]) -> list[Statement]:
    """What the host may do where the buckets have a say, too."""
    s3 = cloud.client("s3")

    def look() -> list[Any]:
        return [json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]) for bucket in BUCKETS]

    return [*role, *statements(*cloud.eventually(look))]


@pytest.fixture
def aws(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> str:
    """The endpoint; the environment holds the credentials."""
    for name, value in AWS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return cloud.endpoint


def test_the_module_is_written_as_terraform_writes_it(cloud: Cloud) -> None:
    """`terraform fmt` has nothing to change, and `terraform validate` nothing to say."""
    assert cloud.terraform("fmt", "-check", "-diff") == ""
    assert json.loads(cloud.terraform("validate", "-json"))["diagnostics"] == []


def test_wrong_variables_are_refused(cloud: Cloud) -> None:
    """A plan names all faults at once and asks AWS nothing."""
    wrong = {"cidr": "10.0.0.0/30", "schedule": "monthly", "repository": "https://me:secret@example.com/a.git"}
    wrong |= {"alert_email": "nobody", "archive_lock_mode": "NONE", "time_zone": "UTC; rm"}
    given = [f"-var={name}={value}" for name, value in wrong.items()]
    said = cloud.terraform("plan", "-lock=false", "-input=false", "-json", *given, statuses=(1,))
    found = [json.loads(line) for line in said.splitlines()]
    faults = {one["diagnostic"]["snippet"]["code"] for one in found if one["type"] == "diagnostic"}
    assert faults == {f'variable "{name}" {{' for name in wrong}


@pytest.mark.parametrize("bucket", BUCKETS)
def test_buckets_are_closed_encrypted_and_keep_versions(cloud: Cloud, bucket: str, rights: list[Statement]) -> None:
    """Nothing of a bucket is public, what lies there is encrypted, and what is written over or deleted stays."""
    s3, place = cloud.client("s3"), {"Bucket": bucket}
    blocked = cloud.eventually(lambda: s3.get_public_access_block(**place))["PublicAccessBlockConfiguration"]
    assert len(blocked) == 4
    assert all(blocked.values())
    assert cloud.eventually(lambda: s3.get_bucket_versioning(**place)["Status"]) == "Enabled"
    owned = cloud.eventually(lambda: s3.get_bucket_ownership_controls(**place))["OwnershipControls"]["Rules"]
    assert owned == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    rule = s3.get_bucket_encryption(**place)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    rules = cloud.eventually(lambda: s3.get_bucket_lifecycle_configuration(**place))["Rules"]
    assert any(rule.get("AbortIncompleteMultipartUpload", {}).get("DaysAfterInitiation") == 7 for rule in rules)
    assert all("Expiration" not in rule for rule in rules)


@pytest.mark.parametrize("bucket", BUCKETS)
@pytest.mark.parametrize("facts", [{"aws:SecureTransport": "false"}, {"s3:TlsVersion": "1.1"}])
def test_plain_http_is_denied_to_everyone(rights: list[Statement], bucket: str, facts: dict[str, str]) -> None:
    """Whatever somebody may do in a bucket, without TLS of today they may not."""
    everyone = [*rights, {"Effect": "Allow", "Action": "*", "Resource": "*"}]
    for request in ("s3:GetObject", f"arn:aws:s3:::{bucket}/a"), ("s3:ListBucket", f"arn:aws:s3:::{bucket}"):
        assert allows(everyone, Request(*request))
        assert not allows(everyone, Request(*request, facts))


def test_the_archive_is_locked(cloud: Cloud) -> None:
    """What is put there is kept for a year, without the runner asking for it."""
    s3 = cloud.client("s3")
    lock = cloud.eventually(lambda: s3.get_object_lock_configuration(Bucket=ARCHIVE))["ObjectLockConfiguration"]
    assert lock["ObjectLockEnabled"] == "Enabled"
    default = cloud.eventually(lambda: lock_of(s3)["Rule"]["DefaultRetention"])
    assert (default["Mode"], default["Days"]) == ("GOVERNANCE", 365)


def lock_of(s3: Any) -> dict[str, Any]:
    configuration: dict[str, Any] = s3.get_object_lock_configuration(Bucket=ARCHIVE)["ObjectLockConfiguration"]
    return configuration


def test_the_runner_may_do_what_it_does_and_no_more(
    cloud: Cloud,
    role: list[Statement],
    rights: list[Statement],
    aws: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each request of a delivery, a verification and an input is allowed; and each right on S3 is used by one."""
    cloud.eventually(lambda: lock_of(cloud.client("s3"))["Rule"])
    settings = runs.settings(tmp_path, f"sqlite:///{tmp_path}/results.db", bucket=ARCHIVE, endpoint_url=aws)
    admin = cloud.client("s3")  # not recorded
    with without_policies(admin):
        old = locked_for_ten_days(admin, tmp_path)
        admin.put_object(Bucket=SOURCE, Key="transactions/2026.csv", Body=b"invoice\n1\n")
        with s3_requests.recorded(monkeypatch) as asked:
            deliver(settings, tmp_path, old)
            for end in ("2026.csv", ""):
                assert of_input("source", f"s3://{SOURCE}/transactions/{end}", tmp_path, settings).fault is None
                assert inputs.fetch(f"s3://{SOURCE}/transactions/{end}", tmp_path / "inputs", settings).bytes == 10
    assert [(call, request) for call, request in asked if not allows(rights, request)] == []
    for statement in role:
        for action in actions(statement):
            for resource in (
                statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
            ):
                narrow = {**statement, "Action": action, "Resource": resource}
                if action.startswith("s3:") and not used_by_no_file(action, resource):
                    assert any(matches(narrow, request) for _, request in asked), (action, resource)


def test_each_right_that_the_host_loses_is_named_before_a_run(
    cloud: Cloud, role: list[Statement], rights: list[Statement], aws: str, tmp_path: Path
) -> None:
    """The role less one of its actions on S3, one after the other: preflight says which, and where."""
    cloud.eventually(lambda: lock_of(cloud.client("s3"))["Rule"])
    admin = cloud.client("s3")
    taken = [(one, action) for one in role for action in actions(one) if action.startswith("s3:")]
    with without_policies(admin), guarding(int(aws.rpartition(":")[2])) as guard:
        admin.put_object(Bucket=SOURCE, Key="transactions/2026.csv", Body=b"invoice\n1\n")
        settings = runs.settings(tmp_path, "sqlite:///never", bucket=ARCHIVE, endpoint_url=guard.url)
        for statement, action in taken:
            less = {**statement, "Action": [other for other in actions(statement) if other != action]}
            guard.statements = [less if one is statement else one for one in rights]
            told = f"{of_bucket(settings, 'monthly').wrong} {source(settings).wrong}"
            assert told.count(action) == 1, (action, told)
        guard.statements = rights
        assert (of_bucket(settings, "monthly").wrong, source(settings).wrong) == (None, None)
    assert len(taken) == 9


def actions(statement: Statement) -> list[str]:
    """The actions of a statement."""
    found = statement["Action"]
    return list(found) if isinstance(found, list) else [found]


def source(settings: Settings) -> Finding:
    """What is found of the source before a run."""
    return of_input("source", f"s3://{SOURCE}/transactions/", Path("/nowhere"), settings)


@contextmanager
def without_policies(admin: Any) -> Iterator[None]:
    """The buckets without their policies: moto denies whatever a statement with conditions is about."""
    kept = {bucket: admin.get_bucket_policy(Bucket=bucket)["Policy"] for bucket in BUCKETS}
    for bucket in kept:
        admin.delete_bucket_policy(Bucket=bucket)
    try:
        yield
    finally:
        for bucket, policy in kept.items():
            admin.put_bucket_policy(Bucket=bucket, Policy=policy)


def used_by_no_file(action: str, resource: str) -> bool:
    """Whether a right goes with others, for files that only seldom need it: long anchors and manifests, say."""
    often = ("/objects/*", "/quarantine/*")
    return action in ("s3:AbortMultipartUpload", "s3:PutObjectRetention") and not resource.endswith(often)


def deliver(settings: Settings, folder: Path, old: Path) -> None:
    """All that the runner does with an archive: preflight; a run goes live; files large, altered, old; an alarm."""
    delivered(settings)
    store = S3Store(s3_client(settings.endpoint_url), ARCHIVE, part_bytes=5 << 20)
    assert of_bucket(settings, "monthly").wrong is None
    large = folder / "model.npz"
    large.write_bytes(bytes(range(256)) * 25_000)
    store.keep(large, digests.of_file(large))
    with pytest.raises(DeliveryError, match="was altered"):
        store.keep(large, "0" * 64)
    store.keep(old, digests.of_file(old))
    store.put(old, quarantine_key("a-run", digests.of_file(old)), digests.of_file(old))
    for _ in range(2):
        store.write("ledger/one/000000000001-aa.json", b"{}")
    assert shelf.read(store, None).manifests


def locked_for_ten_days(admin: Any, folder: Path) -> Path:
    """A file whose object is in the archive, and soon not locked any more."""
    path = folder / "old.csv"
    path.write_text("customer_id\n17850\n")
    lock = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": datetime.now(UTC) + timedelta(days=10)}
    key = key_of(digests.of_file(path))
    admin.put_object(Bucket=ARCHIVE, Key=key, Body=path.read_bytes(), ChecksumAlgorithm="SHA256", **lock)
    return path


@pytest.mark.parametrize(
    ("action", "resource", "facts"),
    [
        ("s3:DeleteObject", OBJECT, {}),
        ("s3:DeleteObjectVersion", OBJECT, {}),
        ("s3:BypassGovernanceRetention", OBJECT, {}),
        ("s3:PutObjectLegalHold", OBJECT, {}),
        ("s3:PutObject", OBJECT, {"s3:ObjectCreationOperation": "true"}),
        ("s3:PutObject", OBJECT, {"s3:ObjectCreationOperation": "true", "s3:if-match": '"etag"'}),
        ("s3:PutObject", POINTER, {"s3:ObjectCreationOperation": "true"}),
        ("s3:PutObject", f"arn:aws:s3:::{ARCHIVE}/index.html", ONCE),
        ("s3:PutObjectRetention", OBJECT, {"s3:object-lock-remaining-retention-days": "36500"}),
        ("s3:PutBucketPolicy", f"arn:aws:s3:::{ARCHIVE}", {}),
        ("s3:PutBucketObjectLockConfiguration", f"arn:aws:s3:::{ARCHIVE}", {}),
        ("s3:PutLifecycleConfiguration", f"arn:aws:s3:::{ARCHIVE}", {}),
        ("s3:PutObject", f"arn:aws:s3:::{SOURCE}/transactions/2026.csv", ONCE),
        ("s3:DeleteObject", f"arn:aws:s3:::{SOURCE}/transactions/2026.csv", {}),
        ("s3:GetObject", "arn:aws:s3:::another-bucket/a", {}),
        ("secretsmanager:GetSecretValue", "OWNER", {}),
        ("secretsmanager:GetSecretValue", "ADMINISTRATOR", {}),
        ("secretsmanager:PutSecretValue", "WRITER", {}),
        ("ssm:GetParameter", f"arn:aws:ssm:eu-west-2:{ACCOUNT}:parameter/payroll/key", {}),
        ("ssm:PutParameter", f"arn:aws:ssm:eu-west-2:{ACCOUNT}:parameter/insiders/host/schedule", {}),
        ("ssm:SendCommand", "*", {}),
        ("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": "AWS/EC2"}),
        ("logs:DeleteLogGroup", f"arn:aws:logs:eu-west-2:{ACCOUNT}:log-group:/insiders/runs:*", {}),
        ("sns:Publish", f"arn:aws:sns:eu-west-2:{ACCOUNT}:another", {}),
        ("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/administrator", {}),
        ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/insiders-host", {}),
    ],
)
def test_the_host_is_denied(
    cloud: Cloud, rights: list[Statement], action: str, resource: str, facts: dict[str, str]
) -> None:
    """What a stolen host must not do: delete, unlock, write over, lock for ever, read what is not its own."""
    if resource in ("OWNER", "WRITER"):
        resource = secret(cloud, f"insiders/database/{resource.lower()}")
    elif resource == "ADMINISTRATOR":
        resource = database(cloud)["MasterUserSecret"]["SecretArn"]
    assert not allows(rights, Request(action, resource, facts))


@pytest.mark.parametrize(
    ("action", "resource", "facts"),
    [
        ("s3:PutObject", OBJECT, ONCE),
        ("s3:PutObject", OBJECT, {"s3:ObjectCreationOperation": "false"}),
        ("s3:PutObject", POINTER, {"s3:ObjectCreationOperation": "true", "s3:if-match": '"etag"'}),
        ("s3:PutObjectRetention", OBJECT, {"s3:object-lock-remaining-retention-days": "365"}),
        ("secretsmanager:GetSecretValue", "WRITER", {}),
        ("secretsmanager:GetSecretValue", "READER", {}),
        ("ssm:GetParametersByPath", f"arn:aws:ssm:eu-west-2:{ACCOUNT}:parameter/insiders", {}),
        ("ssm:GetParameter", f"arn:aws:ssm:eu-west-2:{ACCOUNT}:parameter/insiders/host/schedule", {}),
        ("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": "Insiders/insiders"}),
        ("logs:PutLogEvents", f"arn:aws:logs:eu-west-2:{ACCOUNT}:log-group:/insiders/runs:log-stream:i-1/runs", {}),
        ("sns:Publish", f"arn:aws:sns:eu-west-2:{ACCOUNT}:insiders-alerts", {}),
        ("ssmmessages:OpenControlChannel", "*", {}),
    ],
)
def test_the_host_is_allowed(
    cloud: Cloud, rights: list[Statement], action: str, resource: str, facts: dict[str, str]
) -> None:
    """What is denied is not denied because nothing is allowed."""
    if resource in ("WRITER", "READER"):
        resource = secret(cloud, f"insiders/database/{resource.lower()}")
    assert allows(rights, Request(action, resource, facts))


def secret(cloud: Cloud, name: str) -> str:
    """The ARN of a secret."""
    arn: str = cloud.eventually(lambda: cloud.client("secretsmanager").describe_secret(SecretId=name))["ARN"]
    return arn


def database(cloud: Cloud) -> dict[str, Any]:
    """What RDS says of the database."""
    found: dict[str, Any] = cloud.eventually(
        lambda: cloud.client("rds").describe_db_instances(DBInstanceIdentifier="insiders")["DBInstances"][0]
    )
    return found


def groups(cloud: Cloud) -> dict[str, dict[str, Any]]:
    """The security groups of the network, by name, once the database's rule is there."""
    ec2 = cloud.client("ec2")

    def look() -> dict[str, dict[str, Any]]:
        network = ec2.describe_vpcs(Filters=[{"Name": "cidr", "Values": ["10.73.0.0/20"]}])["Vpcs"][0]["VpcId"]
        listed = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [network]}])["SecurityGroups"]
        found = {one["GroupName"]: one for one in listed}
        found["insiders-database"]["IpPermissions"][0]
        found["insiders-host"]["IpPermissionsEgress"][2]
        return found

    return cloud.eventually(look)


def test_nothing_comes_in(cloud: Cloud) -> None:
    """No port of the host is open, the database's only to the host, and the network's default group is closed."""
    found = groups(cloud)
    assert found["insiders-host"]["IpPermissions"] == []
    assert {rule["FromPort"] for rule in found["insiders-host"]["IpPermissionsEgress"]} == {80, 443, 5432}
    assert found["insiders-database"]["IpPermissionsEgress"] == []
    (rule,) = found["insiders-database"]["IpPermissions"]
    assert (rule["FromPort"], rule["ToPort"], rule["IpRanges"], rule.get("Ipv6Ranges", [])) == (5432, 5432, [], [])
    assert [pair["GroupId"] for pair in rule["UserIdGroupPairs"]] == [found["insiders-host"]["GroupId"]]
    assert found["default"]["IpPermissions"] == []
    assert found["default"]["IpPermissionsEgress"] == []


def test_the_database_is_private_encrypted_and_kept(cloud: Cloud) -> None:
    """No way from outside, TLS forced, backups, no deletion by mistake, and a password that only RDS knows."""
    found = database(cloud)
    assert (found["StorageEncrypted"], found["PubliclyAccessible"]) == (True, False)
    assert (found["DeletionProtection"], found["BackupRetentionPeriod"]) == (True, 14)
    assert found["MasterUserSecret"]["SecretStatus"] == "active"
    assert [one["VpcSecurityGroupId"] for one in found["VpcSecurityGroups"]] == [
        groups(cloud)["insiders-database"]["GroupId"]
    ]
    group = found["DBParameterGroups"][0]["DBParameterGroupName"]
    given = cloud.client("rds").describe_db_parameters(DBParameterGroupName=group)["Parameters"]
    parameters = {one["ParameterName"]: one.get("ParameterValue") for one in given}
    assert (parameters["rds.force_ssl"], parameters["password_encryption"]) == ("1", "scram-sha-256")
    assert "log_statement" not in parameters  # it would write passwords into the log
    planned = cloud.planned("aws_db_instance.here")
    assert (planned["skip_final_snapshot"], planned["password"], planned["password_wo"]) == (False, None, None)


def test_the_databases_subnets_lead_nowhere(cloud: Cloud) -> None:
    """Two zones, and no route of theirs but within the network."""
    found = database(cloud)["DBSubnetGroup"]
    subnets = [one["SubnetIdentifier"] for one in found["Subnets"]]
    assert len({one["SubnetAvailabilityZone"]["Name"] for one in found["Subnets"]}) == 2
    tables = cloud.client("ec2").describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [found["VpcId"]]}])[
        "RouteTables"
    ]
    own = {link.get("SubnetId"): table for table in tables for link in table["Associations"]}
    main = next(table for table in tables for link in table["Associations"] if link.get("Main"))
    for subnet in subnets:
        assert [route.get("GatewayId") for route in own.get(subnet, main)["Routes"]] == ["local"]


def test_the_host_asks_for_tokens_and_keeps_its_disk_encrypted(cloud: Cloud) -> None:
    """IMDSv2 only and from this host only, an encrypted disk, no key for SSH, and no deletion by mistake."""
    host = cloud.planned("aws_instance.host")
    assert host["metadata_options"][0]["http_tokens"] == "required"
    assert host["metadata_options"][0]["http_put_response_hop_limit"] == 1
    assert host["root_block_device"][0]["encrypted"] is True
    assert (host.get("key_name"), host["ami"], host["disable_api_termination"]) == (None, UBUNTU, True)
    assert host["iam_instance_profile"] == "insiders-host"


def test_user_data_hands_over_to_the_bootstrap_and_holds_no_secret(cloud: Cloud, tmp_path: Path) -> None:
    """The first start clones the tag and calls its bootstrap, which finds everything else by itself."""
    script = (terraform.MODULE / "user_data.sh.tftpl").read_text(encoding="utf-8")
    for name, value in {**GIVEN, "settings": "/insiders"}.items():
        script = script.replace(f"${{{name}}}", value)
    script = script.replace("$${", "${")
    planned = cloud.planned("aws_instance.host")["user_data"]
    assert planned == hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()
    repository = repository_with_a_bootstrap(tmp_path)
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "apt-get").symlink_to("/bin/true")
    own = script.replace(GIVEN["repository"], str(repository)).replace("/root", str(tmp_path))
    environment = {"PATH": f"{programs}:/usr/bin:/bin", "TMPDIR": str(tmp_path)}
    done = subprocess.run(["bash", "-c", own], env=environment, capture_output=True, text=True, check=True)
    told = f"--repository {repository} --tag v1.0 --settings-from-parameters /insiders --region eu-west-2"
    assert done.stdout == f"of the tag: {told}\n"


def repository_with_a_bootstrap(folder: Path) -> Path:
    """A repository whose tag holds a bootstrap that says what it is told; what came after the tag says otherwise."""
    made = folder / "repository"
    script = made / "infra" / "host" / "bootstrap.sh"
    script.parent.mkdir(parents=True)
    git = ["git", "-C", str(made), "-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    subprocess.run(["git", "init", "--quiet", str(made)], check=True)
    for when in ("of the tag", "of later"):
        script.write_text(f'#!/bin/sh\necho "{when}: $*"\n')
        script.chmod(0o755)
        subprocess.run([*git, "add", "."], check=True)
        subprocess.run([*git, "commit", "--quiet", "-m", when], check=True)
        if when == "of the tag":
            subprocess.run([*git, "tag", "v1.0"], check=True)
    return made


def test_passwords_stand_in_secrets_manager_alone(cloud: Cloud) -> None:
    """The ledger's key is 64 hexadecimal digits, and neither the plan nor the state has it, or any password."""
    manager = cloud.client("secretsmanager")
    key = cloud.eventually(lambda: manager.get_secret_value(SecretId="insiders/ledger-key"))["SecretString"]
    assert len(bytes.fromhex(key)) == 32
    with zipfile.ZipFile(cloud.folder / "plan") as plan:
        assert not any(key.encode() in plan.read(name) for name in plan.namelist())
    for part in LOGINS:
        planned = cloud.planned(f'aws_secretsmanager_secret_version.login["{part}"]')
        assert (planned.get("secret_string"), planned["secret_string_wo"]) == (None, None)
    assert not any("password" in name for name in cloud.plan["planned_values"]["outputs"])


def test_settings_lie_in_parameter_store(cloud: Cloud) -> None:
    """The host finds the runner's settings by their own names, its schedule, and where secrets lie: none of them."""
    ssm, wanted = cloud.client("ssm"), 5 + 7

    def look() -> dict[str, str]:
        pages = ssm.get_paginator("get_parameters_by_path").paginate(Path="/insiders", Recursive=True)
        found = {one["Name"]: one["Value"] for page in pages for one in page["Parameters"]}
        if len(found) < wanted:
            raise LookupError
        return found

    found = cloud.eventually(look)
    assert found["/insiders/environment/INSIDERS_BUCKET"] == ARCHIVE
    assert found["/insiders/environment/INSIDERS_SOURCE"] == f"s3://{SOURCE}/transactions/"
    assert found["/insiders/host/schedule"] == "0 4 15 * *"
    assert found["/insiders/host/writer-secret"] == secret(cloud, "insiders/database/writer")
    agent = json.loads(found["/insiders/host/cloudwatch-agent"])
    logs = [one["file_path"] for one in agent["logs"]["logs_collected"]["files"]["collect_list"]]
    assert f"{found['/insiders/environment/INSIDERS_OUTPUT']}/logs/*.jsonl" in logs
    assert agent["metrics"]["namespace"] == "Insiders/insiders"


def test_alarms_ring_at_the_topic(cloud: Cloud) -> None:
    """A run failed, a run did not happen, two disks, the host: each tells the person; silence is an alarm, too."""
    topic = cloud.eventually(lambda: cloud.client("sns").list_topics()["Topics"][0]["TopicArn"])
    person = cloud.eventually(
        lambda: cloud.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"][0]
    )
    assert (person["Protocol"], person["Endpoint"]) == ("email", GIVEN["alert_email"])
    alarms = {name: cloud.planned(f"aws_cloudwatch_metric_alarm.{name}") for name in ALARMS}
    made = cloud.eventually(lambda: {one["AlarmName"]: one for one in listed_alarms(cloud, at_least=2)})
    filters = cloud.eventually(lambda: listed_filters(cloud))
    assert {made[f"insiders-run-{end}"]["MetricName"] for end in ("failed", "missing")} == filters.keys()
    assert filters["Untold"] == '{ $.event = "notice" }'
    assert filters["Well"] == '{ ($.event = "ended") && ($.task = "check") && ($.exit_status = 0) }'
    assert made["insiders-run-failed"]["AlarmActions"] == [topic]
    missing = made["insiders-run-missing"]
    assert (missing["TreatMissingData"], missing["AlarmActions"]) == ("breaching", [topic])
    assert missing["Period"] * missing["EvaluationPeriods"] == 26 * 3600
    assert (alarms["disk"]["metric_name"], alarms["disk"]["threshold"]) == ("disk_used_percent", 80)
    assert (alarms["database_storage"]["metric_name"], alarms["database_storage"]["threshold"]) == (
        "FreeStorageSpace",
        4 << 30,
    )


def listed_filters(cloud: Cloud) -> dict[str, str]:
    """Which lines of the runs' log count, by metric."""
    found = cloud.client("logs").describe_metric_filters(logGroupName="/insiders/runs")["metricFilters"]
    return {one["metricTransformations"][0]["metricName"]: one["filterPattern"] for one in found}


def listed_alarms(cloud: Cloud, at_least: int) -> list[dict[str, Any]]:
    """The alarms that were made until now; a `LookupError` where there are fewer."""
    found: list[dict[str, Any]] = cloud.client("cloudwatch").describe_alarms()["MetricAlarms"]
    if len(found) < at_least:
        raise LookupError
    return found


@pytest.mark.skipif(not os.environ.get("TERRAFORM_FULL"), reason=FULL)
def test_all_of_it_is_made(cloud: Cloud) -> None:
    """The whole module applies; the state holds no password; a second plan neither adds nor removes anything."""
    assert cloud.process is not None
    assert cloud.process.wait(400) == 0, (cloud.folder / "apply.txt").read_text(encoding="utf-8")
    host = cloud.client("ec2").describe_instances()["Reservations"][0]["Instances"][0]
    assert (host["MetadataOptions"]["HttpTokens"], host["ImageId"]) == ("required", UBUNTU)
    assert len(listed_alarms(cloud, at_least=5)) == 5
    state = (cloud.folder / "terraform.tfstate").read_text(encoding="utf-8")
    for part in LOGINS:
        kept = cloud.client("secretsmanager").get_secret_value(SecretId=f"insiders/database/{part}")["SecretString"]
        assert json.loads(kept)["username"] == f"insiders_{part}"
        assert json.loads(kept)["password"] not in state
    again = cloud.terraform("plan", "-input=false", "-no-color", "-detailed-exitcode", statuses=(0, 2))
    assert "No changes." in again or " 0 to add" in again
    assert "No changes." in again or " 0 to destroy" in again
    private = cloud.terraform("plan", "-input=false", "-no-color", "-var=private_host=true")
    assert "aws_nat_gateway.here[0] will be created" in private
