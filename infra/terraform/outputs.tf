# Places and commands; no output holds a secret, only the names of some.

output "archive" {
  description = "INSIDERS_BUCKET: the bucket of the archive."
  value       = aws_s3_bucket.archive.bucket
}

output "source" {
  description = "The bucket that takes the shop's transactions, below transactions/."
  value       = aws_s3_bucket.source.bucket
}

output "database" {
  description = "Where PostgreSQL answers, from within the network."
  value       = "${aws_db_instance.here.address}:${aws_db_instance.here.port}/${local.database_name}"
}

output "secrets" {
  description = "Names of the secrets in Secrets Manager: the administrator's is RDS's own."
  value = merge(
    { for part, secret in aws_secretsmanager_secret.login : part => secret.arn },
    {
      administrator = aws_db_instance.here.master_user_secret[0].secret_arn
      ledger_key    = aws_secretsmanager_secret.ledger_key.arn
    },
  )
}

output "settings" {
  description = "Where the host's settings lie in Parameter Store."
  value       = local.settings
}

output "host" {
  description = "The host, as AWS calls it."
  value       = aws_instance.host.id
}

output "role" {
  description = "The host's role: another bucket may let it read."
  value       = aws_iam_role.host.arn
}

output "topic" {
  description = "Where alarms and notices go; more people can be subscribed to it."
  value       = aws_sns_topic.alerts.arn
}

output "logs" {
  description = "The log group of the runs."
  value       = aws_cloudwatch_log_group.runs.name
}

output "commands" {
  description = "What an operator types. Each needs the AWS command line and its Session Manager plugin."
  value = {
    shell     = "aws ssm start-session --region ${var.region} --target ${aws_instance.host.id}"
    dashboard = "aws ssm start-session --region ${var.region} --target ${aws_instance.host.id} --document-name AWS-StartPortForwardingSession --parameters portNumber=8501,localPortNumber=8501"
    history   = "aws ssm start-session --region ${var.region} --target ${aws_instance.host.id} --document-name AWS-StartPortForwardingSession --parameters portNumber=8700,localPortNumber=8700"
    database  = "aws ssm start-session --region ${var.region} --target ${aws_instance.host.id} --document-name AWS-StartPortForwardingSessionToRemoteHost --parameters host=${aws_db_instance.here.address},portNumber=${aws_db_instance.here.port},localPortNumber=5433"
    logs      = "aws logs tail ${aws_cloudwatch_log_group.runs.name} --region ${var.region} --follow"
  }
}
