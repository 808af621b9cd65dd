variable "region" {
  description = "AWS region of everything, for example eu-west-2."
  type        = string
}

variable "name" {
  description = "Name that all resources begin with; one account may hold several installations of different names."
  type        = string
  default     = "insiders"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.name))
    error_message = "Give 3 to 20 small letters, digits and hyphens, beginning with a letter."
  }
}

variable "tags" {
  description = "Tags of all resources, besides Project."
  type        = map(string)
  default     = {}
}

variable "alert_email" {
  description = "Who is told of alarms and failed runs. AWS sends a mail that has to be confirmed once."
  type        = string

  validation {
    condition     = can(regex("^[^@[:space:]]+@[^@[:space:]]+\\.[^@[:space:]]+$", var.alert_email))
    error_message = "Give one e-mail address."
  }
}

# What runs, and when

variable "repository" {
  description = "Address that the host clones, readable without a password: https://…, without credentials in it."
  type        = string

  validation {
    condition     = can(regex("^https://[A-Za-z0-9./_~-]+$", var.repository))
    error_message = "Give an https:// address of plain signs, without a user or a password."
  }
}

variable "tag" {
  description = "Tag or commit that a new host installs. A host that is there is updated by its own command, not from here."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$", var.tag))
    error_message = "Give a tag or commit of plain signs."
  }
}

variable "pipeline" {
  description = "Pipeline that runs by itself."
  type        = string
  default     = "monthly"

  validation {
    condition     = can(regex("^[a-z][a-z0-9_-]{0,40}$", var.pipeline))
    error_message = "Give the name of a pipeline file in notebooks/, without .yml."
  }
}

variable "schedule" {
  description = "When it runs: the five fields of a crontab line, read in `time_zone`."
  type        = string
  default     = "0 4 15 * *"

  validation {
    condition     = can(regex("^[0-9*,/-]+( [0-9A-Za-z*,/-]+){4}$", var.schedule))
    error_message = "Give five fields as in a crontab, with one space between them: minute, hour, day, month, weekday."
  }
}

variable "time_zone" {
  description = "Time zone of the schedule, for example Europe/London."
  type        = string
  default     = "Etc/UTC"

  validation {
    condition     = can(regex("^[A-Za-z]+(/[A-Za-z0-9_+-]+)*$", var.time_zone))
    error_message = "Give a name of the time zone database, for example America/Sao_Paulo."
  }
}

variable "transactions" {
  description = "INSIDERS_SOURCE of the runs; null is s3://SOURCE-BUCKET/transactions/. Another bucket has to let the host's role read."
  type        = string
  default     = null
}

variable "history_url" {
  description = "INSIDERS_HISTORY_URL: where reviewers read executed copies, if a proxy of yours serves them; notices link to it."
  type        = string
  default     = null
}

# Sizes

variable "host_type" {
  description = "EC2 type of the host, x86-64 or Graviton; runs want 8 GiB."
  type        = string
  default     = "t3.large"
}

variable "host_disk_gb" {
  description = "Disk of the host in GB: packages take some 6, every run tens of megabytes."
  type        = number
  default     = 40

  validation {
    condition     = var.host_disk_gb >= 20
    error_message = "Give at least 20 GB."
  }
}

variable "database_class" {
  description = "RDS class of the database."
  type        = string
  default     = "db.t4g.micro"
}

variable "database_storage_gb" {
  description = "Disk of the database in GB; RDS takes no less than 20."
  type        = number
  default     = 20

  validation {
    condition     = var.database_storage_gb >= 20
    error_message = "Give at least 20 GB."
  }
}

variable "database_version" {
  description = "Major version of PostgreSQL."
  type        = string
  default     = "17"
}

variable "database_standby" {
  description = "Whether a standby in another zone takes over; it doubles the database's price."
  type        = bool
  default     = false
}

# Network

variable "cidr" {
  description = "Addresses of the network, /16 to /24; it need not be reachable from anywhere."
  type        = string
  default     = "10.73.0.0/20"

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && can(regex("/(1[6-9]|2[0-4])$", var.cidr))
    error_message = "Give a CIDR between /16 and /24."
  }
}

variable "private_host" {
  description = "Whether the host goes out through a NAT gateway instead of an address of its own. Nothing comes in either way."
  type        = bool
  default     = false
}

# Keeping

variable "archive_lock_mode" {
  description = "GOVERNANCE: only who may bypass it deletes before its time. COMPLIANCE: nobody does, not even AWS, and the bill runs on."
  type        = string
  default     = "GOVERNANCE"

  validation {
    condition     = contains(["GOVERNANCE", "COMPLIANCE"], var.archive_lock_mode)
    error_message = "Give GOVERNANCE or COMPLIANCE."
  }
}

variable "archive_lock_days" {
  description = "How long each object of the archive is locked, from its last use."
  type        = number
  default     = 365

  validation {
    condition     = var.archive_lock_days >= 1 && var.archive_lock_days <= 36500
    error_message = "Give 1 to 36,500 days."
  }
}

variable "backup_days" {
  description = "How long the database's daily backups are kept; within them any second can be restored."
  type        = number
  default     = 14

  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 35
    error_message = "RDS keeps backups 1 to 35 days."
  }
}

variable "log_days" {
  description = "How long logs are kept in CloudWatch, in one of the steps that it offers."
  type        = number
  default     = 400
}

variable "protect" {
  description = "Whether database and host refuse to be deleted. Before a `terraform destroy`, apply once with false."
  type        = bool
  default     = true
}

variable "passwords" {
  description = "Raise it to have new passwords made for the database's logins; then tell the database (README)."
  type        = number
  default     = 1
}
