# The host: cron, the runner, the dashboard. People come in by Session Manager; no port is open.

locals {
  # Graviton types have a g behind the generation: t4g, m7g, c7gn.
  architecture = can(regex("^[a-z]+[0-9]+g", var.host_type)) ? "arm64" : "amd64"
}

# Ubuntu LTS brings Session Manager's agent; Debian's images do not.
data "aws_ami" "ubuntu" {
  most_recent = true
  owners      = ["099720109477"] # Canonical

  filter {
    name   = "name"
    values = ["ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-${local.architecture}-server-*"]
  }

  filter {
    name   = "virtualization-type"
    values = ["hvm"]
  }
}

resource "aws_instance" "host" {
  #checkov:skip=CKV_AWS_88:Its address is for going out; the security group lets nothing in. private_host = true puts a NAT gateway there instead, for the price of a second host.
  #checkov:skip=CKV_AWS_126:Metrics every five minutes are enough for one run a month.
  ami                         = data.aws_ami.ubuntu.id
  instance_type               = var.host_type
  subnet_id                   = var.private_host ? aws_subnet.private[0].id : aws_subnet.outward.id
  associate_public_ip_address = !var.private_host
  vpc_security_group_ids      = [aws_security_group.host.id]
  iam_instance_profile        = aws_iam_instance_profile.host.name
  disable_api_termination     = var.protect
  ebs_optimized               = true
  tags                        = { Name = "${var.name}-host" }
  volume_tags                 = { Name = "${var.name}-host", Project = var.name }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  root_block_device {
    volume_type = "gp3"
    volume_size = var.host_disk_gb
    encrypted   = true
  }

  user_data = templatefile("${path.module}/user_data.sh.tftpl", {
    repository = var.repository
    tag        = var.tag
    settings   = local.settings
    region     = var.region
  })

  lifecycle {
    # A newer image or tag never stops a host that may be at work: it updates itself (docs/operations.md), or is replaced
    # when somebody says so: terraform apply -replace=aws_instance.host
    ignore_changes = [ami, user_data]
  }

  # All that the first start reads.
  depends_on = [
    aws_iam_role_policy.host,
    aws_route_table_association.outward,
    aws_route_table_association.private,
    aws_secretsmanager_secret_version.ledger_key,
    aws_secretsmanager_secret_version.login,
    aws_ssm_parameter.environment,
    aws_ssm_parameter.host,
    aws_vpc_security_group_egress_rule.web,
  ]
}
