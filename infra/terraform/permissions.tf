# What the host may do, and nothing else. tests/infra/test_terraform.py makes the runner's own requests and asks this
# policy for each; it also asks for what must be denied.

data "aws_iam_policy_document" "host_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "host" {
  name               = "${var.name}-host"
  description        = "The host that runs Insiders"
  assume_role_policy = data.aws_iam_policy_document.host_trust.json
}

resource "aws_iam_instance_profile" "host" {
  name = "${var.name}-host"
  role = aws_iam_role.host.name
}

resource "aws_iam_role_policy" "host" {
  name   = "what-the-host-does"
  role   = aws_iam_role.host.id
  policy = data.aws_iam_policy_document.host.json
}

data "aws_iam_policy_document" "host" {
  #checkov:skip=CKV_AWS_356:Session Manager's channels and cloudwatch:PutMetricData know no resources; the latter is held to one namespace.
  #checkov:skip=CKV_AWS_111:As above.

  # Files go to the archive and are locked for longer when they are used again; none is deleted or unlocked.
  statement {
    sid       = "WriteToTheArchive"
    actions   = ["s3:PutObject"]
    resources = [for key in concat(local.written_once, local.written_anew) : "${aws_s3_bucket.archive.arn}/${key}"]
  }

  statement {
    sid       = "KeepLonger"
    actions   = ["s3:PutObjectRetention", "s3:AbortMultipartUpload"]
    resources = [for key in local.written_once : "${aws_s3_bucket.archive.arn}/${key}"]
  }

  statement {
    sid       = "ReadTheArchive"
    actions   = ["s3:GetObject", "s3:GetObjectRetention"]
    resources = ["${aws_s3_bucket.archive.arn}/*"]
  }

  statement {
    sid       = "KnowTheArchive"
    actions   = ["s3:ListBucket", "s3:GetBucketObjectLockConfiguration"]
    resources = [aws_s3_bucket.archive.arn]
  }

  statement {
    sid       = "ReadTheSource"
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.source.arn}/*"]
  }

  statement {
    sid       = "ListTheSource"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.source.arn]
  }

  # Not the owner's login, not the administrator's.
  statement {
    sid     = "ReadItsOwnSecrets"
    actions = ["secretsmanager:GetSecretValue"]
    resources = [
      aws_secretsmanager_secret.login["writer"].arn,
      aws_secretsmanager_secret.login["reader"].arn,
      aws_secretsmanager_secret.ledger_key.arn,
    ]
  }

  statement {
    sid       = "ReadItsSettings"
    actions   = ["ssm:GetParameter", "ssm:GetParametersByPath"]
    resources = [for end in ["", "/*"] : "${local.arn}:ssm:${var.region}:${local.account}:parameter${local.settings}${end}"]
  }

  statement {
    sid       = "TellPeople"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alerts.arn]
  }

  statement {
    sid       = "WriteItsLog"
    actions   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.runs.arn}:*"]
  }

  statement {
    sid       = "SayHowFullItIs"
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "cloudwatch:namespace"
      values   = [local.namespace]
    }
  }

  # Session Manager, less what AmazonSSMManagedInstanceCore adds to it: every parameter of the account.
  statement {
    sid = "LetPeopleIn"
    actions = [
      "ssm:UpdateInstanceInformation",
      "ssmmessages:CreateControlChannel",
      "ssmmessages:CreateDataChannel",
      "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
    ]
    resources = ["*"]
  }
}
