# PostgreSQL on RDS: reached from the host alone, with TLS alone.

locals {
  database_name = "insiders"
  # An alarm below this share of free disk, here and on the host.
  least_free = 0.2
}

resource "aws_db_subnet_group" "here" {
  name       = var.name
  subnet_ids = aws_subnet.database[*].id
}

resource "aws_db_parameter_group" "here" {
  name_prefix = "${var.name}-"
  family      = "postgres${var.database_version}"
  description = "TLS forced, slow statements logged"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  parameter {
    name  = "password_encryption"
    value = "scram-sha-256"
  }

  parameter {
    name  = "log_min_duration_statement"
    value = "5000" # ms
  }

  # Sessions that a dead host left behind hold locks until the server notices.
  parameter {
    name  = "tcp_keepalives_idle"
    value = "60" # s
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_instance" "here" {
  #checkov:skip=CKV_AWS_157:A standby is a variable (database_standby): results can be made again from the archive, and the default is the small installation.
  #checkov:skip=CKV_AWS_118:Enhanced monitoring samples every second what one run a month does; free disk has its alarm.
  #checkov:skip=CKV_AWS_353:Performance Insights would watch one run a month.
  #checkov:skip=CKV_AWS_161:The logins have passwords, kept in Secrets Manager; a second way in would be one more to guard.
  #checkov:skip=CKV2_AWS_30:Slow statements are logged; with log_statement the log would hold the passwords of ALTER ROLE.
  #checkov:skip=CKV2_AWS_69:TLS is forced by the parameter rds.force_ssl (the check does not follow the reference).
  identifier     = var.name
  engine         = "postgres"
  engine_version = var.database_version
  instance_class = var.database_class
  db_name        = local.database_name

  # RDS makes the administrator's password, keeps it in Secrets Manager, and changes it every week.
  username                    = "insiders_admin"
  manage_master_user_password = true

  allocated_storage = var.database_storage_gb
  storage_type      = "gp3"
  storage_encrypted = true

  db_subnet_group_name   = aws_db_subnet_group.here.name
  vpc_security_group_ids = [aws_security_group.database.id]
  publicly_accessible    = false
  multi_az               = var.database_standby
  parameter_group_name   = aws_db_parameter_group.here.name

  # UTC, and clear of the night's run in most zones.
  maintenance_window         = "sun:21:00-sun:22:00"
  backup_window              = "19:30-20:00"
  backup_retention_period    = var.backup_days
  copy_tags_to_snapshot      = true
  delete_automated_backups   = false
  auto_minor_version_upgrade = true

  deletion_protection       = var.protect
  skip_final_snapshot       = false
  final_snapshot_identifier = "${var.name}-final"

  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]
  depends_on                      = [aws_cloudwatch_log_group.database]
}

# Made here, so that they are kept for a time and not for ever, which is what RDS would do.
resource "aws_cloudwatch_log_group" "database" {
  #checkov:skip=CKV_AWS_158:CloudWatch encrypts by itself; a key of one's own would be one more to lose, for times and error messages.
  #checkov:skip=CKV_AWS_338:As long as the variable says (log_days), 400 days by default.
  for_each = toset(["postgresql", "upgrade"])

  name              = "/aws/rds/instance/${var.name}/${each.key}"
  retention_in_days = var.log_days
}
