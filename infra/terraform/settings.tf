# What the host is told, in Parameter Store, where it looks at its first start and at each update. No secret stands here,
# only where secrets lie. The names below `environment/` are settings of the runner (.env.example), written down as they
# are; those below `host/` are for infra/host/bootstrap.sh.

locals {
  settings = "/${var.name}"
  output   = "/var/lib/insiders/output"

  environment = {
    AWS_DEFAULT_REGION   = var.region
    INSIDERS_BUCKET      = aws_s3_bucket.archive.bucket
    INSIDERS_HISTORY_URL = var.history_url
    INSIDERS_NOTICE_SNS  = aws_sns_topic.alerts.arn
    INSIDERS_OUTPUT      = local.output
    INSIDERS_SOURCE      = coalesce(var.transactions, "s3://${aws_s3_bucket.source.bucket}/transactions/")
  }

  host = {
    "cloudwatch-agent"  = local.cloudwatch_agent
    "ledger-key-secret" = aws_secretsmanager_secret.ledger_key.arn
    "pipeline"          = var.pipeline
    "reader-secret"     = aws_secretsmanager_secret.login["reader"].arn
    "schedule"          = var.schedule
    "time-zone"         = var.time_zone
    "writer-secret"     = aws_secretsmanager_secret.login["writer"].arn
  }
}

resource "aws_ssm_parameter" "environment" {
  #checkov:skip=CKV_AWS_337:No secret: names of places, which the bucket's and the secrets' own policies guard.
  #checkov:skip=CKV2_AWS_34:As above.
  for_each = { for name, value in local.environment : name => value if !(name == "INSIDERS_HISTORY_URL" && var.history_url == null) }

  name  = "${local.settings}/environment/${each.key}"
  type  = "String"
  value = each.value
}

resource "aws_ssm_parameter" "host" {
  #checkov:skip=CKV_AWS_337:No secret: names of secrets, a schedule, and what is measured.
  #checkov:skip=CKV2_AWS_34:As above.
  for_each = local.host

  name  = "${local.settings}/host/${each.key}"
  type  = "String"
  value = each.value
}
