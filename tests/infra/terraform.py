"""Terraform at work on the tests' own AWS: moto's server. The module is copied, so that nothing is left beside it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import boto3
import pytest
from botocore.exceptions import ClientError

from runner.settings import CHECKOUT
from tests import servers
from tests.servers import AWS, Server

MODULE = CHECKOUT / "infra" / "terraform"
UBUNTU = "ami-0123456789abcdef0"
PATIENCE_S = 90
GIVEN = {
    "region": AWS["AWS_DEFAULT_REGION"],
    "alert_email": "operator@example.com",
    "repository": "https://git.example.com/shop/insiders.git",
    "tag": "v1.0",
}
T = TypeVar("T")


@dataclass
class Cloud:
    """The module, planned and being applied to an AWS of the tests' own."""

    folder: Path
    endpoint: str
    environment: dict[str, str] = field(repr=False)
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def terraform(self, *words: str, statuses: tuple[int, ...] = (0,)) -> str:
        """What a command of terraform says; its words are in the assertion where it fails."""
        done = subprocess.run(
            ["terraform", *words], cwd=self.folder, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode in statuses, f"terraform {' '.join(words)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    @cached_property
    def plan(self) -> dict[str, Any]:
        """The plan, as terraform writes it in JSON."""
        plan: dict[str, Any] = json.loads(self.terraform("show", "-json", "plan"))
        return plan

    def planned(self, address: str) -> dict[str, Any]:
        """What the plan says of a resource, as far as it can be known beforehand."""
        for one in self.plan["planned_values"]["root_module"]["resources"]:
            if one["address"] == address:
                values: dict[str, Any] = one["values"]
                return values
        raise LookupError(address)

    def client(self, service: str) -> Any:
        """A boto3 client of the tests' AWS, for their own looking."""
        names = {"AWS_DEFAULT_REGION": "region_name"}
        options = {names.get(name, name.lower()): value for name, value in AWS.items()}
        return boto3.client(service, endpoint_url=self.endpoint, **options)

    def apply(self) -> None:
        """Begin to make what is planned."""
        with (self.folder / "apply.txt").open("wb") as said:
            self.process = subprocess.Popen(
                ["terraform", "apply", "-no-color", "-input=false", "plan"],
                cwd=self.folder,
                env=self.environment,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def eventually(self, look: Callable[[], T]) -> T:
        """What a look finds, once what it looks for has been made; terraform's own words where it never is."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            ended = self.process is not None and self.process.poll() is not None
            try:
                return look()
            except (ClientError, LookupError):
                if ended or time.monotonic() > deadline:
                    raise AssertionError((self.folder / "apply.txt").read_text(encoding="utf-8")) from None
            time.sleep(0.2)

    def stop(self) -> None:
        """End terraform and its provider, wherever they are."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@contextmanager
def serving(folder: Path) -> Iterator[Cloud]:
    """The module in a folder of its own, initialised, with an AWS that is empty but for an image of Ubuntu."""
    program, mirror = _program(), _mirror()
    work = folder / "terraform"
    shutil.copytree(MODULE, work, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*", "*.tfvars"))
    (work / "given.auto.tfvars.json").write_text(json.dumps(GIVEN))
    configuration = folder / "terraformrc"
    configuration.write_text(f'provider_installation {{\n  filesystem_mirror {{ path = "{mirror}" }}\n}}\n')
    images = folder / "images.json"
    images.write_text(json.dumps([_ubuntu()]))
    port = servers._free_port()
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = Server(["env", f"MOTO_AMIS_PATH={images}", *command], port, lambda: servers._listens(port))
    server.start()
    cloud = Cloud(
        work,
        f"http://127.0.0.1:{port}",
        {
            "PATH": f"{program.parent}:/usr/bin:/bin",
            "HOME": str(folder),
            "TF_CLI_CONFIG_FILE": str(configuration),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",  # it would ask its makers for a newer version
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "2",
            **AWS,
        },
    )
    try:
        cloud.terraform("init", "-input=false", "-no-color")
        yield cloud
    finally:
        cloud.stop()
        server.stop()


def _program() -> Path:
    found = shutil.which("terraform")
    if found is None:
        pytest.skip("terraform is not installed; infra/terraform wants 1.11 or newer")
    return Path(found)


def _mirror() -> Path:
    """A folder that holds terraform's provider for AWS, or a skip that says how to make one."""
    named = os.environ.get("TERRAFORM_MIRROR")
    usual = [Path.home() / ".terraform.d" / "plugins", Path("/usr/share/terraform/plugins"), *Path("/opt").glob("*")]
    for place in [Path(named)] if named else [*usual, Path("/usr/local/share/terraform/plugins")]:
        if any(place.glob("*/hashicorp/aws/*/*/terraform-provider-aws_*")) or any(place.glob("*/hashicorp/aws/*.zip")):
            return place
    pytest.skip(
        "terraform's provider for AWS is in no folder that is looked at; `terraform providers mirror FOLDER` in "
        "infra/terraform fetches it, and TERRAFORM_MIRROR names the folder"
    )


def _ubuntu() -> dict[str, Any]:
    return {
        "ami_id": UBUNTU,
        "name": "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20250610",
        "owner_id": "099720109477",
        "architecture": "x86_64",
        "creation_date": "2025-06-10T00:00:00.000Z",
        "description": "Ubuntu",
        "hypervisor": "xen",
        "image_location": "ubuntu",
        "image_type": "machine",
        "platform": None,
        "public": True,
        "root_device_name": "/dev/sda1",
        "root_device_type": "ebs",
        "sriov": "simple",
        "state": "available",
        "virtualization_type": "hvm",
    }
