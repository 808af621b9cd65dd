# Who is told of what. The runner itself tells of a failed or missed run, once, with the line that matters; the alarms are
# the net below it: they ring where it could not tell, or where no good news is heard for too long.

locals {
  namespace = "Insiders/${var.name}"

  # Lines of the log that `runner cron run` and `runner cron check` write: a notice that could not be sent, and a look at
  # the last run that found all well.
  untold = "{ $.event = \"notice\" }"
  well   = "{ ($.event = \"ended\") && ($.task = \"check\") && ($.exit_status = 0) }"

  # A day, and two hours for summer time and a slow start.
  silence_hours = 26

  cloudwatch_agent = jsonencode({
    agent = { metrics_collection_interval = 300 }
    metrics = {
      namespace              = local.namespace
      append_dimensions      = { InstanceId = "$${aws:InstanceId}" }
      aggregation_dimensions = [["InstanceId"]]
      metrics_collected = {
        disk = { measurement = ["used_percent"], resources = ["/"], drop_device = true }
        mem  = { measurement = ["used_percent"] }
      }
    }
    logs = {
      logs_collected = {
        files = {
          collect_list = [
            {
              file_path       = "${local.output}/logs/*.jsonl"
              log_group_name  = aws_cloudwatch_log_group.runs.name
              log_stream_name = "{instance_id}/runs"
            },
            {
              file_path       = "/var/log/cloud-init-output.log"
              log_group_name  = aws_cloudwatch_log_group.runs.name
              log_stream_name = "{instance_id}/first-start"
            },
          ]
        }
      }
    }
  })
}

resource "aws_sns_topic" "alerts" {
  #checkov:skip=CKV_AWS_26:A topic under AWS's own key takes nothing from alarms, and it ends in a mail anyway; messages name runs and states, no customer.
  name = "${var.name}-alerts"
}

resource "aws_sns_topic_subscription" "person" {
  topic_arn = aws_sns_topic.alerts.arn
  protocol  = "email"
  endpoint  = var.alert_email
}

resource "aws_sns_topic_policy" "alerts" {
  arn    = aws_sns_topic.alerts.arn
  policy = data.aws_iam_policy_document.alerts.json
}

data "aws_iam_policy_document" "alerts" {
  statement {
    sid       = "AlarmsOfThisAccount"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alerts.arn]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }

  statement {
    sid       = "OnlyTls"
    effect    = "Deny"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alerts.arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_cloudwatch_log_group" "runs" {
  #checkov:skip=CKV_AWS_158:CloudWatch encrypts by itself, and the runner takes secrets out of what it logs.
  #checkov:skip=CKV_AWS_338:As long as the variable says (log_days), 400 days by default.
  name              = "/${var.name}/runs"
  retention_in_days = var.log_days
}

resource "aws_cloudwatch_log_metric_filter" "runs" {
  for_each = { Untold = local.untold, Well = local.well }

  name           = "${var.name}-${each.key}"
  log_group_name = aws_cloudwatch_log_group.runs.name
  pattern        = each.value

  metric_transformation {
    namespace = local.namespace
    name      = each.key
    value     = "1"
  }
}

resource "aws_cloudwatch_metric_alarm" "run_failed" {
  alarm_name          = "${var.name}-run-failed"
  alarm_description   = "A run failed or was missed, and the runner could not tell anybody. See the log group, then `runner show latest`."
  namespace           = local.namespace
  metric_name         = aws_cloudwatch_log_metric_filter.runs["Untold"].metric_transformation[0].name
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
}

resource "aws_cloudwatch_metric_alarm" "run_missing" {
  alarm_name          = "${var.name}-run-missing"
  alarm_description   = "For ${local.silence_hours} hours no daily look at the last run has found it well: there is no good run, or the host, its cron or its logs are away."
  namespace           = local.namespace
  metric_name         = aws_cloudwatch_log_metric_filter.runs["Well"].metric_transformation[0].name
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = local.silence_hours
  datapoints_to_alarm = local.silence_hours
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]
}

resource "aws_cloudwatch_metric_alarm" "disk" {
  alarm_name          = "${var.name}-disk"
  alarm_description   = "The host's disk is nearly full: `runner prune --keep 24 --dry-run`, or a larger host_disk_gb."
  namespace           = local.namespace
  metric_name         = "disk_used_percent"
  dimensions          = { InstanceId = aws_instance.host.id }
  statistic           = "Maximum"
  period              = 900
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 100 * (1 - local.least_free)
  treat_missing_data  = "missing" # a silent host is for the other alarms
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]
}

resource "aws_cloudwatch_metric_alarm" "host" {
  alarm_name          = "${var.name}-host"
  alarm_description   = "The host, or the machine below it, does not answer."
  namespace           = "AWS/EC2"
  metric_name         = "StatusCheckFailed"
  dimensions          = { InstanceId = aws_instance.host.id }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "missing" # who stops the host by hand knows
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]
}

resource "aws_cloudwatch_metric_alarm" "database_storage" {
  alarm_name          = "${var.name}-database-storage"
  alarm_description   = "The database's disk is nearly full: raise database_storage_gb and apply; it grows while it works."
  namespace           = "AWS/RDS"
  metric_name         = "FreeStorageSpace"
  dimensions          = { DBInstanceIdentifier = aws_db_instance.here.identifier }
  statistic           = "Minimum"
  period              = 900
  evaluation_periods  = 2
  comparison_operator = "LessThanThreshold"
  threshold           = local.least_free * var.database_storage_gb * pow(1024, 3) # bytes
  treat_missing_data  = "missing"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]
}
